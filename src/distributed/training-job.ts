/** What jobs that train a run have in common. */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { Callback } from "sluice";
import type { RunFolder } from "../runs/run-folder.js";
import { forgetLock, forgetOwnLock } from "../runs/run-lock.js";
import { markRun, readStatus } from "../runs/run-status.js";
import type { JobContext } from "./job.js";

/**
 * Frees the folder of a run whose thread or worker was lost, which cannot do so itself. No executor does one job twice at the same time: where
 * this process is said to be in it, a thread of it died; where a queue says that nobody else has the job, whoever is said to was lost.
 */
export function takeOver(folder: RunFolder, { sole }: Pick<JobContext, "sole">): void {
  const { state, process: owner } = readStatus(folder);
  if (state === "running" && owner?.id === process.pid) {
    markRun(folder, "interrupted", "its thread ended before the run did");
    forgetOwnLock(folder);
  } else if (sole) {
    if (state === "running") markRun(folder, "interrupted", "its worker was lost");
    forgetLock(folder);
  }
}

/** How the jobs of a folder begin in a queue: two folders of one name, begun in one second in different places, must not share answers. */
export function jobPrefix(folder: RunFolder): string {
  return `${folder.name}-${createHash("sha256").update(resolve(folder.path)).digest("hex").slice(0, 8)}`;
}

/** Tells after each epoch how far it is. */
export function epochReporter({ report }: Pick<JobContext, "report">): Callback {
  return {
    onEpochEnd: (epoch, logs, { epochs }) => report({ epoch: epoch + 1, epochs, loss: lossOf(logs["val_loss"]) }),
  };
}

function lossOf(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
