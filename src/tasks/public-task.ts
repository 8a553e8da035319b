import type { z } from "zod";
import type { DataSource } from "../data/index.js";
import type { OptionsSchema } from "./options.js";
import type { Run } from "./run.js";
import type { Pipeline, Task } from "./task.js";
import { trainTask, type TrainHooks } from "./train-task.js";

/** A task as programs use it: `const run = await forecast.train("prices.csv", { target: "close" })`. */
export interface PublicTask<S extends OptionsSchema, P extends Pipeline> {
  readonly name: Task["name"];
  readonly description: string;
  /** The options as a zod schema: defaults, descriptions, JSON schema. */
  readonly options: S;
  /**
   * Trains, measures, and writes a run folder.
   * @throws SluiceError when options or data do not fit
   */
  train(source: DataSource, options: z.input<S>, hooks?: TrainHooks): Promise<Run<P>>;
}

export function publicTask<S extends OptionsSchema, P extends Pipeline>(task: Task<S, P>): PublicTask<S, P> {
  const { name, description, options } = task;
  return { name, description, options, train: (source, given, hooks) => trainTask(task, source, given, hooks) };
}
