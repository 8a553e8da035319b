import { predictLinear, RidgeSystem, type LinearModel, type Matrix } from "../baselines/linear.js";
import { errorsOf } from "./measure.js";

/** Penalties that are tried, by the sum of squares of a scaled column, which is N. */
const PENALTIES = [1e-6, 1e-3, 1e-2, 1e-1, 1];

/** The linear regression whose penalty does best on the validation part. */
export function bestRidge(train: Matrix, y: Float64Array, validation: Matrix, truth: Float64Array): LinearModel {
  const system = new RidgeSystem(train, { data: y, rows: y.length, columns: 1 });
  const tried = PENALTIES.map((penalty) => {
    const model = system.solve(penalty * y.length);
    return { model, error: errorsOf(truth, predictLinear(model, validation))["RMSE"]! };
  });
  return tried.reduce((best, one) => (one.error < best.error ? one : best)).model;
}
