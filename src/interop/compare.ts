/** Two models on the same random inputs: the check that a conversion kept the numbers. */
import { Graph, Random, type Tensor } from "sluice";
import { checkCount, checkOptions } from "../util/checks.js";
import { check } from "../util/errors.js";
import { Given, Sizes } from "./given-inputs.js";
import type { AnyModel } from "./open.js";
import { portsOf, type Port } from "./ports.js";

export interface CompareOptions {
  /** Of the random inputs. Default 0. */
  seed?: number;
  /** Samples, where the models take any number. Default 3. */
  batch?: number;
  /** Every other size that the models leave open, such as the steps of a sequence. Default 7. */
  steps?: number;
}

export interface ComparedOutput {
  readonly name: string;
  readonly shape: readonly number[];
  /** Largest absolute difference; Infinity where one model gives NaN and the other does not. */
  readonly difference: number;
}

export interface Compared {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly outputs: readonly ComparedOutput[];
  /** The largest of all outputs. */
  readonly difference: number;
}

/**
 * Feeds both models the same numbers, uniform in [−1, 1), or indices where an embedding begins, and compares what comes out. Inputs and
 * outputs are matched by name where both models have the same names, and by their order else. Where a model leaves padding out, the
 * sequences are of several lengths, which an input for lengths is told.
 * @throws SluiceError where the models do not take the same inputs or do not give outputs of the same shapes
 */
export async function compareModels(a: AnyModel, b: AnyModel, options: CompareOptions = {}): Promise<Compared> {
  checkOptions("compareModels", options, ["seed", "batch", "steps"]);
  const { seed = 0, batch = 3, steps = 7 } = options;
  const random = new Random(checkCount("compareModels", "seed", seed, 0));
  const sizes = new Sizes(checkCount("compareModels", "batch", batch), checkCount("compareModels", "steps", steps));
  const [ours, theirs] = [portsOf(a), portsOf(b)];
  const given = new Given(sizes, random);
  for (const [one, other] of matched(ours.filter(isData), theirs.filter(isData), "inputs")) given.draw(one, other);
  for (const port of [...ours, ...theirs]) if (port.lengths) given.drawLengths(port);
  const inputs = ours.map((port) => given.of(port));
  const results = [await outputsOf(a, ours, inputs), await outputsOf(b, theirs, theirs.map((port) => given.of(port)))] as const; // prettier-ignore
  const outputs = matched(...results, "outputs").map(([one, other]) => compareOutput(one, other));
  return {
    inputs: ours.map(({ name }, i) => ({ name, shape: [...inputs[i]!.shape] })),
    outputs,
    difference: Math.max(...outputs.map(({ difference }) => difference)),
  };
}

const isData = ({ lengths }: Port): boolean => !lengths;

function matched<T extends { readonly name: string }>(
  ours: readonly T[],
  theirs: readonly T[],
  what: string,
): [T, T][] {
  const names = (list: readonly T[]) => list.map(({ name }) => name).join(", ");
  check(ours.length === theirs.length, () => {
    return `compare: the models have different ${what}: ${names(ours)}; and ${names(theirs)}`;
  });
  const same = ours.every(({ name }) => theirs.filter((other) => other.name === name).length === 1);
  return ours.map((one, i) => [one, same ? theirs.find((other) => other.name === one.name)! : theirs[i]!]);
}

interface Output {
  readonly name: string;
  readonly tensor: Tensor;
}

async function outputsOf(model: AnyModel, ports: readonly Port[], inputs: readonly Tensor[]): Promise<Output[]> {
  if (!(model instanceof Graph)) {
    const results = await model.predict(Object.fromEntries(ports.map(({ name }, i) => [name, inputs[i]!])));
    return model.outputs.map((name) => ({ name, tensor: results[name]! }));
  }
  model.resetStates();
  const results = await model.predictAll(inputs);
  return results.map((tensor, i) => ({ name: model.outputs[i]!.node.layer.name, tensor }));
}

function compareOutput(one: Output, other: Output): ComparedOutput {
  const shape = [...one.tensor.shape];
  check(String(shape) === String(other.tensor.shape), () => {
    return `compare: output "${one.name}" is [${shape.join(", ")}] in one model and [${other.tensor.shape.join(", ")}] in the other`;
  });
  return { name: one.name, shape, difference: largestDifference(one.tensor.data, other.tensor.data) };
}

/** The largest absolute difference; equal infinities and NaN beside NaN count as equal. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Infinity;
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i])) continue;
    const difference = Math.abs(a[i]! - b[i]!);
    largest = Math.max(largest, Number.isNaN(difference) ? Infinity : difference);
  }
  return largest;
}
