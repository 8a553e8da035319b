/** A loss or gradient that is not finite stops a step before any weight is changed, and is named with its place. */
import type { Kernels } from "../kernels/kernels.js";
import { namedParameters } from "../model/weights.js";
import { callLayer, type Value } from "../model/graph.js";
import { inferenceContext } from "../model/context.js";
import { currentScope } from "../ops/scope.js";
import type { SymbolicTensor } from "../layers/symbolic.js";
import { SluiceError } from "../util/errors.js";
import type { Model } from "./model.js";
import type { StepPlace } from "./step.js";

/** Training met NaN or infinity; no weight was changed by that step. */
export class NonFiniteError extends SluiceError {}

export function checkLoss(model: Model, value: number, place: StepPlace, inputs: () => Value[]): void {
  if (Number.isFinite(value)) return;
  const layer = firstNonFiniteLayer(model, inputs());
  const where = layer ?? "the loss itself (every layer's output is finite)";
  throw new NonFiniteError(
    `fit: the loss is ${value} at ${show(place)}; the first values that are not finite come from ${where}`,
  );
}

export function checkGradients(model: Model, kernels: Kernels, place: StepPlace): void {
  for (const p of model.trained) {
    if (Number.isFinite(kernels.sumSquares(p.grad!.ptr, p.size))) continue;
    const name = namedParameters(model.layers).find(([, candidate]) => candidate === p)?.[0] ?? p.name;
    throw new NonFiniteError(
      `fit: the gradient of weight "${name}" is not finite at ${show(place)}; the weights were left as they were`,
    );
  }
}

function show({ epoch, step }: StepPlace): string {
  return `epoch ${epoch + 1}, step ${step + 1}`;
}

/** Runs the batch again, layer by layer, looking at weights and outputs. */
function firstNonFiniteLayer(model: Model, inputs: Value[]): string | null {
  const { kernels } = currentScope()!;
  const values = new Map<SymbolicTensor, Value>(model.inputs.map((t, i) => [t, inputs[i]!]));
  for (const node of model.nodes) {
    if (node.inputs.length === 0) continue;
    const weight = node.layer.parameters.find((p) => kernels.findNonFinite(p.ptr, p.size) >= 0);
    if (weight) return `weight "${weight.name}" of ${node.layer.label}`;
    const came = node.inputs.map((t) => values.get(t)!);
    for (const [i, value] of callLayer(node.layer, came, inferenceContext(model.random)).entries()) {
      if (value.tensor.dtype !== "int32" && kernels.findNonFinite(value.tensor.ptr, value.tensor.size) >= 0)
        return node.layer.label;
      values.set(node.outputs[i]!, value);
    }
  }
  return null;
}
