/** Distances of predictions p from labels t; other distances are losses, and any loss is a metric under its own name. */
import { categoricalCrossentropy, meanSquaredError, sparseCategoricalCrossentropy } from "../losses/index.js";
import { check, show } from "../util/errors.js";
import { defineMetric, meanOfLoss, meanOfRows, type RowValue } from "./metric.js";

/** √(mean (p - t)²) */
export const rootMeanSquaredError = defineMetric("rootMeanSquaredError", {}, () =>
  meanOfLoss(meanSquaredError(), Math.sqrt),
);

function meanOfElements(value: (t: number, p: number) => number): RowValue {
  return (t, ti, m, p, pi, n) => {
    let sum = 0;
    for (let c = 0; c < n; c++) sum += value(t[ti + (m === 1 ? 0 : c)]!, p[pi + c]!);
    return sum / n;
  };
}

/** 100 · mean |p - t| / max(|t|, 1e-7), in percent */
export const meanAbsolutePercentageError = defineMetric("meanAbsolutePercentageError", {}, () =>
  meanOfRows(meanOfElements((t, p) => (100 * Math.abs(p - t)) / Math.max(Math.abs(t), 1e-7))),
);

/** 200 · mean |p - t| / (|t| + |p|), in percent, 0 to 200; 0 where both are 0 (Makridakis 1993; the M4 competition's form) */
export const symmetricMeanAbsolutePercentageError = defineMetric("symmetricMeanAbsolutePercentageError", {}, () =>
  meanOfRows(meanOfElements((t, p) => (p === t ? 0 : (200 * Math.abs(p - t)) / (Math.abs(t) + Math.abs(p))))),
);

/**
 * e to the power of the mean cross-entropy (in nats) of the right class.
 * @param options.fromLogits default false; @param options.oneHot labels are one-hot rows, not class indices; default false
 */
export const perplexity = defineMetric(
  "perplexity",
  { fromLogits: false, oneHot: false },
  ({ fromLogits, oneHot }, where) => {
    check(typeof oneHot === "boolean", () => `${where}: oneHot must be true or false, got ${show(oneHot)}`);
    const loss = oneHot ? categoricalCrossentropy({ fromLogits }) : sparseCategoricalCrossentropy({ fromLogits });
    return meanOfLoss(loss, Math.exp);
  },
);
