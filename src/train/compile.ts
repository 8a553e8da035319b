import { resolveLoss, type Loss, type LossLike } from "../losses/index.js";
import { resolveMetric, type Metric, type MetricLike } from "../metrics/index.js";
import { resolveOptimizer, type Optimizer, type OptimizerLike } from "../optimizers/index.js";
import type { Graph } from "../model/graph.js";
import { checkOptions } from "../util/checks.js";
import { check, show } from "../util/errors.js";

export interface CompileOptions {
  /** A name with Keras's defaults, or `optimizers.adam({ learningRate: 1e-3 })`. Default "rmsprop", as in Keras. */
  optimizer?: OptimizerLike;
  /** One loss; with several outputs a list, or an object keyed by the names of the output layers. */
  loss: LossLike | LossLike[] | Record<string, LossLike>;
  /**
   * Metrics of the only output, or of all; with several outputs also a list of lists or an object. As in Keras they leave out masked
   * steps, but do not look at sampleWeight and classWeight.
   */
  metrics?: MetricLike[] | MetricLike[][] | Record<string, MetricLike | MetricLike[]>;
  /** Metrics that weigh samples as the loss does; where `metrics` has one of the same name, "weighted_" stands before it. */
  weightedMetrics?: CompileOptions["metrics"];
  /** Factors on the losses of several outputs. Default 1 each. */
  lossWeights?: number[] | Record<string, number>;
}

export interface CompiledOutput {
  readonly name: string;
  readonly loss: Loss;
  /** Factor on the loss. */
  readonly weight: number;
  readonly metrics: readonly Metric[];
  /** Those from this place on are the weighted ones. */
  readonly weightedFrom: number;
}

/** What compile() resolved: per output its loss, weight and metrics. */
export interface Compiled {
  readonly optimizer: Optimizer;
  readonly outputs: readonly CompiledOutput[];
  /** As given, for the file. */
  readonly options: CompileOptions;
}

export function compileGraph(graph: Graph, options: CompileOptions): Compiled {
  check(
    typeof options === "object" && options !== null,
    () => `compile: expected { optimizer, loss, metrics }, got ${show(options)}`,
  );
  checkOptions("compile", options, ["optimizer", "loss", "metrics", "weightedMetrics", "lossWeights"]);
  const names = graph.outputs.map((t) => t.node.layer.name);
  const losses = perOutput<LossLike>(options.loss, names, "loss");
  const weights =
    options.lossWeights === undefined
      ? names.map(() => 1)
      : perOutput<number>(options.lossWeights, names, "lossWeights");
  const metrics = metricsPerOutput(options.metrics ?? [], names);
  const weighted = metricsPerOutput(options.weightedMetrics ?? [], names);
  const outputs = names.map((name, i) => {
    check(losses[i] !== undefined, () => `compile: the loss of output "${name}" is missing`);
    const loss = resolveLoss(losses[i]!, "compile");
    const resolve = (list: MetricLike[]) => list.map((m) => resolveMetric(m, "compile", loss));
    const plain = resolve(metrics[i]!);
    const all = [...plain, ...apart(resolve(weighted[i]!), plain)];
    distinguish(all);
    return { name, loss, weight: weights[i]!, metrics: all, weightedFrom: plain.length };
  });
  return { optimizer: resolveOptimizer(options.optimizer ?? "rmsprop", "compile"), outputs, options };
}

/** The weighted metrics, under names that the others do not have. */
function apart(weighted: Metric[], plain: readonly Metric[]): Metric[] {
  const taken = new Set(plain.map((m) => m.name));
  return weighted.map((m) => (taken.has(m.name) ? { ...m, name: `weighted_${m.name}` } : m));
}

/** Two metrics of one name (functions without one, say) would share a key of the history: later ones get a number. */
function distinguish(metrics: Metric[]): void {
  const taken = new Set<string>();
  for (const metric of metrics) {
    const { name } = metric;
    for (let i = 1; taken.has(metric.name); i++) metric.name = `${name}_${i}`;
    taken.add(metric.name);
  }
}

/** One value for each output: from a list, from an object keyed by output names, or the same for all. */
function perOutput<V>(value: V | V[] | Record<string, V>, names: string[], what: string): V[] {
  if (Array.isArray(value)) {
    check(
      value.length === names.length,
      () => `compile: ${what} has ${value.length} entries for ${names.length} outputs`,
    );
    return value;
  }
  if (typeof value !== "object" || value === null || !isKeyed(value, names)) return names.map(() => value as V);
  const keyed = value as Record<string, V>;
  const unknown = Object.keys(keyed).find((key) => !names.includes(key));
  check(
    unknown === undefined,
    () => `compile: ${what} names ${show(unknown)}, but the outputs are ${names.join(", ")}`,
  );
  return names.map((name) => keyed[name]!);
}

function isKeyed(value: object, names: string[]): boolean {
  return Object.keys(value).some((key) => names.includes(key));
}

function metricsPerOutput(metrics: NonNullable<CompileOptions["metrics"]>, names: string[]): MetricLike[][] {
  if (Array.isArray(metrics)) {
    const nested = metrics.length === names.length && metrics.every((m) => Array.isArray(m));
    return nested ? (metrics as MetricLike[][]) : names.map(() => metrics as MetricLike[]);
  }
  const keyed = perOutput<MetricLike | MetricLike[]>(metrics, names, "metrics");
  return keyed.map((m) => (m === undefined ? [] : Array.isArray(m) ? m : [m]));
}
