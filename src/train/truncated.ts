/**
 * Truncated back-propagation through time (Williams and Peng 1990; Sutskever 2013, section 2.8.6): sequences are cut into pieces,
 * there is an update after each, and the state goes on from piece to piece while gradients end at the cut. `fit` and `evaluate`
 * fetch this file when they are given `tbptt`.
 */
import type { Layer } from "../layers/layer.js";
import { Bidirectional } from "../layers/recurrent/bidirectional.js";
import { RecurrentLayer, type RecurrentLayerConfig } from "../layers/recurrent/recurrent-layer.js";
import { Graph } from "../model/graph.js";
import { showShape } from "../tensor/shape.js";
import { Ragged } from "../tensor/ragged.js";
import { Tensor } from "../tensor/tensor.js";
import { checkCount } from "../util/checks.js";
import { check, SluiceError } from "../util/errors.js";
import type { BatchSlice, Samples } from "./batches.js";
import { CarriedStates } from "./carried-states.js";
import type { Model } from "./model.js";

type Batches = Iterable<BatchSlice> | AsyncIterable<BatchSlice>;

export interface Truncation {
  /** The pieces of each batch in turn; while they are used the model carries its states. */
  cut(batches: Batches): AsyncGenerator<BatchSlice>;
  /** Pieces in one pass over the samples. */
  count(samples: Samples, batchSize: number): number;
  /** What the pieces that are under way have carried so far; null before the first. */
  carried: CarriedStates | null;
}

/**
 * @param where the function that was called, for errors
 * @throws SluiceError when the model runs backwards in time, hides recurrent layers in others, or has none
 */
export function truncate(model: Model, steps: number, where: string): Truncation {
  checkCount(where, "tbptt", steps);
  check(checkDirections(model, where) > 0, () => `${where}: tbptt needs a recurrent layer, whose state is carried`);
  return {
    carried: null,
    async *cut(batches) {
      const before = model.scan;
      const carried = (this.carried = new CarriedStates(before));
      try {
        model.scan = carried.scan;
        for await (const batch of batches) {
          carried.forget();
          for (const piece of piecesOf(model, batch, steps, where)) {
            carried.nextPiece();
            yield piece;
          }
        }
      } finally {
        if (before) model.scan = before;
        else delete model.scan;
      }
    },
    count: (samples, batchSize) =>
      Math.ceil(samples.count / batchSize) * Math.ceil(lengthOf(model, samples, where) / steps),
  };
}

/** Number of recurrent layers; an error for those whose state cannot go on. */
function checkDirections(graph: Graph, where: string): number {
  let recurrent = 0;
  for (const { layer, inputs } of graph.nodes) {
    if (layer instanceof Graph) {
      recurrent += checkDirections(layer, where);
      continue;
    }
    const why = whyNot(layer, inputs.length);
    check(why === null, () => `${where}: tbptt cannot carry the state of ${layer.label}: ${why}`);
    recurrent += +(layer instanceof RecurrentLayer);
  }
  return recurrent;
}

function whyNot(layer: Layer, inputs: number): string | null {
  if (layer instanceof Bidirectional) return "one direction runs backwards, from steps that have not come yet";
  if (!(layer instanceof RecurrentLayer)) {
    return hidesRecurrent(layer) ? "its recurrent layer is called by it, not once for each piece" : null;
  }
  if ((layer.config as RecurrentLayerConfig).goBackwards) return "it runs backwards in time";
  return inputs > 1 ? "it is given initial states" : null;
}

function hidesRecurrent(layer: Layer): boolean {
  return layer.sublayers.some((inner) => inner instanceof RecurrentLayer || hidesRecurrent(inner));
}

/** T, the length of the sequences, from the targets; an error unless the model answers at every step. */
function lengthOf(model: Model, { x, y }: Samples, where: string): number {
  check(
    [...x, ...y].every((t) => !(t instanceof Ragged)),
    () => {
      return `${where}: tbptt cuts rows of equal length, not ragged sequences; give pad() of them behind a masking layer`;
    },
  );
  const T = y[0]!.shape[1] ?? 0;
  const atEveryStep = y.every((t) => t.rank >= 2 && t.shape[1] === T) && x.some((t) => isSequence(t, T));
  check(atEveryStep, () => {
    const shapes = (list: readonly Tensor[]) => list.map((t) => showShape(t.shape)).join(", ");
    return `${where}: tbptt needs sequences [N, T, …] with targets at every step, got x ${shapes(x)} and y ${shapes(y)}`;
  });
  for (const [i, t] of model.inputs.entries()) {
    if (!isSequence(x[i]!, T) || t.shape[1] === null) continue;
    throw new SluiceError(
      `${where}: tbptt cuts the sequences, so the time axis of input "${t.node.layer.name}" must be null, got ${showShape(t.shape)}`,
    );
  }
  return T;
}

function isSequence(t: Tensor, T: number): boolean {
  return t.rank >= 2 && t.shape[1] === T;
}

function* piecesOf(model: Model, batch: BatchSlice, steps: number, where: string): Generator<BatchSlice> {
  const { samples, count } = batch;
  const T = lengthOf(model, samples, where);
  checkOutputs(model, samples, Math.min(steps, T), T, where);
  for (let from = 0; from < T; from += steps) {
    const size = Math.min(steps, T - from);
    const take = (t: Tensor) => (isSequence(t, T) ? rowsOf(t, batch, T, from, size) : rowsOf(t, batch, 1, 0, 1));
    const weight = samples.weight ? take(samples.weight) : null;
    const piece = { x: samples.x.map(take), y: samples.y.map(take), weight, count };
    yield { samples: piece, start: 0, count, order: undefined, counted: 0 };
  }
}

/** Shapes for a piece must have a piece's time axis at every output. */
function checkOutputs(model: Model, { x }: Samples, size: number, T: number, where: string): void {
  const shapes = model.computeOutputShape(
    x.map((t) => (isSequence(t, T) ? [null, size, ...t.shape.slice(2)] : [null, ...t.shape.slice(1)])),
  );
  for (const [i, shape] of shapes.entries()) {
    check(shape.length >= 2 && shape[1] === size, () => {
      const { label } = model.outputs[i]!.node.layer;
      return `${where}: tbptt needs an output at every step, got ${showShape(shape)} from ${label} for pieces of ${size} steps; recurrent layers need returnSequences: true`;
    });
  }
}

/** Steps `from` to `from + size` of the batch's rows of [N, T, …]. */
function rowsOf(t: Tensor, { start, count, order }: BatchSlice, T: number, from: number, size: number): Tensor {
  const width = t.size / (t.shape[0]! * T);
  const data = t.data.slice(0, count * size * width);
  for (let i = 0; i < count; i++) {
    const begin = ((order ? order[start + i]! : start + i) * T + from) * width;
    data.set(t.data.subarray(begin, begin + size * width), i * size * width);
  }
  return Tensor.of(data, T === 1 ? [count, ...t.shape.slice(1)] : [count, size, ...t.shape.slice(2)]);
}
