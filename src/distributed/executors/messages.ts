/** What passes between this process and a thread of it. */
import type { Json } from "../../format/json.js";
import type { Job, WorkerInfo } from "../job.js";

/** How a thread is begun. */
export interface ThreadStart {
  readonly worker: WorkerInfo;
  /** Folder of the store. */
  readonly store: string;
  /** Bytes of content that fit in it; null for any. */
  readonly most: number | null;
  /** Folder for files of a job, made when one asks for it. */
  readonly scratch: string;
  /** Address of the module that exports `HANDLERS`. */
  readonly handlers: string;
  /** Folder that paths in jobs must not lead out of; null where any may be named. */
  readonly root: string | null;
}

/** To a thread, which does one job at a time. */
export type ToThread = { readonly job: Job; readonly children: ReadonlyMap<string, Json> } | { readonly abort: true };

/** From a thread. "elsewhere": this worker lacks what the job names, and another may have it. */
export type FromThread =
  | { readonly progress: Json }
  | { readonly result: Json }
  | { readonly error: { readonly message: string; readonly bug: boolean; readonly elsewhere?: boolean } };
