/** Jobs on threads of this process: each has a copy of the library, a memory of its own and one core. */
import { availableParallelism, hostname } from "node:os";
import { join, resolve } from "node:path";
import { sluiceVersion } from "../../runs/environment.js";
import { checkCount } from "../../util/checks.js";
import { check, SluiceError } from "../../util/errors.js";
import type { Executor, Flow, FlowOutcome, Job, JobOutcome, WorkerInfo } from "../job.js";
import { NotHere } from "../not-here.js";
import { FolderStore } from "../store/folder-store.js";
import { checkFlow, flowOn, type FlowOptions } from "./flow.js";
import type { ThreadStart } from "./messages.js";
import { Thread, type Ended, type ThreadRunOptions, type ThreadTask } from "./thread-handle.js";

/** A job that failed so often is set aside: what it lacks will not come by itself. */
export const ATTEMPTS = 3;
/** A child of a flow that is given up and does not end by itself holds its thread no longer: the thread is ended. */
const OBEY_MS = 5_000;

export interface ThreadOptions {
  /** Threads. Default one less than there are cores, at least one. */
  readonly workers?: number;
  /** Folder of the store; made when something is kept. */
  readonly store: string;
  /** Bytes of content that jobs may keep there, each. Default: any. */
  readonly most?: number;
  /** Folder for what jobs write while they are done. Default: in that of the store. */
  readonly scratch?: string;
  /** Module that exports `HANDLERS`. Default: those of the library. */
  readonly handlers?: URL;
  /** How often a job is tried. Default 3; a queue counts itself. */
  readonly attempts?: number;
  /** What the threads call themselves, with a number behind it. Default "thread". */
  readonly name?: string;
  /** Folder that paths in jobs must not lead out of. Default: any path, as befits jobs of this process. */
  readonly root?: string;
}

export class ThreadExecutor implements Executor {
  readonly slots: number;
  readonly store: FolderStore;
  readonly #handlers: string;
  readonly #attempts: number;
  readonly #name: string;
  readonly #root: string | null;
  readonly #scratch: string;
  readonly #threads: Thread[] = [];
  readonly #waiting: ThreadTask[] = [];
  #closed = false;

  constructor({
    workers = defaultWorkers(),
    store,
    most,
    handlers = new URL("../handlers.js", import.meta.url),
    attempts = ATTEMPTS,
    name = "thread",
    root,
    scratch = store,
  }: ThreadOptions) {
    this.slots = checkCount("threads", "workers", workers);
    this.store = new FolderStore(store, most ?? null);
    this.#handlers = handlers.href;
    this.#attempts = attempts;
    this.#name = name;
    this.#root = root ?? null;
    this.#scratch = resolve(scratch);
  }

  /** @throws NotHere where a folder of data bounds what jobs may name, and what this one names is not in it */
  async run(job: Job, options: ThreadRunOptions = {}): Promise<JobOutcome> {
    check(!this.#closed, () => "threads: the executor is closed");
    const { signal } = options;
    let abort = () => {};
    try {
      return await new Promise((settle, fail) => {
        const task: ThreadTask = { job, ...options, settle, fail, attempts: 0, begin: 0 };
        abort = () => this.#abort(task);
        signal?.addEventListener("abort", abort);
        this.#waiting.push(task);
        this.#next();
      });
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  async runFlow(flow: Flow, options: FlowOptions = {}): Promise<FlowOutcome> {
    checkFlow("threads", flow);
    const child = (job: Job, own: ThreadRunOptions) => this.run(job, { ...own, obeyMs: OBEY_MS });
    return flowOn((job, own) => this.run(job, own), child, flow, options);
  }

  /** Ends the threads at once; abort jobs first that must end in an orderly way. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#threads.splice(0).map((thread) => thread.end()));
    for (const { fail } of this.#waiting.splice(0)) fail(new SluiceError("threads: the executor was closed"));
  }

  #next(): void {
    while (this.#waiting.length > 0 && !this.#closed) {
      let thread = this.#threads.find((one) => one.task === null);
      if (!thread) {
        if (this.#threads.length >= this.slots) return;
        const number = this.#threads.length + 1;
        this.#threads.push((thread = new Thread(this.#startOf(number), (ended) => this.#take(ended))));
      }
      const task = this.#waiting.shift()!;
      if (task.signal?.aborted) task.fail(task.signal.reason);
      else thread.begin(task);
    }
  }

  #startOf(number: number): ThreadStart {
    const name = `${this.#name}-${number}`;
    const worker: WorkerInfo = {
      name,
      version: sluiceVersion(),
      cores: 1,
      kernels: "wasm",
      host: hostname(),
    };
    const { folder, most } = this.store;
    return { worker, store: folder, most, scratch: join(this.#scratch, `.${name}`), handlers: this.#handlers, root: this.#root }; // prettier-ignore
  }

  /** A task whose attempt has ended, in one way or the other. */
  #take({ task, message, worker }: Ended): void {
    const { signal, attempts } = task;
    const ended = { id: task.job.id, worker, attempts, seconds: (performance.now() - task.begin) / 1000 };
    if ("result" in message) task.settle({ ...ended, state: "done", result: message.result });
    else if (signal?.aborted) task.fail(signal.reason);
    else if (this.#closed) task.fail(new SluiceError("threads: the executor was closed"));
    else if (message.error.elsewhere && this.#root !== null) task.fail(new NotHere(message.error.message));
    else if (attempts < this.#attempts) this.#waiting.unshift(task);
    else task.settle({ ...ended, state: "failed", result: null, reason: message.error.message });
    this.#next();
  }

  #abort(task: ThreadTask): void {
    const at = this.#waiting.indexOf(task);
    if (at >= 0) {
      this.#waiting.splice(at, 1);
      task.fail(task.signal!.reason);
    }
    const thread = this.#threads.find((one) => one.task === task);
    thread?.abort();
    if (!thread || task.obeyMs === undefined) return;
    setTimeout(() => thread.task === task && void thread.end(), task.obeyMs).unref();
  }
}

function defaultWorkers(): number {
  return Math.max(1, availableParallelism() - 1);
}
