/** A training that is asked for: refused before anything is begun where the command line would refuse it. */
import { z } from "zod";
import { MOST_WORKERS } from "../../distributed/parallel/sync/control.js";
import { readOptions } from "../../tasks/options.js";
import type { Task } from "../../tasks/task.js";
import type { ParallelRequest } from "../api/index.js";
import { refuseUnless } from "./problems.js";

const parallelRequest = z.strictObject({
  perSeries: z.boolean().optional(),
  workers: z.int().min(1).max(MOST_WORKERS).optional(),
});

/** @throws Refusal, or SluiceError that says which option is wrong */
export function checkTraining(
  task: Task,
  settings: Readonly<Record<string, unknown>>,
  parallel: ParallelRequest,
): void {
  readOptions(`train ${task.name}`, task.options, settings);
  const { perSeries } = readOptions("parallel", parallelRequest, parallel);
  const divisible = task.name === "forecast" && settings["id"] !== undefined;
  refuseUnless(!perSeries || divisible, 422, () => "a model for each series takes a forecast, and an id that tells them apart"); // prettier-ignore
}
