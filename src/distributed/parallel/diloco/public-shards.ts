/** Training on shards of the data, as programs ask for it. */
import { taskNamed } from "../../../tasks/registry.js";
import type { TaskName } from "../../../tasks/task.js";
import type { TrainHooks } from "../../../tasks/train-task.js";
import { checkOptions } from "../../../util/checks.js";
import { check } from "../../../util/errors.js";
import { ThreadExecutor } from "../../executors/threads.js";
import type { Executor } from "../../job.js";
import { dilocoOptions, type DilocoOptions } from "./options.js";
import type { RoundHooks } from "./rounds.js";
import { resumeDiloco, trainDiloco, type DilocoRun, type Hooks } from "./train.js";

/** Where shards are trained and who is told of it. */
interface Surroundings
  extends RoundHooks, Pick<TrainHooks, "signal" | "onFolder" | "callbacks" | "verbose" | "report"> {
  /** Threads of this process. Default one less than there are cores. */
  readonly workers?: number;
  /** Instead of threads, such as what `openQueue` gives; it is closed when the training ends. */
  readonly executor?: Executor;
}

export interface ShardsSettings extends Partial<DilocoOptions>, Surroundings {
  /** K, among how many the data are dealt out, 1 to 1024. The result depends on it, and not on the workers. */
  readonly shards: number;
}

export interface ShardsMore extends Surroundings {
  /** The data, where they have moved. */
  readonly data?: string;
  /** Train up to this many epochs instead of those that the run was begun with. */
  readonly epochs?: number;
  /** Another deadline, in seconds. */
  readonly deadline?: number;
}

const CHOICES = Object.keys(dilocoOptions.shape);
const HOOKS = ["signal", "onFolder", "callbacks", "verbose", "report", "onRound", "onShard", "warn"] as const;
const AROUND = ["workers", "executor", ...HOOKS];

/**
 * Trains a task by DiLoCo, as `sluice train --redis URL --workers K` does:
 * `const { run } = await trainShards(forecast, "load.csv", { target: "load" }, { shards: 8, executor: await openQueue() })`.
 * @param task such as `forecast` of `sluice/tasks`, or its name
 * @param data a file or folder; its path must mean the same to all workers
 * @param options of the task
 * @throws SluiceError where options or data do not fit, before anything is written; and where nobody came to a round three times, with
 *   everything before it kept
 */
export function trainShards(
  task: TaskName | { readonly name: TaskName },
  data: string,
  options: Readonly<Record<string, unknown>>,
  settings: ShardsSettings,
): Promise<DilocoRun> {
  return closing(settings, () => {
    checkOptions("train", settings, ["shards", ...CHOICES, ...AROUND]);
    const own = taskNamed("train", typeof task === "object" ? task.name : task);
    check(typeof data === "string", () => "train: shards read the data themselves: name a file or a folder");
    const choices = Object.fromEntries(Object.entries(settings).filter(([name]) => CHOICES.includes(name)));
    return trainDiloco(own, data, options, settings.shards, choices, hooksOf(settings));
  });
}

/**
 * Goes on with a training on shards that was interrupted, or that is to have more epochs.
 * @param run its folder, its name, or "latest"
 * @throws SluiceError when it has nothing left to do, or the data are not those that it was begun with
 */
export function goOnWithShards(run: string, settings: ShardsMore = {}): Promise<DilocoRun> {
  return closing(settings, () => {
    checkOptions("train", settings, ["data", "epochs", "deadline", ...AROUND]);
    const { data, epochs, deadline } = settings;
    const more = { ...(data !== undefined && { data }), ...(epochs !== undefined && { epochs }), ...(deadline !== undefined && { deadline }) }; // prettier-ignore
    return resumeDiloco(run, more, hooksOf(settings));
  });
}

/** An executor that was given is closed even where the training could not begin. */
async function closing<T>({ executor }: Surroundings, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await executor?.close();
  }
}

function hooksOf({ workers, executor, ...settings }: Surroundings): Hooks {
  const known: readonly string[] = HOOKS;
  return {
    ...Object.fromEntries(Object.entries(settings).filter(([name]) => known.includes(name))),
    executor: (store) => executor ?? new ThreadExecutor({ store, ...(workers !== undefined && { workers }) }),
  };
}
