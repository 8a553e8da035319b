/** The linear autoregression as plain JSON in the model file. */
import { check, show } from "../../util/errors.js";
import { MOST_NUMBERS } from "../baselines/saved.js";
import type { LinearForecaster } from "./autoregression.js";

export interface SavedLinear {
  readonly order: number;
  readonly columns: readonly number[];
  readonly weights: readonly number[];
  readonly intercept: readonly number[];
}

/** Null where it is too large. */
export function savedLinear({ order, columns, model }: LinearForecaster): SavedLinear | null {
  const { weights, intercept } = model;
  if (weights.length > MOST_NUMBERS) return null;
  return { order, columns: [...columns], weights: [...weights], intercept: [...intercept] };
}

export function reviveLinear(where: string, saved: unknown): LinearForecaster | null {
  if (saved === null || saved === undefined) return null;
  const { order, columns, weights, intercept } = saved as Partial<SavedLinear>;
  const fits = [columns, weights, intercept].every((list) => Array.isArray(list) && list.every(Number.isFinite));
  check(fits && weights!.length === columns!.length * intercept!.length, () => {
    return `${where}: the saved linear autoregression must hold columns, weights and intercept, got ${show(saved)}`;
  });
  const model = { weights: Float64Array.from(weights!), intercept: Float64Array.from(intercept!) };
  return { order: order!, columns: Int32Array.from(columns!), model };
}
