import type { Prepared } from "./task.js";

/**
 * The monitored value of the network before its first step, where that counts; null where it does not.
 * @param prepared its model is not trained yet
 */
export async function startValueOf({ model, validation, fit }: Prepared): Promise<number | null> {
  if (!fit.startCounts) return null;
  const { batchSize } = fit;
  const values = Array.isArray(validation)
    ? await model.evaluate(validation[0], validation[1], { batchSize, verbose: 0 })
    : await model.evaluate(validation as Exclude<typeof validation, readonly unknown[]>, { verbose: 0 });
  const value = values[fit.monitor.replace(/^val_/, "")];
  return value !== undefined && Number.isFinite(value) ? value : null;
}
