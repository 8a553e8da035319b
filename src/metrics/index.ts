import { isLossName, resolveLoss, type Loss, type LossFunction } from "../losses/index.js";
import { canonical } from "../util/aliases.js";
import { makeNamed, type Named } from "../util/named.js";
import {
  accuracy, binaryAccuracy, categoricalAccuracy, sparseCategoricalAccuracy, sparseTopKCategoricalAccuracy,
  topKCategoricalAccuracy,
} from "./accuracy.js"; // prettier-ignore
import { auc } from "./auc.js";
import { f1, precision, recall } from "./confusion.js";
import {
  meanAbsolutePercentageError,
  perplexity,
  rootMeanSquaredError,
  symmetricMeanAbsolutePercentageError,
} from "./errors.js";
import { defineMetric, meanOfLoss, type Metric } from "./metric.js";

export * from "./factories.js";
export type { Metric } from "./metric.js";

/** A name such as "accuracy", "auc" or "mae", `metrics.f1({ average: "micro" })`, a loss, a saved configuration, or a function. */
export type MetricLike = string | Metric | Loss | Named | LossFunction;

const FACTORIES = {
  accuracy, binaryAccuracy, categoricalAccuracy, sparseCategoricalAccuracy, topKCategoricalAccuracy, sparseTopKCategoricalAccuracy,
  precision, recall, f1, auc, rootMeanSquaredError, meanAbsolutePercentageError, symmetricMeanAbsolutePercentageError, perplexity,
}; // prettier-ignore

const ALIASES = {
  acc: "accuracy", rmse: "rootMeanSquaredError", mape: "meanAbsolutePercentageError", f1score: "f1",
  smape: "symmetricMeanAbsolutePercentageError",
}; // prettier-ignore

/**
 * The metric that a user's value stands for; a name is its key in the history as it was written. With the loss of the same
 * output given, "accuracy" and "perplexity" take from it whether predictions are logits, and labels one-hot or single.
 */
export function resolveMetric(value: MetricLike, where: string, loss?: Loss): Metric {
  if (typeof value === "object" && value !== null && "update" in value) return value;
  const known = canonical(value, Object.keys(FACTORIES), ALIASES);
  if (
    typeof value === "function" ||
    (typeof value === "object" && value !== null && "call" in value) ||
    isLoss(value)
  ) {
    const asMetric = resolveLoss(value, where);
    const name =
      typeof value === "string"
        ? value
        : asMetric.className === "custom"
          ? String(asMetric.config.name)
          : asMetric.className;
    return { ...defineMetric(asMetric.className, {}, () => meanOfLoss(asMetric))({ name }), config: asMetric.config };
  }
  if (typeof value !== "string" || typeof known !== "string") return makeNamed(where, "metric", FACTORIES, known);
  return { ...makeNamed(where, "metric", FACTORIES, { className: known, config: fromLoss(known, loss) }), name: value };
}

function isLoss(value: string | Named): boolean {
  return typeof value === "string" ? isLossName(value) : value?.className === "custom" || isLossName(value?.className);
}

/** Options that a metric named only by its name takes from the loss. */
function fromLoss(metric: string, loss: Loss | undefined): object {
  const fromLogits = loss?.config.fromLogits === true;
  const binary = loss?.className === "binaryCrossentropy";
  if (metric === "accuracy") return { binary, threshold: binary && fromLogits ? 0 : 0.5 };
  if (metric === "perplexity") return { fromLogits, oneHot: loss?.className === "categoricalCrossentropy" };
  return {};
}
