/** A run that is trained by DiLoCo: as any run, but that its steps are done by shards. */
import { RUN_FILES, RunFolder } from "../../../runs/run-folder.js";
import { dataOf, resumeRun, type ResumeOptions } from "../../../tasks/open-run.js";
import { readOptions } from "../../../tasks/options.js";
import type { Run } from "../../../tasks/run.js";
import type { Task } from "../../../tasks/task.js";
import { trainTask, type TrainHooks } from "../../../tasks/train-task.js";
import { check, SluiceError } from "../../../util/errors.js";
import { Diloco, type DilocoHooks } from "./coordinator.js";
import { readJournal, type Journal } from "./journal.js";
import { dilocoOptions, type DilocoOptions } from "./options.js";

export { RoundTooLong } from "./epochs.js";

export type Hooks = Omit<TrainHooks, "fitter" | "shards"> & DilocoHooks;

export interface DilocoRun {
  readonly run: Run;
  /** What happened in its rounds. */
  readonly journal: Journal;
}

/**
 * Trains a task on shards of its data.
 * @param data a file or folder; its path must mean the same to all workers
 * @param shards K, how many share the data; the result depends on it, but not on how many workers there are
 * @throws SluiceError where options or data do not fit, before anything is written; and where nobody came to a round again and again, with
 *   all that was learnt kept
 */
export async function trainDiloco(
  task: Task,
  data: string,
  given: Readonly<Record<string, unknown>>,
  shards: number,
  choices: Partial<DilocoOptions>,
  hooks: Hooks,
): Promise<DilocoRun> {
  const options = readOptions("train", dilocoOptions, choices);
  check(Number.isInteger(shards) && shards >= 1 && shards <= 1024, () => `train: there are 1 to 1024 shards, got ${shards}`); // prettier-ignore
  const fitter = new Diloco({ task: task.name, data, shards, options }, hooks);
  return ended(fitter, await trainTask(task, data, given, { ...hooks, fitter, shards }));
}

/**
 * Goes on with a run that was begun by `trainDiloco`, on whatever workers there are now: with the same bits as if it had not stopped, unless
 * shards were late.
 */
export async function resumeDiloco(
  where: string,
  { deadline, ...options }: Pick<ResumeOptions, "epochs"> & { readonly data?: string; readonly deadline?: number },
  hooks: Hooks,
  root = "runs",
): Promise<DilocoRun> {
  const folder = RunFolder.open(where, root);
  const { shards, options: own, perEpoch } = readJournal(folder);
  const { task, data } = folder.readJson(RUN_FILES.config) as { task: string; data: string };
  const changed = { ...own, ...(deadline !== undefined && { deadline }) };
  const fitter = new Diloco(
    { task, data: options.data ?? dataOf(`resume ${folder.path}`, folder, data), shards, options: changed, perEpoch },
    hooks,
  );
  return ended(fitter, await resumeRun(where, { ...hooks, ...options, fitter, shards }, root));
}

function ended({ journal }: Diloco, run: Run): DilocoRun {
  if (!journal) throw new SluiceError("diloco: it ended before its first round");
  return { run, journal };
}
