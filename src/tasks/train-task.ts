/** From data to a run folder: prepares, trains, keeps the best weights, measures on the test part, writes the report. */
import type { Callback } from "sluice";
import type { Crew } from "../train/sharded/crew.js";
import { DEFAULT_SHARDS } from "../train/sharded/room.js";
import type { z } from "zod";
import type { DataSource } from "../data/index.js";
import { environment } from "../runs/environment.js";
import { fingerprint } from "../runs/fingerprint.js";
import { RUN_FILES, RunFolder } from "../runs/run-folder.js";
import { markRun } from "../runs/run-status.js";
import { attach } from "./attachment.js";
import { readOptions, type OptionsSchema } from "./options.js";
import type { Run } from "./run.js";
import { contentOf, slugOf, sourceName } from "./source-name.js";
import type { Pipeline, Task } from "./task.js";
import { prepareFor, runTraining, type Fitter } from "./training.js";

/** What surrounds a training; but for `fitter` and `shards`, none of it changes the result. */
export interface TrainHooks {
  /** Ends training after the batch that is running; a checkpoint is kept, so that it can go on. */
  signal?: AbortSignal;
  /** Called during training, beside those that write the run folder. */
  callbacks?: readonly Callback[];
  /** What `fit` prints on standard error: 0 nothing, 1 a bar, 2 a line an epoch. Default as `fit`. */
  verbose?: 0 | 1 | 2;
  /** Told what the user should know, such as rows that were left out. Default: standard error. */
  warn?: (message: string) => void;
  /** Told when the run folder is there, before training begins. */
  onFolder?: (path: string) => void;
  /** Threads that compute shards of each batch with this one; `shards` is then by default 4. They are ended when training is over. */
  crew?: Crew;
  /** What the run is measured on at its end; "validation" where one of several runs is yet to be chosen. Default "test". */
  part?: "validation" | "test";
  /** Whether report.html is written, which takes a second. Default true. */
  report?: boolean;
  /** Trains the network in another way than `model.fit`, which may lead to other weights. Default `model.fit`. */
  fitter?: Fitter;
  /** So many share each epoch of the training data (`TaskContext.shards`). */
  shards?: number;
  /** The command that the report shows. Default: the call that makes the same run. */
  command?: string;
}

/**
 * Trains a task on data and writes a run folder.
 * @param given options of the task; each has a default that suits the task, or is asked for
 * @throws SluiceError when options or data do not fit; nothing is written then, and earlier runs stay as they are
 */
export async function trainTask<S extends OptionsSchema, P extends Pipeline>(
  task: Task<S, P>,
  source: DataSource,
  given: z.input<S>,
  hooks: TrainHooks = {},
): Promise<Run<P>> {
  const begin = new Date();
  const { crew } = hooks;
  const { shards = DEFAULT_SHARDS } = given as { shards?: number };
  const options = readOptions(task.name, task.options, crew ? { ...given, shards } : given);
  const { runs, name = slugOf(source) } = options as { runs: string; name?: string };
  const prepared = await prepareFor(task, source, options, hooks);
  try {
    attach(prepared.model, prepared.pipeline);
    const made = environment(await prepared.model.prepareTraining(), begin);
    const where = { ...made, ...(crew && { workers: crew.workers }) };
    const command = hooks.command ?? callOf(task.name, source, given);
    const print = await fingerprint(contentOf(source));
    const folder = RunFolder.create(runs, name, begin, (fresh) => {
      markRun(fresh, "running");
      fresh.writeJson(RUN_FILES.config, { task: task.name, data: sourceName(source), ...prepared.settings });
      fresh.writeJson(RUN_FILES.environment, { ...where, command });
      fresh.writeJson(RUN_FILES.data, { fingerprint: print, facts: Object.fromEntries(prepared.facts) });
    });
    hooks.onFolder?.(folder.path);
    return await runTraining({
      prepared,
      model: prepared.model,
      folder,
      hooks,
      source: sourceName(source),
      command,
      environment: where,
      before: null,
    });
  } finally {
    await prepared.close?.();
  }
}

function callOf(task: string, source: DataSource, given: object): string {
  return `await ${task}.train(${JSON.stringify(sourceName(source))}, ${JSON.stringify(given)})`;
}
