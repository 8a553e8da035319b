/** How long a search is: trials, the rungs at which they are compared, and trainings in all. */
import type { Task } from "../../tasks/task.js";
import { jobCount, rungsOf } from "./halving.js";
import type { Plan } from "./ledger.js";
import { trialCount } from "./proposals.js";
import { commonOf } from "./task-space.js";

export interface SearchLength {
  /** In all. */
  readonly trials: number;
  /** Epochs at which trials are compared; the last are all, of which patience may have another opinion. */
  readonly rungs: readonly number[];
  /** Trainings up to a rung, as far as it can be foretold. */
  readonly jobs: number;
}

/** @throws SluiceError where the task does not know an option of the plan */
export function lengthOf(task: Task, { settings, space, options }: Plan): SearchLength {
  const { method, halving, rungs: most } = options;
  const trials = trialCount(method, space, options.trials);
  const { epochs } = commonOf(task, settings, space);
  const rungs = halving ? rungsOf(epochs, trials, most) : [epochs];
  return { trials, rungs, jobs: jobCount(trials, rungs) };
}
