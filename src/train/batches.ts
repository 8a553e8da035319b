/** Where batches come from: arrays held in memory, cut and shuffled, or an iterable that yields them. */
import type { Scope } from "../ops/scope.js";
import { feed, listOf, packedSupport, readInputs, checkLengths, type Inputs } from "../model/feed.js";
import type { Graph } from "../model/graph.js";
import { toTensor, type TensorLike } from "../tensor/make.js";
import { sizeOf } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { check, show, SluiceError } from "../util/errors.js";
import { checkTargets } from "./check-targets.js";
import type { Model } from "./model.js";
import type { Random } from "../util/random.js";

/** One batch of a data set: inputs, targets, and weights of the samples. */
export type Batch =
  { x: Inputs; y: Inputs; sampleWeight?: TensorLike } | readonly [x: Inputs, y: Inputs, sampleWeight?: TensorLike];

/** A data set: batches one by one; a function is called anew for each epoch, an iterable is iterated anew. */
export type Dataset = AsyncIterable<Batch> | Iterable<Batch> | (() => AsyncIterable<Batch> | Iterable<Batch>);

/** Samples in host memory, checked against the model. */
export interface Samples {
  readonly x: readonly Tensor[];
  readonly y: readonly Tensor[];
  /** [N] or null */
  readonly weight: Tensor | null;
  readonly count: number;
}

/** A batch as a step takes it: samples start … start + count, in the given order. */
export interface BatchSlice {
  readonly samples: Samples;
  readonly start: number;
  readonly count: number;
  readonly order: Int32Array | undefined;
  /** Of a piece of sequences: the positions that counted in its loss, which the step writes here. */
  counted?: number;
  readonly part?: Part;
}

/** What a slice that is part of a batch knows of the whole. */
export interface Part {
  /**
   * What the sum of an output's losses is divided by.
   * @param count positions of the part that count
   * @param uneven other parts may have another number for a sample
   */
  divisor(output: number, count: number, uneven: boolean): number;
  /** Factor on what layers add to the loss, which are means over samples. */
  share(): number;
}

/** { x, y }: what tells a list of batches from nested arrays of numbers. */
function isBatchRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value) && "x" in value && "y" in value;
}

export function isDataset(data: unknown): data is Dataset {
  if (typeof data === "function") return true;
  if (Array.isArray(data)) return isBatchRecord(data[0]);
  if (typeof data !== "object" || data === null || ArrayBuffer.isView(data)) return false;
  return Symbol.asyncIterator in data || Symbol.iterator in data;
}

export function readSamples(
  graph: Graph,
  x: Inputs,
  y: Inputs,
  weight: TensorLike | undefined,
  where: string,
): Samples {
  const inputs = readInputs(x, graph.inputs, where, graph.dtype);
  check(y !== undefined, () => `${where}: expected targets y, got nothing`);
  const names = graph.outputs.map((t) => t.node.layer.name);
  const outputNames = names.length === 1 ? ["y"] : names;
  const targets = listOf(y, outputNames, `${where}: y`).map((value) => toTensor(value, `${where}: y`, graph.dtype));
  const weights = weight === undefined ? [] : [toTensor(weight, `${where}: sampleWeight`, graph.dtype)];
  const labels = [...graph.inputs.map((t) => `x "${t.node.layer.name}"`), ...outputNames, "sampleWeight"];
  checkLengths([...inputs, ...targets, ...weights], labels, where);
  return { x: inputs, y: targets, weight: weights[0] ?? null, count: inputs[0]!.shape[0]! };
}

/** Batches of samples in memory; the last one may be smaller. With a generator they are shuffled. */
export function* sliceBatches(samples: Samples, batchSize: number, random: Random | null): Generator<BatchSlice> {
  const order = random ? shuffled(samples.count, random) : undefined;
  for (let start = 0; start < samples.count; start += batchSize) {
    yield { samples, start, count: Math.min(batchSize, samples.count - start), order };
  }
}

function shuffled(count: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  random.shuffle(order);
  return order;
}

/** Batches of a data set, each read and checked as it comes. */
export async function* datasetBatches(model: Model, dataset: Dataset, where: string): AsyncGenerator<BatchSlice> {
  const iterable = typeof dataset === "function" ? dataset() : dataset;
  let step = 0;
  for await (const batch of iterable) {
    const label = `${where}: batch ${step++}`;
    const [x, y, weight] = fieldsOf(batch, label);
    const samples = readSamples(model, x, y, weight, label);
    checkTargets(model, samples, label);
    yield { samples, start: 0, count: samples.count, order: undefined };
  }
  if (step === 0)
    throw new SluiceError(
      `${where}: the data set gave no batch (an iterator can be used up only once; pass a function)`,
    );
}

function fieldsOf(batch: Batch, where: string): [Inputs, Inputs, TensorLike | undefined] {
  if (Array.isArray(batch)) return [batch[0] as Inputs, batch[1] as Inputs, batch[2] as TensorLike | undefined];
  check(typeof batch === "object" && batch !== null && "x" in batch && "y" in batch, () => {
    return `${where}: expected [x, y] or { x, y }, got ${show(batch)}`;
  });
  const { x, y, sampleWeight } = batch as Exclude<Batch, readonly unknown[]>;
  return [x, y, sampleWeight];
}

/** The last share of the samples, as Keras's validationSplit takes it: before any shuffling. */
export function splitSamples(samples: Samples, share: number): [Samples, Samples] {
  const at = Math.floor(samples.count * (1 - share));
  check(at > 0 && at < samples.count, () => {
    return `fit: validationSplit ${share} leaves no samples on one side of ${samples.count}`;
  });
  return [part(samples, 0, at), part(samples, at, samples.count)];
}

function part(samples: Samples, from: number, to: number): Samples {
  const cut = (t: Tensor) => {
    const row = t.size / t.shape[0]!;
    return (
      packedSupport?.part(t, from, to) ??
      Tensor.of(t.data.subarray(from * row, to * row), [to - from, ...t.shape.slice(1)])
    );
  };
  const weight = samples.weight ? cut(samples.weight) : null;
  return { x: samples.x.map(cut), y: samples.y.map(cut), weight, count: to - from };
}

/** Copies one array of the batch into the step's memory. */
export function feedSlice(scope: Scope, source: Tensor, { start, count, order }: BatchSlice): Tensor {
  if (!order) return feed(scope, source, start, count);
  const rowShape = source.shape.slice(1);
  const batch = scope.alloc([count, ...rowShape], source.dtype === "int32" ? "int32" : scope.float);
  const [to, from, size] = [batch.data, source.data, sizeOf(rowShape)];
  for (let i = 0; i < count; i++) {
    const row = order[start + i]! * size;
    if (size > 64) to.set(from.subarray(row, row + size), i * size);
    else for (let j = 0; j < size; j++) to[i * size + j] = from[row + j]!;
  }
  return batch;
}
