/** `sluice train … --workers N [--shards S]` without a queue: threads of this process compute parts of each batch. */
import type { Command } from "commander";
import type { TrainHooks } from "../../tasks/train-task.js";
import type { Screen } from "../screen.js";
import { workersOf } from "./workers.js";

/** What `--workers` adds to a training. @throws UsageError unless it is a whole number of at least 1 */
export async function crewOf(command: Command, screen: Screen): Promise<Pick<TrainHooks, "crew">> {
  const workers = workersOf(command);
  if (workers === undefined) return {};
  const { Team } = await import("../../distributed/parallel/sync/team.js");
  return { crew: new Team(workers, (message) => screen.warn(message)) };
}
