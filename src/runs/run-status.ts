/** How far a run has come, in its file status.json, so that a list can tell what ended and what was cut off. */
import { hostname } from "node:os";
import type { RunFolder } from "./run-folder.js";
import { RUN_FILES } from "./run-folder.js";

export type RunState = "running" | "finished" | "interrupted" | "failed";

export interface RunStatus {
  readonly state: RunState;
  /** ISO time at which this was written. */
  readonly date: string;
  /** Why it failed or was interrupted, in one line. */
  readonly reason?: string;
  /** The process that runs it, so that a crash can be told from work that goes on. */
  readonly process?: { readonly id: number; readonly host: string };
}

/** Notes the state; the note before it is replaced. */
export function markRun(folder: RunFolder, state: RunState, reason?: string): void {
  const status: RunStatus = {
    state,
    date: new Date().toISOString(),
    ...(reason !== undefined && { reason }),
    ...(state === "running" && { process: { id: process.pid, host: hostname() } }),
  };
  folder.replaceJson(RUN_FILES.status, status);
}

/** The state as far as it can be known: "running" by a process of this machine that is gone was interrupted. */
export function readStatus(folder: RunFolder): RunStatus {
  if (!folder.has(RUN_FILES.status))
    return { state: folder.has(RUN_FILES.evaluation) ? "finished" : "interrupted", date: "" };
  const status = folder.readJson(RUN_FILES.status) as unknown as RunStatus;
  const gone = status.state === "running" && status.process?.host === hostname() && !isAlive(status.process.id);
  return gone ? { ...status, state: "interrupted", reason: "the process ended before the run did" } : status;
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0); // sends nothing; only asks
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Notes how a run ended that did not come to its end. On a full disk this cannot be written either: what ended the run must be told all the same.
 * @param error null where the user stopped it
 */
export function noteEnd(folder: RunFolder, error: Error | null): void {
  try {
    if (error === null) markRun(folder, "interrupted", "stopped by the user");
    else markRun(folder, "failed", error.message);
  } catch {
    // The error that led here says more.
  }
}
