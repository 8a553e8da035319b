/** What workers can do, by the kind of the job: nothing else can be asked of them. Loaded when the first job of a kind comes. */
import type { Handler } from "./job.js";

export const HANDLERS: Readonly<Record<string, () => Promise<Handler>>> = {
  fit: async () => (await import("./backtest/fit.js")).fit,
  trial: async () => (await import("./trial.js")).trial,
};
