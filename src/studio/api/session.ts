/** Who may ask, and what the studio is. */
import type { TaskName } from "../../tasks/task.js";
import type { JobReply } from "./start.js";

export interface SessionRequest {
  /** From the fragment of the address that `sluice studio` prints; good for once. */
  readonly token: string;
}

export interface StudioState {
  readonly version: string;
  /** The working folder, and that of the runs as seen from it. */
  readonly folder: string;
  readonly runs: string;
  readonly tasks: readonly { readonly name: TaskName; readonly description: string }[];
  readonly node: string;
  readonly cores: number;
  /** Trainings that this studio has started, the newest first. */
  readonly jobs: readonly JobReply[];
}
