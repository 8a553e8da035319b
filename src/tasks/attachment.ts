import type { Model } from "sluice";
import { check, show } from "../util/errors.js";
import type { Pipeline, TaskName } from "./task.js";

/** Version of what a model file keeps of its task; raised when an older reader would misunderstand it. */
const VERSION = 1;

/** What a model file keeps beside the weights: the task and its fitted preprocessing. */
export interface Attachment {
  readonly version: number;
  readonly name: TaskName;
  readonly pipeline: unknown;
}

/** Puts the task into the model, so that every file of it, checkpoints too, can predict from raw data. */
export function attach(model: Model, pipeline: Pipeline): void {
  const task: Attachment = { version: VERSION, name: pipeline.task, pipeline: pipeline.toJSON() };
  model.attachments = { ...model.attachments, task };
}

/** @throws SluiceError where the model was not trained by a task, or by one of a newer version */
export function attachmentOf(where: string, attachments: Readonly<Record<string, unknown>>): Attachment {
  const task = attachments["task"] as Partial<Attachment> | undefined;
  check(task !== undefined, () => {
    return `${where}: the model knows no task; it was not made by \`sluice train\`. Load it with loadModel() instead`;
  });
  check(task.version === VERSION, () => {
    return `${where}: its task is stored in version ${show(task.version)}, this version of Sluice reads ${VERSION}`;
  });
  return task as Attachment;
}
