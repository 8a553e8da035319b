import type { CallContext } from "../layers/layer.js";
import type { Kernels } from "../kernels/kernels.js";
import { Breather } from "../model/breather.js";
import { inferenceContext } from "../model/context.js";
import { readInputs, type Inputs } from "../model/feed.js";
import type { Graph, Value } from "../model/graph.js";
import { kernelsReady } from "../ops/backend.js";
import { withScope } from "../ops/scope.js";
import { Ragged } from "../tensor/ragged.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkCount, checkOptions, nearest } from "../util/checks.js";
import { check, show } from "../util/errors.js";
import { cellsOf, distributesCells, runsInKernel, type Cells } from "./cells.js";
import { feedBatch } from "./held-outputs.js";
import { readPins } from "./pins.js";
import { joinNumbers, Recorder } from "./recorder.js";
import { runGraph } from "./run-graph.js";
import { sampleOf } from "./sample-values.js";
import { answersEveryStep, streamOutputs } from "./step-outputs.js";
import { tracedScan, type Held } from "./traced-scan.js";
import type { LayerOutput, LayerTrace, Numbers, Pins, Trace } from "./types.js";
import { watchKernels } from "./watch.js";

export interface TraceOptions {
  /** Other layers whose outputs are wanted, by name ("dense", "encoder/dense"). Default none. */
  layers?: readonly string[];
  /** Units whose state is held at a value at every step, before the first one too. Default none. */
  pins?: Pins;
  /** Whether the outputs at every step are wanted, which costs a run in a stream where the model answers once. Default true. */
  outputs?: boolean;
  /** Samples that are computed together, as in predict. Default 32. */
  batchSize?: number;
}

/**
 * Gates, candidates and states of all recurrent layers at every step, one trace a sample: what the kernels keep for training, bit for
 * bit, with the batches of `predict`. Where units are held the layer runs step by step, which agrees to rounding.
 * @param x as `model.predict` takes it: arrays, token indices, `ragged(…)`, several inputs
 * @throws SluiceError for data that does not fit the inputs, and for a layer or unit that is not there
 * @example (await trace(model, x))[0].layers[0].signals.keep // [steps, units]
 */
export async function trace(graph: Graph, x: Inputs, options: TraceOptions = {}): Promise<Trace[]> {
  checkOptions("trace", options, ["layers", "pins", "outputs", "batchSize"]);
  const { layers = [], pins = {}, outputs = true, batchSize = 32 } = options;
  checkCount("trace", "batchSize", batchSize);
  const kernels = await kernelsReady(graph.dtype);
  const inputs = readInputs(x, graph.inputs, "trace", graph.dtype);
  graph.place(kernels);
  const cells = cellsOf(graph);
  const how: Tracing = { graph, kernels, inputs, cells, held: readPins(pins, cells, "trace"), layers, outputs };
  const n = inputs[0]!.shape[0]!;
  // Steps of ragged samples that a layer takes for samples come in the order of time, of all samples mixed.
  const mixes = inputs.some((t) => t instanceof Ragged) && graph.layers.some(distributesCells);
  const size = mixes ? 1 : batchSize;
  const traces: Trace[] = [];
  const breather = new Breather();
  for (let start = 0; start < n; start += size) {
    traces.push(...traceBatch(how, start, Math.min(size, n - start)));
    await breather.breathe();
  }
  return traces;
}

interface Tracing {
  readonly graph: Graph;
  readonly kernels: Kernels;
  readonly inputs: readonly Tensor[];
  readonly cells: Cells;
  readonly held: Held;
  readonly layers: readonly string[];
  readonly outputs: boolean;
}

function traceBatch(how: Tracing, start: number, count: number): Trace[] {
  const { graph, kernels, inputs, cells } = how;
  const recorder = new Recorder(kernels.memory, cells);
  const room = (elements: number) => kernels.memory.arena.alloc(elements * kernels.memory.bytes);
  const watched = watchKernels(kernels, room, (heard) => recorder.hear(heard));
  return withScope(watched, false, (scope) => {
    const values = feedBatch(scope, inputs, start, count);
    recorder.packings = values.flatMap((v) => (v.packing ? [v.packing] : []));
    const seen = new Seen(how.layers, count);
    const results = runGraph(graph, values, contextOf(how, recorder), (path, _node, _came, outputs) => {
      seen.look(path, outputs);
    });
    const layers = recorder.traces(count);
    const steps = how.outputs ? outputsByStep(how, results, seen, start, count) : null;
    const activations = seen.activations();
    return layers.map((own, b) => sampleTrace(own, results, b, steps?.[b] ?? null, activations[b]!));
  });
}

/** Own cells, and units that are held, need another way over time; without them the layers run as in predict. */
function contextOf({ graph, cells, held }: Tracing, recorder: Recorder): CallContext {
  const context = inferenceContext(graph.random);
  const plain = held.size === 0 && [...cells.keys()].every(runsInKernel);
  return plain ? context : { ...context, scan: tracedScan(held, recorder) };
}

function sampleTrace(
  layers: LayerTrace[],
  results: readonly Value[],
  b: number,
  outputs: Numbers | null,
  activations: LayerOutput[],
): Trace {
  return { layers, output: flatOutput(results, b), outputs, activations };
}

/** A sample's outputs, flattened, one after the other. */
export function flatOutput(results: readonly Value[], b: number): Numbers {
  return joinNumbers(results.map((value) => sampleOf(value, b, false).values));
}

function outputsByStep(
  how: Tracing,
  results: Value[],
  seen: Seen,
  start: number,
  count: number,
): (Numbers | null)[] | null {
  const { graph, inputs, held } = how;
  const samples = Array.from({ length: count }, (_, b) => b);
  if (answersEveryStep(graph)) return samples.map((b) => sideBySide(results, b));
  const streamed = streamOutputs(graph, held, inputs, start, count);
  return streamed && samples.map((b) => seen.realSteps(streamed[b]!, flatOutput(results, b).length, b));
}

/** Outputs [steps, …] of one sample as one [steps, outputs]; null where their steps differ. */
function sideBySide(results: readonly Value[], b: number): Numbers | null {
  const parts = results.map((value) => sampleOf(value, b, true));
  const steps = parts[0]!.shape[0]!;
  if (parts.some(({ shape }) => shape[0] !== steps)) return null;
  const rows = Array.from({ length: steps }, (_, t) => t);
  const rowOf = (values: Numbers, t: number) =>
    values.subarray((t * values.length) / steps, ((t + 1) * values.length) / steps);
  return joinNumbers(rows.flatMap((t) => parts.map(({ values }) => rowOf(values, t))));
}

/** What is noted of the values between the layers. */
class Seen {
  readonly #found: LayerOutput[][];
  readonly #names = new Set<string>();
  readonly #times = new Map<string, number>();
  /** The first mask that came about, int32 [B, T]: which steps of the inputs are real. */
  #mask: { readonly used: ArrayLike<number>; readonly T: number } | null = null;

  constructor(
    private readonly wanted: readonly string[],
    private readonly count: number,
  ) {
    this.#found = Array.from({ length: count }, () => []);
  }

  look(path: string, outputs: readonly Value[]): void {
    this.#names.add(path);
    const mask = outputs[0]?.mask;
    if (mask && !this.#mask) this.#mask = { used: mask.data.slice(), T: mask.shape[1]! };
    if (!this.wanted.includes(path)) return;
    const times = (this.#times.get(path) ?? 0) + 1;
    this.#times.set(path, times);
    const layer = times === 1 ? path : `${path}#${times}`;
    for (let b = 0; b < this.count; b++) {
      const { shape, values } = sampleOf(outputs[0]!, b, true);
      this.#found[b]!.push({ layer, shape, values });
    }
  }

  activations(): LayerOutput[][] {
    for (const name of this.wanted) {
      check(this.#names.has(name), () => {
        const hint = nearest(name, [...this.#names]);
        const tail = hint ? `did you mean ${show(hint)}?` : `there are ${[...this.#names].join(", ")}`;
        return `trace: no layer ${show(name)}; ${tail}`;
      });
    }
    return this.#found;
  }

  /** Rows [T, width] of a sample without those of padding. */
  realSteps(rows: Numbers, width: number, b: number): Numbers {
    const mask = this.#mask;
    if (!mask || rows.length !== mask.T * width) return rows;
    const steps = Array.from({ length: mask.T }, (_, t) => t).filter((t) => mask.used[b * mask.T + t] !== 0);
    return joinNumbers(steps.map((t) => rows.subarray(t * width, (t + 1) * width)));
  }
}
