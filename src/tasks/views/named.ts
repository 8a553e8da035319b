/** Arrays with their names: what the pipelines make views of, and single samples of them. */
import { Ragged, Tensor, type Model } from "sluice";
import type { Inputs } from "../../model/feed.js";
import { check, show } from "../../util/errors.js";
import type { Answer } from "../task.js";
import type { InputView, OutputView, View } from "../view.js";

/** An input before it has the name that the model gives it. */
export type NamedInput = Omit<InputView, "name" | "starts">;

interface Parts {
  readonly x: Inputs;
  readonly references: readonly Answer[];
  /** In the order of the model's inputs; samples begin at their first step. */
  readonly inputs: readonly NamedInput[];
  readonly outputs: readonly OutputView[];
  readonly attention?: View["attention"];
}

export function viewOf(model: Model, { x, references, inputs, outputs, attention }: Parts): View {
  const named = inputs.map((one, i) => ({
    name: model.inputs[i]!.node.layer.name,
    ...one,
    starts: one.steps.map(() => 0),
  }));
  return { x, count: references.length, references, inputs: named, outputs, ...(attention && { attention }) };
}

/** Numbers without time: no steps. */
export function vectorInput(count: number, features: readonly string[]): NamedInput {
  return { kind: "vector", steps: Array.from({ length: count }, () => []), features };
}

/** "1", "2", …: steps that have no other name. */
export function numbered(steps: number): string[] {
  return Array.from({ length: steps }, (_, t) => String(t + 1));
}

/**
 * One sample of a view by itself, each input [1, …] without padding.
 * @throws SluiceError where there is no such sample
 */
export function sampleOf(view: View, i: number): View {
  const { x, count, references, inputs } = view;
  check(Number.isInteger(i) && i >= 0 && i < count, () => {
    return `view: there ${count === 1 ? "is one sample" : `are ${count} samples`}, got ${Number.isInteger(i) ? `sample number ${i + 1}` : show(i)}`;
  });
  const several = Array.isArray(x);
  const arrays = (several ? x : [x]) as readonly Tensor[];
  const own = arrays.map((array, k) => rowOf(array, i, inputs[k]!));
  return {
    ...view,
    x: several ? own : own[0]!,
    count: 1,
    references: [references[i]!],
    ...(view.attention && { attention: [view.attention[i]!] }),
    inputs: inputs.map(({ unknown, leftOut, ...input }) => {
      const kept = { ...(unknown && { unknown: [unknown[i]!] }), ...(leftOut && { leftOut: [leftOut[i]!] }) };
      return { ...input, steps: [input.steps[i]!], starts: [0], ...kept };
    }),
  };
}

function rowOf(x: Tensor, i: number, { kind, steps, starts }: InputView): Tensor {
  if (x instanceof Ragged) {
    const one = x.sequence(i);
    return Tensor.of(one.data, [1, ...one.shape]);
  }
  const size = x.size / x.shape[0]!;
  const row = x.data.subarray(i * size, (i + 1) * size);
  if (kind === "vector") return Tensor.of(row, [1, ...x.shape.slice(1)]);
  const T = steps[i]!.length;
  const step = size / x.shape[1]!;
  return Tensor.of(row.subarray(starts[i]! * step, (starts[i]! + T) * step), [1, T, ...x.shape.slice(2)]);
}
