/** What a model says of each sample while units are held. */
import type { Kernels } from "../kernels/kernels.js";
import type { RecurrentCell } from "../layers/recurrent/cell.js";
import { Breather } from "../model/breather.js";
import { inferenceContext } from "../model/context.js";
import { feed, packedSupport } from "../model/feed.js";
import type { Value } from "../model/graph.js";
import { withScope, type Scope } from "../ops/scope.js";
import { makeData } from "../tensor/dtype.js";
import { Ragged } from "../tensor/ragged.js";
import { sizeOf } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";
import type { OutputReader } from "./output-scale.js";
import { runGraph } from "./run-graph.js";
import { sampleOf, type SampleValue } from "./sample-values.js";
import { tracedScan, type Held, type HeldUnit } from "./traced-scan.js";

/** Samples start … start + count − 1 as the graph takes them. */
export function feedBatch(scope: Scope, inputs: readonly Tensor[], start: number, count: number): Value[] {
  return inputs.map((t) => {
    return packedSupport?.feed(t, { start, count }) ?? { tensor: feed(scope, t, start, count), mask: null };
  });
}

export interface Prepared {
  readonly kernels: Kernels;
  readonly inputs: readonly Tensor[];
  readonly reader: OutputReader;
  readonly batchSize: number;
}

/** Rows that make good use of a kernel call of one step. */
const ENOUGH_ROWS = 256;

/**
 * By sample, each of the model's outputs. Without held units the model runs as in predict.
 * @param real whether masked steps are left out
 */
export async function heldOutputs(prepared: Prepared, held: Held, real: boolean): Promise<SampleValue[][]> {
  const { inputs, batchSize } = prepared;
  const n = inputs[0]!.shape[0]!;
  const all: SampleValue[][] = [];
  const breather = new Breather();
  for (let start = 0; start < n; start += batchSize) {
    all.push(...runBatch(prepared, inputs, start, Math.min(batchSize, n - start), held, real));
    await breather.breathe();
  }
  return all;
}

/** The same for units that are held one at a time, by unit; several are held at once, each in a copy of the samples. */
export async function heldOneByOne(
  prepared: Prepared,
  cell: RecurrentCell,
  units: readonly (readonly [unit: number, value: number])[],
  real: boolean,
): Promise<SampleValue[][][]> {
  const { inputs, batchSize } = prepared;
  const n = inputs[0]!.shape[0]!;
  const all: SampleValue[][][] = units.map(() => []);
  const breather = new Breather();
  for (let start = 0; start < n; start += batchSize) {
    const count = Math.min(batchSize, n - start);
    const most = Math.max(1, Math.floor(ENOUGH_ROWS / count));
    for (let first = 0; first < units.length; first += most) {
      const group = units.slice(first, first + most);
      const held = group.map(([unit, value], i): HeldUnit => [unit, value, i, group.length]);
      const copies = inputs.map((t) => repeatSamples(t, start, count, group.length));
      const found = runBatch(prepared, copies, 0, count * group.length, new Map([[cell, held]]), real);
      for (let i = 0; i < group.length; i++) all[first + i]!.push(...found.slice(i * count, (i + 1) * count));
      await breather.breathe();
    }
  }
  return all;
}

function runBatch(
  { kernels, reader }: Prepared,
  inputs: readonly Tensor[],
  start: number,
  count: number,
  held: Held,
  real: boolean,
): SampleValue[][] {
  const plain = inferenceContext(reader.graph.random);
  const context = held.size > 0 ? { ...plain, scan: tracedScan(held, null) } : plain;
  return withScope(kernels, false, (scope) => {
    const reading = reader.begin();
    const values = feedBatch(scope, inputs, start, count);
    const results = runGraph(reader.graph, values, context, (_path, node, came) => reading.note(node, came));
    const outputs = reading.read(results);
    return Array.from({ length: count }, (_, b) => outputs.map((value) => sampleOf(value, b, real)));
  });
}

/** Samples start … start + count − 1, so many times one after another. */
function repeatSamples(t: Tensor, start: number, count: number, times: number): Tensor {
  const one = t instanceof Ragged ? t.part(start, start + count) : null;
  const inner = t.shape.slice(1);
  const size = sizeOf(inner);
  const from = one?.data ?? t.data.subarray(start * size, (start + count) * size);
  const data = makeData(t.dtype, from.length * times);
  for (let i = 0; i < times; i++) data.set(from, i * from.length);
  if (!one) return Tensor.of(data, [count * times, ...inner]);
  const lengths = Int32Array.from({ length: count * times }, (_, i) => one.lengths[i % count]!);
  return new Ragged(data, one.step, lengths);
}
