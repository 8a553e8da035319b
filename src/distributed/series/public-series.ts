/** A model for each series, as programs ask for them. */
import type { z } from "zod";
import type { DataSource } from "../../data/index.js";
import type { forecastOptions } from "../../tasks/forecast/options.js";
import { checkOptions } from "../../util/checks.js";
import { ThreadExecutor } from "../executors/threads.js";
import type { Executor } from "../job.js";
import { resumeSeries, trainSeries as train, type PerSeries, type SeriesHooks } from "./train-series.js";

/** Where series are trained and who is told of it. */
export interface SeriesSettings extends Omit<SeriesHooks, "executor" | "command"> {
  /** Threads of this process. Default one less than there are cores. */
  readonly workers?: number;
  /** Instead of threads, such as what `openQueue` gives; it is closed at the end. */
  readonly executor?: Executor;
}

export interface SeriesMore extends SeriesSettings {
  /** The data, where they were in memory or have moved. */
  readonly data?: DataSource;
}

const AROUND = ["workers", "executor", "signal", "warn", "onFolder", "onSeries"];

/**
 * Trains a forecast of each series by itself, as `sluice train --per-series` does:
 * `const { folder } = await trainSeries("sales.csv", { target: "units", id: "shop" }, { workers: 4 })`.
 * @param source file, table or rows; it is read once, and must fit into memory
 * @param options of `forecast`; `id` names the column that says which series a row belongs to
 * @throws SluiceError where options or data do not fit, before anything is written, and where no series could be trained; SeriesStopped
 *   when the signal ended it
 */
export function trainSeries(
  source: DataSource,
  options: z.input<typeof forecastOptions> & { readonly id: string },
  settings: SeriesSettings = {},
): Promise<PerSeries> {
  return closing(settings, () => {
    checkOptions("series", settings, AROUND);
    return train(source, options, hooksOf(settings));
  });
}

/**
 * Goes on with what is missing: series that wait, and those that failed.
 * @param run its folder, its name, or "latest"
 * @throws SluiceError when there are none, or the data are not those that it was begun with
 */
export function goOnWithSeries(run: string, settings: SeriesMore = {}): Promise<PerSeries> {
  return closing(settings, () => {
    checkOptions("series", settings, ["data", ...AROUND]);
    const { data } = settings;
    return resumeSeries(run, data === undefined ? {} : { data }, hooksOf(settings));
  });
}

/** An executor that was given is closed even where the training could not begin. */
async function closing({ executor }: SeriesSettings, work: () => Promise<PerSeries>): Promise<PerSeries> {
  try {
    return await work();
  } finally {
    await executor?.close();
  }
}

function hooksOf({ workers, executor, signal, warn, onFolder, onSeries }: SeriesSettings): SeriesHooks {
  return {
    executor: (store) => executor ?? new ThreadExecutor({ store, ...(workers !== undefined && { workers }) }),
    ...(signal && { signal }),
    ...(warn && { warn }),
    ...(onFolder && { onFolder }),
    ...(onSeries && { onSeries }),
  };
}
