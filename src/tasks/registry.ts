import { checkChoice } from "../util/checks.js";
import { classifyTask } from "./classify/task.js";
import { anyForecastTask } from "./forecast/any-task.js";
import { generateTask } from "./generate/task.js";
import { regressTask } from "./regress/task.js";
import { transcribeTask } from "./transcribe/task.js";
import { translateTask } from "./translate/task.js";
import type { Task, TaskName } from "./task.js";

/** All tasks by name: what a run folder or a model file names is looked up here. */
export const TASKS: Readonly<Partial<Record<TaskName, Task>>> = {
  classify: classifyTask as unknown as Task,
  forecast: anyForecastTask as unknown as Task,
  generate: generateTask as unknown as Task,
  regress: regressTask as unknown as Task,
  transcribe: transcribeTask as unknown as Task,
  translate: translateTask as unknown as Task,
};

/** @throws SluiceError for a name that is none */
export function taskNamed(where: string, name: unknown): Task {
  return TASKS[checkChoice(where, "task", name, Object.keys(TASKS) as TaskName[])]!;
}
