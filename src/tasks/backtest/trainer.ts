/** Who does the trainings of a backtest: they know nothing of each other, so that others than this process may. */
import type { DataSource } from "../../data/index.js";
import type { RunFolder } from "../../runs/run-folder.js";
import type { ForecastPipeline } from "../forecast/pipeline.js";
import type { Prepared } from "../task.js";
import type { BacktestHooks } from "./backtest.js";
import { asAtFirst, fitAt, type Fit, type FitPlan } from "./fits.js";
import { BacktestStopped } from "./finish.js";
import type { BacktestOptions } from "./options.js";
import type { Origin } from "./origins.js";

/** A training that is to be done. */
export interface DueFit {
  /** Place of its origin among all. */
  readonly place: number;
  readonly origin: Origin;
  /** The origin as the data write it. */
  readonly at: string | number;
}

/** The trainings of a backtest, and what they need. */
export interface FitWork {
  readonly data: DataSource;
  readonly options: BacktestOptions;
  /** Of the backtest. */
  readonly folder: RunFolder;
  /** Folder of the trainings. */
  readonly root: string;
  /** For the first training; what it finds out holds for the others (`asAtFirst`). */
  readonly plan: FitPlan;
  readonly due: readonly DueFit[];
  /** The first training, prepared; null where that was done before. Whoever trains closes it. */
  readonly first: Prepared<ForecastPipeline> | null;
  readonly hooks: BacktestHooks;
  readonly command: string;
}

export interface Trainer {
  /** @throws SluiceError for data that it cannot hand on, before anything is written */
  admit(data: DataSource): void;
  /**
   * Gives all trainings in order; those that have ended before are taken as they are.
   * @throws BacktestStopped where the signal ended it, after checkpoints were written; what a training throws
   */
  train(work: FitWork): AsyncIterable<Fit>;
  close(): Promise<void>;
}

/** What a training is called, by its place among them. */
export function fitName(f: number): string {
  return `fit-${f + 1}`;
}

/** One after the other in this process. */
export const inTurn: Trainer = {
  admit: () => undefined,
  close: () => Promise.resolve(),
  async *train({ plan, due, first, hooks, folder, root }) {
    let current = plan;
    for (const [f, { origin, at }] of due.entries()) {
      const callbacks = hooks.onFit?.(at, f + 1, due.length) ?? hooks.callbacks ?? [];
      const place = { root, name: fitName(f), callbacks };
      const fit = hooks.signal?.aborted ? null : await fitAt(current, origin, place, f === 0 ? first : null);
      if (fit === null) throw new BacktestStopped(folder.path, f, due.length);
      if (f === 0) current = asAtFirst(plan, fit.pipeline);
      yield fit;
    }
  },
};
