/** `sluice train … --id COLUMN --per-series [--workers N | --redis URL]`: a model for each series of a table. */
import { Option, type Command } from "commander";
import { ThreadExecutor } from "../../distributed/executors/threads.js";
import type { PerSeries, SeriesHooks, SeriesStopped } from "../../distributed/series/train-series.js";
import type { Task } from "../../tasks/task.js";
import { commandLine, quoted } from "../command-line.js";
import { InterruptedError, UsageError } from "../errors.js";
import { flagOf } from "../flags.js";
import { interruptible } from "../interrupt.js";
import { openQueue } from "../queue-flags.js";
import type { Screen } from "../screen.js";
import { seriesProgress } from "../series-progress.js";
import { seriesObject, seriesText } from "../series-text.js";
import type { Reply } from "../verbs.js";
import { threadsOf } from "./workers.js";

const GROUP = "In parallel:";
/** Flags of its group that go with it. */
const OWN = ["perSeries", "workers"];

export function addSeriesFlag(command: Command): void {
  const help = "Forecasts: train a model for each series that --id tells apart, by itself, instead of one for all.";
  command.addOption(new Option("--per-series", help).helpGroup(GROUP));
}

/** @throws UsageError for a flag of trainings of one model on many cores */
function refuseOthers(command: Command): void {
  const other = command.options.find((option) => {
    const name = option.attributeName();
    return option.helpGroupHeading === GROUP && !OWN.includes(name) && command.getOptionValueSource(name) === "cli";
  });
  if (other)
    throw new UsageError(`--per-series: ${other.long} goes with one model that is trained on many cores, not with many models`, command.name()); // prettier-ignore
}

/** @throws UsageError where it goes neither with the task nor with other flags */
export function asksForSeries(task: Task, options: Readonly<Record<string, unknown>>, command: Command): boolean {
  if (command.opts<{ perSeries?: true }>().perSeries !== true) return false;
  const fail = (message: string) => new UsageError(`--per-series: ${message}`, command.name());
  if (task.name !== "forecast") throw fail(`it goes with --task forecast, not with ${task.name}`);
  if (options["id"] === undefined) throw fail("which column says what series a row belongs to? give --id");
  refuseOthers(command);
  return true;
}

/** @throws UsageError, InterruptedError, or what training throws */
export async function trainPerSeries(
  data: string,
  options: Readonly<Record<string, unknown>>,
  command: Command,
  words: readonly string[],
  screen: Screen,
): Promise<Reply> {
  const { forbiddenIn, trainSeries } = await import("../../distributed/series/train-series.js");
  const forbidden = forbiddenIn(options);
  if (forbidden) throw new UsageError(`--per-series: ${flagOf(forbidden.name)} does not go with it: ${forbidden.why}`, command.name()); // prettier-ignore
  const line = commandLine(["train", ...words]);
  return told(command, screen, (hooks) => trainSeries(data, options, { ...hooks, command: line }));
}

/** @param more what the run is given anew */
export async function resumePerSeries(
  where: string,
  { data, epochs }: { readonly data?: string; readonly epochs?: number },
  command: Command,
  screen: Screen,
): Promise<Reply> {
  refuseOthers(command);
  if (epochs !== undefined)
    throw new UsageError("--epochs: models of series are trained to their end; for more epochs train anew", command.name()); // prettier-ignore
  const { resumeSeries } = await import("../../distributed/series/train-series.js");
  return told(command, screen, (hooks) => resumeSeries(where, data === undefined ? {} : { data }, hooks));
}

async function told(
  command: Command,
  screen: Screen,
  work: (hooks: SeriesHooks) => Promise<PerSeries>,
): Promise<Reply> {
  const { SeriesStopped: Stopped } = await import("../../distributed/series/train-series.js");
  const workers = threadsOf(command, screen);
  const queue = await openQueue(command, screen, workers);
  screen.status.draw("Reading and preparing the data …");
  const done = await interruptible(screen, "Saving checkpoints of what is under way.", async (signal) => {
    const hooks: SeriesHooks = {
      signal,
      warn: screen.warn,
      onFolder: (path) => screen.note(`Run folder ${path}`),
      executor: (store) => queue ?? new ThreadExecutor({ store, ...(workers !== undefined && { workers }) }),
      onSeries: seriesProgress(screen),
    };
    return work(hooks).catch((error: unknown) => {
      throw stopOf(error, signal, Stopped);
    });
  }).finally(() => queue?.close());
  return { object: seriesObject(done), text: seriesText(done, screen) };
}

function stopOf(error: unknown, signal: AbortSignal, stopped: typeof SeriesStopped): unknown {
  if (error instanceof stopped) {
    const { folder, done, of } = error;
    return new InterruptedError(`Stopped after ${done} of ${of} series; all that was learnt is in ${folder}.`, `sluice train --resume ${quoted(folder)}`); // prettier-ignore
  }
  const early = signal.aborted && error instanceof Error && error.name === "AbortError";
  return early ? new InterruptedError("Stopped before training began; nothing was written.", null) : error;
}
