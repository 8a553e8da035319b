/** `sluice train … --workers N [--shards S]` without a queue: threads of this process compute parts of each batch. */
import type { Command } from "commander";
import type { TrainHooks } from "../../tasks/train-task.js";
import { UsageError } from "../errors.js";
import type { Screen } from "../screen.js";
import { threadsOf } from "./workers.js";

/**
 * What `--workers` adds to a training.
 * @param options of the task, as far as they were given
 * @throws UsageError unless it is a number of threads, and the task's batches can be cut
 */
export async function crewOf(
  command: Command,
  screen: Screen,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Pick<TrainHooks, "crew">> {
  const workers = threadsOf(command, screen);
  if (options["tbptt"] === true && (workers !== undefined || options["shards"] !== undefined)) {
    const flag = workers === undefined ? "--shards" : "--workers";
    throw new UsageError(`${flag}: parts of a batch are trained by themselves, but --tbptt carries states from piece to piece; leave one of them out`, command.name()); // prettier-ignore
  }
  if (workers === undefined) return {};
  const { Team } = await import("../../distributed/parallel/sync/team.js");
  return { crew: new Team(workers, (message) => screen.warn(message)) };
}
