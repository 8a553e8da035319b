/** Metrics of shards, put together to those of the batch: what they have gathered adds up. */
import type { Metric } from "../../metrics/index.js";
import { Tensor } from "../../tensor/tensor.js";
import { check } from "../../util/errors.js";
import type { Compiled } from "../compile.js";

/** Copies with nothing gathered, for one who computes shards. */
export function freshMetrics({ outputs }: Compiled): Metric[][] {
  return outputs.map(({ metrics }) =>
    metrics.map((metric) => {
      const fresh = metric.fresh?.();
      check(fresh?.state !== undefined && fresh.restore !== undefined, () => {
        return `shards: the metric "${metric.name}" needs fresh(), state() and restore(), so that the batch's can be made of those of its shards`;
      });
      return fresh;
    }),
  );
}

/** Takes in what those of a shard have gathered: in its report, from a place on, the length of each state and the state. */
export function gatherMetrics(metrics: readonly Metric[], report: Float64Array, from: number): void {
  let at = from;
  for (const metric of metrics) {
    const end = at + 1 + report[at]!;
    gather(metric, [...report.subarray(at + 1, end)]);
    at = end;
  }
}

function gather(metric: Metric, state: readonly number[]): void {
  if (keepsScores(metric)) return takeScores(metric, state);
  const before = metric.state!();
  const fixed = metric.className === "auc" ? 1 : 0; // its number of classes
  const isEmpty = before.length <= fixed;
  metric.restore!(isEmpty ? state : before.map((value, i) => (i < fixed ? value : value + state[i]!)));
}

/** The exact AUC keeps every score; its state is the number of classes and for each of them score and weight in turns, negatives < 0. */
function keepsScores({ className, config }: Metric): boolean {
  return className === "auc" && (config as { numThresholds?: number | null }).numThresholds === null;
}

function takeScores(metric: Metric, [classes = 0, ...pairs]: readonly number[]): void {
  const rows = pairs.length / (2 * classes);
  if (!rows) return;
  const at = (row: number, c: number) => 2 * (c * rows + row);
  const each = (value: (row: number, c: number) => number) =>
    Float64Array.from({ length: rows * classes }, (_, i) => value(Math.floor(i / classes), i % classes));
  const scores = Tensor.of(each((row, c) => pairs[at(row, c)]!), [rows, classes]); // prettier-ignore
  const labels = Tensor.of(each((row, c) => +(pairs[at(row, c) + 1]! > 0)), [rows, classes]); // prettier-ignore
  const weights = Float64Array.from({ length: rows }, (_, row) => Math.abs(pairs[at(row, 0) + 1]!));
  metric.update(labels, scores, weights);
}
