/** What a model says at every step: it may answer at each one, or be read at each as `model.stream` does. */
import type { SymbolicTensor } from "../layers/symbolic.js";
import { Graph } from "../model/graph.js";
import type { Stream } from "../model/stream.js";
import { Ragged } from "../tensor/ragged.js";
import { sizeOf } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { SluiceError } from "../util/errors.js";
import { tappedStream } from "./tapped-stream.js";
import type { Held } from "./traced-scan.js";
import type { Numbers } from "./types.js";

/** Whether every output has the steps of an input. */
export function answersEveryStep(graph: Graph): boolean {
  const known = new Map<SymbolicTensor, boolean>();
  return graph.outputs.every((t) => t.shape.length > 2 && keepsTime(t, known));
}

/** Whether the axis of time of an input lives on in this value: with twice as many steps the value would have twice as many. */
function keepsTime(value: SymbolicTensor, known: Map<SymbolicTensor, boolean>): boolean {
  let keeps = known.get(value);
  if (keeps === undefined) known.set(value, (keeps = findsTime(value, known)));
  return keeps;
}

function findsTime(value: SymbolicTensor, known: Map<SymbolicTensor, boolean>): boolean {
  const { node, shape, index } = value;
  if (node.inputs.length === 0) return isOverTime(value);
  const timed = node.inputs.map((t) => keepsTime(t, known));
  if (shape.length < 3 || !timed.includes(true)) return false;
  if (node.layer instanceof Graph) return keepsTime(node.layer.outputs[index]!, known);
  const stepsFor = (T: number) => {
    const inputs = node.inputs.map((t, i) => (timed[i] ? [t.shape[0]!, T, ...t.shape.slice(2)] : t.shape));
    return node.layer.computeOutputShape(inputs)[index]![1]!;
  };
  // A layer may be made for a number of steps, or for a multiple of one.
  const T = node.inputs[timed.indexOf(true)]!.shape[1] ?? 16;
  try {
    return stepsFor(2 * T) > stepsFor(T);
  } catch (error) {
    if (error instanceof SluiceError) return false;
    throw error;
  }
}

/** Whether an input has a time axis. */
export function isOverTime({ shape, dtype }: SymbolicTensor): boolean {
  return shape.length > 2 || (shape.length === 2 && (dtype === "int32" || shape[1] === null));
}

/**
 * The outputs [T, outputs] of each sample start … start + count − 1 at each step of its inputs.
 * @returns null where the model cannot be run one step at a time
 */
export function streamOutputs(
  graph: Graph,
  held: Held,
  inputs: readonly Tensor[],
  start: number,
  count: number,
): Numbers[] | null {
  const lengths = stepsOf(graph, inputs, start, count);
  const stream = lengths && streamOf(graph, held, count);
  if (!stream) return null;
  const widths = stream.outputs.map((t) => t.size / count);
  const width = widths.reduce((a, b) => a + b, 0);
  const Data = graph.dtype === "float64" ? Float64Array : Float32Array;
  const all = lengths.map((n) => new Data(n * width));
  const frames = inputs.map((t, i) => new Data(count * frameSize(t, isOverTime(graph.inputs[i]!))));
  const T = Math.max(...lengths);
  for (let t = 0; t < T; t++) {
    for (const [i, input] of inputs.entries())
      fillFrame(frames[i]!, input, isOverTime(graph.inputs[i]!), start, count, t);
    stream.step(...frames);
    for (let b = 0; b < count; b++) {
      if (t >= lengths[b]!) continue;
      let at = t * width;
      for (const [i, output] of stream.outputs.entries()) {
        const cols = widths[i]!;
        all[b]!.set(output.data.subarray(b * cols, (b + 1) * cols), at);
        at += cols;
      }
    }
  }
  return all;
}

/** Each sample's steps, where all inputs over time agree on them. */
function stepsOf(graph: Graph, inputs: readonly Tensor[], start: number, count: number): number[] | null {
  const timed = inputs.filter((_, i) => isOverTime(graph.inputs[i]!));
  const lengthOf = (t: Tensor, b: number) => (t instanceof Ragged ? t.lengths[start + b]! : t.shape[1]!);
  const lengths = Array.from({ length: count }, (_, b) => timed.map((t) => lengthOf(t, b)));
  const agree = timed.length > 0 && lengths.every((of) => of.every((n) => n === of[0]));
  return agree ? lengths.map((of) => of[0]!) : null;
}

function streamOf(graph: Graph, held: Held, batch: number): Stream | null {
  try {
    return tappedStream(graph, batch, (cell) => held.get(cell) ?? [], null);
  } catch (error) {
    if (error instanceof SluiceError && error.message.startsWith("stream:")) return null;
    throw error;
  }
}

function frameSize(t: Tensor, timed: boolean): number {
  return t instanceof Ragged ? sizeOf(t.step) : sizeOf(t.shape.slice(timed ? 2 : 1));
}

/** Step t of all samples; of those that have ended zeros, and what is not over time again and again. */
function fillFrame(frame: Numbers, t: Tensor, timed: boolean, start: number, count: number, step: number): void {
  const cols = frame.length / count;
  for (let b = 0; b < count; b++) {
    const sample = start + b;
    const at =
      t instanceof Ragged
        ? step < t.lengths[sample]! ? t.starts[sample]! + step : -1
        : timed ? sample * t.shape[1]! + step : sample; // prettier-ignore
    for (let j = 0; j < cols; j++) frame[b * cols + j] = at < 0 ? 0 : t.data[at * cols + j]!;
  }
}
