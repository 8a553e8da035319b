/** Searches as programs ask for them. */
import { taskNamed } from "../../tasks/registry.js";
import type { TaskName } from "../../tasks/task.js";
import { checkOptions } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { ThreadExecutor } from "../executors/threads.js";
import type { Executor } from "../job.js";
import { sweepOptions, type SweepOptions } from "./options.js";
import { resumeSweep, sweepTask, type Sweep, type SweepHooks } from "./sweep.js";
import { readSpace } from "./task-space.js";

/**
 * By option the values to try, `units: [32, 64, [64, 32]]`, or a range as text: `layers: "1..3"`, `learningRate: "log:1e-4..1e-2"`; with a
 * condition behind "?": `recurrentDropout: "0..0.5?cell=gru,lstm"`. Options are those of the task, and `layers`, which stacks `units` so often.
 */
export type SpaceOf = Readonly<Record<string, string | readonly (Plain | readonly Plain[])[]>>;

type Plain = string | number | boolean;

/** Where trials are trained and who is told of it. */
interface Surroundings extends Omit<SweepHooks, "executor" | "command"> {
  /** Threads of this process. Default one less than there are cores. */
  readonly workers?: number;
  /** Instead of threads, such as what `openQueue` gives; it is closed when the search ends. */
  readonly executor?: Executor;
}

export interface SweepSettings extends Partial<Omit<SweepOptions, "workers">>, Surroundings {
  readonly space: SpaceOf;
}

export interface SweepMore extends Surroundings {
  /** The data, where they have moved. */
  readonly data?: string;
  /** A larger budget. */
  readonly trials?: number;
  readonly seconds?: number;
}

const CHOICES = Object.keys(sweepOptions.shape).filter((name) => name !== "workers");
const MORE = ["data", "trials", "seconds"];
const AROUND = ["workers", "executor", "signal", "warn", "onFolder", "onTrial", "onEpoch"];

/**
 * Searches for the best options of a task, as `sluice sweep` does:
 * `const { best, bestRun } = await sweep(forecast, "prices.csv", { target: "close" }, { space: { units: [32, 64] }, trials: 20 })`.
 * @param task such as `forecast` of `sluice/tasks`, or its name
 * @param data a file or folder; its path must mean the same to all workers
 * @param options of the task, which all trials have in common
 * @throws SluiceError where options, space or data do not fit, before anything is written, and where all trials fail; SweepStopped
 *   when the signal ended it
 */
export function sweep(
  task: TaskName | { readonly name: TaskName },
  data: string,
  options: Readonly<Record<string, unknown>>,
  settings: SweepSettings,
): Promise<Sweep> {
  return closing(settings, async () => {
    checkOptions("sweep", settings, ["space", ...CHOICES, ...AROUND]);
    const { space } = settings;
    const choices = Object.fromEntries(Object.entries(settings).filter(([name]) => CHOICES.includes(name)));
    const own = taskNamed("sweep", typeof task === "object" ? task.name : task);
    check(typeof space === "object" && space !== null, () => `sweep: space must be an object, got ${show(space)}`);
    return sweepTask(own, data, options, readSpace(own, Object.entries(space).map(textOf)), choices, hooksOf(settings));
  });
}

/**
 * Goes on with a search that was stopped, or of which trials failed, or, where it has ended, with a larger budget.
 * @param run its folder, its name, or "latest"
 * @throws SluiceError when it has nothing left to do, or the data are not those that it was begun with
 */
export function goOnWithSweep(run: string, settings: SweepMore = {}): Promise<Sweep> {
  return closing(settings, async () => {
    checkOptions("sweep", settings, [...MORE, ...AROUND]);
    const { data, trials, seconds } = settings;
    return resumeSweep(run, { ...(data !== undefined && { data }), trials, seconds }, hooksOf(settings));
  });
}

/** An executor that was given is closed even where the search could not begin. */
async function closing({ executor }: Surroundings, work: () => Promise<Sweep>): Promise<Sweep> {
  try {
    return await work();
  } finally {
    await executor?.close();
  }
}

function hooksOf({ workers, executor, signal, warn, onFolder, onTrial, onEpoch }: Surroundings): SweepHooks {
  return {
    executor: (store) => executor ?? new ThreadExecutor({ store, ...(workers !== undefined && { workers }) }),
    ...(signal && { signal }),
    ...(warn && { warn }),
    ...(onFolder && { onFolder }),
    ...(onTrial && { onTrial }),
    ...(onEpoch && { onEpoch }),
  };
}

/** As the command line writes it. */
function textOf([name, values]: [string, SpaceOf[string]]): string {
  if (typeof values === "string") return `${name}=${values}`;
  check(Array.isArray(values), () => `sweep: space.${name} must be a list of values or a range as text, got ${show(values)}`); // prettier-ignore
  const written = values.map((value) => [value].flat().map(String));
  const odd = written.flat().find((text) => /[,+?]|\.\./.test(text));
  check(odd === undefined, () => `sweep: space.${name} cannot hold ${show(odd)}: "," "+" "?" and ".." mean something in a space`); // prettier-ignore
  return `${name}=${written.map((parts) => parts.join("+")).join(",")}`;
}
