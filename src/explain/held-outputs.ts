/** What a model says of each sample while units are held. */
import type { Kernels } from "../kernels/kernels.js";
import { Breather } from "../model/breather.js";
import { inferenceContext } from "../model/context.js";
import { feed, packedSupport } from "../model/feed.js";
import type { Value } from "../model/graph.js";
import { withScope, type Scope } from "../ops/scope.js";
import type { Tensor } from "../tensor/tensor.js";
import type { OutputReader } from "./output-scale.js";
import { runGraph } from "./run-graph.js";
import { sampleOf, type SampleValue } from "./sample-values.js";
import { tracedScan, type Held } from "./traced-scan.js";

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

/**
 * By sample, each of the model's outputs. Without held units the model runs as in predict.
 * @param real whether masked steps are left out
 */
export async function heldOutputs(prepared: Prepared, held: Held, real: boolean): Promise<SampleValue[][]> {
  const { kernels, inputs, reader, batchSize } = prepared;
  const n = inputs[0]!.shape[0]!;
  const all: SampleValue[][] = [];
  const breather = new Breather();
  const plain = inferenceContext(reader.graph.random);
  const context = held.size > 0 ? { ...plain, scan: tracedScan(held, null) } : plain;
  for (let start = 0; start < n; start += batchSize) {
    const count = Math.min(batchSize, n - start);
    withScope(kernels, false, (scope) => {
      const reading = reader.begin();
      const values = feedBatch(scope, inputs, start, count);
      const results = runGraph(reader.graph, values, context, (_path, node, came) => reading.note(node, came));
      const outputs = reading.read(results);
      for (let b = 0; b < count; b++) all.push(outputs.map((value) => sampleOf(value, b, real)));
    });
    await breather.breathe();
  }
  return all;
}
