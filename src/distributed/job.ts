/** What is handed to workers and comes back: plain JSON that is checked before it is used, references instead of data. */
import type { Json } from "../format/json.js";

/** A piece of work that can be done twice without harm: the same job makes the same files and the same answer. */
export interface Job {
  /** Unique within a plan, letters, digits, "-" and "_"; the same in every attempt. */
  readonly id: string;
  /** Which handler does it. */
  readonly kind: string;
  readonly payload: Json;
}

export interface JobOutcome {
  readonly id: string;
  /** "failed": every attempt failed; it was set aside, and the others go on. */
  readonly state: "done" | "failed";
  /** What the handler gave; null when it failed. */
  readonly result: Json | null;
  /** Why it failed, in a line. */
  readonly reason?: string;
  /** The worker of the last attempt. */
  readonly worker: string;
  readonly attempts: number;
  readonly seconds: number;
}

/** A round: jobs that belong together, and one that begins when they have ended. As BullMQ's flows: the parent waits for its children. */
export interface Flow {
  readonly parent: Job;
  /** At least one, each with an id of its own. */
  readonly children: readonly Job[];
  /** Milliseconds, from when it is asked for, after which the parent begins with those children that are done; the others are given up. Left out: it waits for all. */
  readonly deadline?: number;
}

export interface FlowOutcome {
  /** "failed" also where no child is done: it was not begun then. */
  readonly parent: JobOutcome;
  /** In the order of the children; null: came too late and was given up. */
  readonly children: readonly (JobOutcome | null)[];
}

/** What a handler is given besides its payload. */
export interface JobContext {
  /** Holds the content that the payload, or an answer of a child, names; other content may not be on this machine. */
  readonly store: Store;
  /** Aborted when the job must end: the plan was stopped, or the worker shuts down. */
  readonly signal: AbortSignal;
  /** Whether a queue says that nobody else does this job now, on no machine: locks that a lost worker left may be taken away. */
  readonly sole?: boolean;
  /** A path that a payload names, as this worker may use it. @throws SluiceError outside of the folders it was started with */
  path(given: string): string;
  /** A folder for files of this job alone; it is gone when the job has ended. */
  scratch(): string;
  /** Tells how far it is. */
  report(progress: Json): Promise<void>;
  /** Answers of the children that are done, by their ids; empty for a job that has none. Whoever asked may have forged them: check their form. */
  readonly children: ReadonlyMap<string, Json>;
  /** The worker that does it. */
  readonly worker: WorkerInfo;
}

/** Does jobs of one kind. @throws where the payload is not what it must be, before anything is done */
export type Handler = (payload: Json, context: JobContext) => Promise<Json>;

/** What a worker says of itself; one of another major version refuses jobs. */
export interface WorkerInfo {
  readonly name: string;
  readonly version: string;
  readonly cores: number;
  readonly kernels: string;
  readonly host: string;
}

/** Content by its SHA-256, checked when it is read; nothing outside of it can be named. */
export interface Store {
  /** Keeps bytes, or a file, and gives their address "sha256-…". */
  put(content: Uint8Array | { readonly file: string }): Promise<string>;
  /** @throws SluiceError where there is no such content, or it is not what its address says */
  get(address: string): Promise<Uint8Array>;
  /** A file that holds the content, for readers that take paths. */
  file(address: string, ending: string): Promise<string>;
  /** Forgets content that nothing needs any more, whoever put it there; no error where there is none. */
  drop(address: string): Promise<void>;
}

/** Where jobs are done: threads of this process, or workers on a queue. */
export interface Executor {
  /** How many jobs are done at once, as far as it is known. */
  readonly slots: number;
  readonly store: Store;
  /** Whether workers are sent the data through the store, and see no folder of this process. Left out: they do see it. */
  readonly sendsData?: boolean;
  /**
   * Does one job; the promise is settled when it is done or set aside. Jobs of one executor may be asked for all at once.
   * @throws the signal's reason where that ended it: the job is then neither done nor set aside
   */
  run(job: Job, options?: { signal?: AbortSignal; onProgress?: (progress: Json) => void }): Promise<JobOutcome>;
  /**
   * Does the children, and then the parent with their answers. A child that was set aside, or that came too late, does not keep the parent.
   * @param options onProgress is told which job of the flow it is
   * @throws the signal's reason where that ended it
   */
  runFlow(
    flow: Flow,
    options?: { signal?: AbortSignal; onProgress?: (job: string, progress: Json) => void },
  ): Promise<FlowOutcome>;
  close(): Promise<void>;
}
