/** The values that an epoch ends with, known before the first one runs: so that a wrong name is no epoch's work lost. */
import { isLossName } from "../../losses/index.js";
import { check, show } from "../../util/errors.js";
import type { Logs, TrainingRun } from "../callback.js";

const HIGHER_IS_BETTER = new Set([
  "accuracy",
  "binaryAccuracy",
  "categoricalAccuracy",
  "sparseCategoricalAccuracy",
  "topKCategoricalAccuracy",
  "sparseTopKCategoricalAccuracy",
  "precision",
  "recall",
  "f1",
  "auc",
]);
const LOWER_IS_BETTER = new Set([
  "rootMeanSquaredError",
  "meanAbsolutePercentageError",
  "symmetricMeanAbsolutePercentageError",
  "perplexity",
]);

/** What of a run tells which values its epochs end with. */
export type ValueSource = Pick<TrainingRun, "model" | "validates">;

export type Direction = "min" | "max";

/** Names of the loss and the metrics on training data, each with the better direction where that is known. */
function trainingValues({ model }: ValueSource): Map<string, Direction | undefined> {
  const { outputs } = model.compiled;
  const values = new Map<string, Direction | undefined>([["loss", "min"]]);
  for (const { name, metrics } of outputs) {
    const owner = outputs.length > 1 ? `${name}_` : "";
    for (const metric of metrics) values.set(`${owner}${metric.name}`, directionOf(metric.className));
  }
  return values;
}

/** Losses that serve as metrics are smaller when better; a user's own function may be either. */
function directionOf(className: string): Direction | undefined {
  if (HIGHER_IS_BETTER.has(className)) return "max";
  return LOWER_IS_BETTER.has(className) || isLossName(className) ? "min" : undefined;
}

/** The better direction of a value that is monitored; undefined when only the user can know. */
export function betterDirection(name: string, run: ValueSource): Direction | undefined {
  return trainingValues(run).get(name.replace(/^val_/, ""));
}

/** Raises an error unless an epoch will end with a value of that name. */
export function checkValueName(where: string, name: string, run: ValueSource): void {
  const training = [...trainingValues(run).keys()];
  const validation = run.validates ? training.map((key) => `val_${key}`) : [];
  const names = [...training, ...validation, "learningRate"];
  const tail = name.startsWith("val_") && !run.validates ? "; without validation data there are no val_ values" : "";
  check(names.includes(name), () => `${where}: no value ${show(name)}; there are ${names.join(", ")}${tail}`);
}

/** The value itself. */
export function valueOf(where: string, name: string, logs: Logs): number {
  const value = logs[name];
  check(value !== undefined, () => `${where}: no value ${show(name)}; there are ${Object.keys(logs).join(", ")}`);
  return value!;
}
