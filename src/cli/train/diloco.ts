/** `sluice train … --redis URL --workers K`, and `--diloco` on threads of this process: training on shards of the data. */
import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { z } from "zod";
import { ThreadExecutor } from "../../distributed/executors/threads.js";
import { hasJournal, readJournal } from "../../distributed/parallel/diloco/journal.js";
import { dilocoOptions, type DilocoOptions } from "../../distributed/parallel/diloco/options.js";
import { nameOf } from "../../distributed/parallel/diloco/rounds-report.js";
import type { DilocoRun, Hooks } from "../../distributed/parallel/diloco/train.js";
import type { Executor } from "../../distributed/job.js";
import { RUN_FILES, RunFolder } from "../../runs/run-folder.js";
import { readOptions } from "../../tasks/options.js";
import type { Run } from "../../tasks/run.js";
import type { Task } from "../../tasks/task.js";
import { commandLine } from "../command-line.js";
import { dilocoProgress } from "../diloco-progress.js";
import { UsageError } from "../errors.js";
import { addFlags, flagsOf, givenFlags } from "../flags.js";
import { openQueue } from "../queue-flags.js";
import type { Screen } from "../screen.js";
import { asUsage, checkFlags } from "../settings.js";
import { dilocoObject, dilocoFacts } from "../diloco-text.js";
import { trainReply } from "../train-reply.js";
import { watched } from "../training.js";
import type { Reply } from "../verbs.js";
import { workersOf } from "./workers.js";

const schema = z.strictObject({
  diloco: z
    .boolean()
    .default(false)
    .describe("Train on --workers shards of the data by DiLoCo, without a queue: on threads of this process."),
  ...dilocoOptions.shape,
});
const FLAGS = flagsOf(schema);
const RESUMED = FLAGS.filter(({ key }) => key === "deadline");
/** Those of a run, which goes on with what it was begun with. */
export const DILOCO_KEPT = FLAGS.filter(({ key }) => key !== "deadline");
const MOST_SHARDS = 1024;
const HEADING = () => "In parallel:";

export function addDilocoFlags(command: Command): void {
  addFlags(command, FLAGS, HEADING);
}

/** For a run that is gone on with. */
export function addDilocoResumeFlags(command: Command): void {
  addFlags(command, RESUMED, HEADING);
}

/**
 * Whether the words ask for shards: by --diloco, or by a queue where nothing else is to be done on it.
 * @throws UsageError where flags of DiLoCo were given without
 */
export function asksForDiloco(command: Command): boolean {
  const { redis } = command.opts<{ redis?: string }>();
  const { diloco, ...own } = givenFlags(command, FLAGS);
  if (diloco === true || redis !== undefined) return true;
  const [flag] = FLAGS.filter(({ key }) => key in own);
  if (flag) throw new UsageError(`${flag.flag}: it is one of DiLoCo; give --redis with --workers, or --diloco with --workers`, command.name()); // prettier-ignore
  return false;
}

/** Whether the run is one that was trained on shards. */
export function isDiloco(where: string): boolean {
  return hasJournal(RunFolder.open(where));
}

/** @throws UsageError where a run of one process is gone on with, and flags were given that are for shards */
export function refuseShardFlags(command: Command): void {
  const { redis } = command.opts<{ redis?: string }>();
  const flag = redis === undefined ? RESUMED.find(({ key }) => key in givenFlags(command, RESUMED))?.flag : "--redis";
  if (flag)
    throw new UsageError(`${flag}: the run was not trained on shards of its data; leave it out`, command.name());
}

/** @throws UsageError, or what training throws */
export async function trainShards(
  task: Task,
  data: string,
  options: Readonly<Record<string, unknown>>,
  command: Command,
  words: readonly string[],
  screen: Screen,
): Promise<Reply> {
  const { diloco: _, ...choices } = givenFlags(command, FLAGS);
  checkFlags(command, dilocoOptions, choices);
  const shards = shardsOf(command, options);
  const { trainDiloco, RoundTooLong } = await import("../../distributed/parallel/diloco/train.js");
  const line = commandLine(["train", ...words]);
  const { innerSteps } = readOptions("train", dilocoOptions, choices);
  return told(command, screen, { shards, innerSteps, threads: shards }, data, (hooks) =>
    trainDiloco(task, data, options, shards, choices as Partial<DilocoOptions>, { ...hooks, command: line }).catch(
      (error: unknown) => {
        throw error instanceof RoundTooLong ? asUsage(error, command.name()) : error;
      },
    ),
  );
}

/** @throws UsageError where it is not said, or options of the task do not go with it */
function shardsOf(command: Command, options: Readonly<Record<string, unknown>>): number {
  const fail = (message: string) => new UsageError(message, command.name());
  const { redis } = command.opts<{ redis?: string }>();
  const asked = redis === undefined ? "--diloco" : "--redis";
  const shards = workersOf(command);
  if (shards === undefined) {
    throw fail(`${asked}: such a training is done by DiLoCo, on shards of the data. Among how many are they dealt out? give --workers`); // prettier-ignore
  }
  if (shards > MOST_SHARDS) throw fail(`--workers: with ${asked} it counts shards, of which there are at most ${MOST_SHARDS}, got ${shards}`); // prettier-ignore
  if (options["shards"] !== undefined) throw fail(`--shards: it cuts the batches of one process, and ${asked} trains by DiLoCo, on --workers shards of the data; leave it out`); // prettier-ignore
  if (options["tbptt"] === true) throw fail(`--tbptt: its batches follow one another with their states, and ${asked} trains by DiLoCo, which deals batches out to shards; leave one of them out`); // prettier-ignore
  return shards;
}

/** @param more what the run is given anew */
export async function resumeShards(
  where: string,
  more: { readonly data?: string; readonly epochs?: number },
  command: Command,
  screen: Screen,
): Promise<Reply> {
  const { deadline } = givenFlags(command, RESUMED) as Pick<Partial<DilocoOptions>, "deadline">;
  checkFlags(command, dilocoOptions.partial(), { deadline });
  const { resumeDiloco } = await import("../../distributed/parallel/diloco/train.js");
  const { data } = RunFolder.open(where).readJson(RUN_FILES.config) as { data: string };
  const workers = workersOf(command);
  const { shards, options } = readJournal(RunFolder.open(where));
  const { redis } = command.opts<{ redis?: string }>();
  if (workers !== undefined && workers !== shards) {
    const means = redis === undefined ? `it says how many threads of this process train them` : `on a queue its workers train them, however many there are`; // prettier-ignore
    screen.note(`--workers ${workers}: the run keeps the ${shards} shards that it was begun with; ${means}.`);
  }
  const threads = workers ?? availableParallelism();
  return told(command, screen, { shards, innerSteps: options.innerSteps, threads }, more.data ?? data, (hooks) =>
    resumeDiloco(where, { ...more, ...(deadline !== undefined && { deadline }) }, hooks),
  );
}

interface Told {
  readonly shards: number;
  readonly innerSteps: number;
  /** At most. */
  readonly threads: number;
}

async function told(
  command: Command,
  screen: Screen,
  how: Told,
  data: string,
  work: (hooks: Hooks) => Promise<DilocoRun>,
): Promise<Reply> {
  const begin = performance.now();
  const queue = await openQueue(command, screen, undefined);
  const { shards, innerSteps } = how;
  const threads = Math.min(how.threads, shards, availableParallelism());
  const by = queue ? "the workers of the queue" : `${threads === 1 ? "1 thread" : `${threads} threads`} of this process`; // prettier-ignore
  screen.note(`${nameOf({ shards, options: { innerSteps } })}, trained by ${by}.`);
  const executor = (store: string): Executor => queue ?? new ThreadExecutor({ store, workers: threads });
  let ended: DilocoRun | null = null;
  const run: Run = await watched(screen, async (hooks) => {
    ended = await work({ ...hooks, executor, ...dilocoProgress(screen) });
    return ended.run;
  }).finally(() => queue?.close());
  const { journal } = ended! as DilocoRun;
  const seconds = (performance.now() - begin) / 1000;
  return trainReply(run, data, seconds, screen, { facts: dilocoFacts(journal), object: { diloco: dilocoObject(journal) } }); // prettier-ignore
}
