import { withScope } from "../ops/scope.js";
import { kernelsReady } from "../ops/backend.js";
import { makeData } from "../tensor/dtype.js";
import { sizeOf } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";
import type { Kernels } from "../kernels/kernels.js";
import { checkCount, checkOptions } from "../util/checks.js";
import type { Graph } from "./graph.js";
import { feed, packedSupport, readInputs, type Inputs } from "./feed.js";
import { inferenceContext } from "./context.js";
import { Breather } from "./breather.js";

export interface PredictOptions {
  /** Samples that are computed together. Default 32. */
  batchSize?: number;
}

/** The outputs for all samples, batch by batch, in ordinary arrays. */
export async function predict(graph: Graph, x: Inputs, options: PredictOptions): Promise<Tensor[]> {
  checkOptions("predict", options, ["batchSize"]);
  const { batchSize = 32 } = options;
  checkCount("predict", "batchSize", batchSize);
  const kernels = await kernelsReady(graph.dtype);
  const inputs = readInputs(x, graph.inputs, "predict", graph.dtype);
  graph.place(kernels);
  const n = inputs[0]!.shape[0]!;
  const results: Tensor[] = [];
  const breather = new Breather();
  for (let start = 0; start < n; start += batchSize) {
    predictBatch(graph, kernels, inputs, start, Math.min(batchSize, n - start), n, results);
    await breather.breathe();
  }
  return results;
}

function predictBatch(
  graph: Graph,
  kernels: Kernels,
  inputs: Tensor[],
  start: number,
  count: number,
  n: number,
  results: Tensor[],
): void {
  withScope(kernels, false, (scope) => {
    const slice = { start, count };
    const values = inputs.map(
      (t) => packedSupport?.feed(t, slice) ?? { tensor: feed(scope, t, start, count), mask: null },
    );
    for (const [i, output] of graph.run(values, inferenceContext(graph.random)).entries()) {
      results[i] = packedSupport?.collect(results[i], output, slice) ?? collect(results[i], output.tensor, start, n);
    }
  });
}

/** The outputs of all samples, those of a batch put in their place. */
function collect(
  result: Tensor | undefined,
  { data, dtype, shape: [, ...row] }: Tensor,
  start: number,
  n: number,
): Tensor {
  const all = result ?? Tensor.of(makeData(dtype, n * sizeOf(row)), [n, ...row]);
  all.data.set(data, start * sizeOf(row));
  return all;
}
