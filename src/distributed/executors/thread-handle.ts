/** One thread, seen from the process that gives it jobs; `thread.ts` is its other side. */
import { Worker } from "node:worker_threads";
import type { Json } from "../../format/json.js";
import type { Executor, Job, JobOutcome } from "../job.js";
import type { FromThread, ThreadStart, ToThread } from "./messages.js";

/** Besides what every executor takes: what children of the job answered, and how long its thread may go on after its signal. */
export type ThreadRunOptions = NonNullable<Parameters<Executor["run"]>[1]> & {
  readonly children?: ReadonlyMap<string, Json>;
  readonly obeyMs?: number;
};

export interface ThreadTask extends ThreadRunOptions {
  readonly job: Job;
  readonly settle: (outcome: JobOutcome) => void;
  readonly fail: (reason: unknown) => void;
  attempts: number;
  begin: number;
}

export interface Ended {
  readonly task: ThreadTask;
  readonly message: Exclude<FromThread, { progress: Json }>;
  readonly worker: string;
}

/** One that dies is replaced when the next job comes. */
export class Thread {
  task: ThreadTask | null = null;
  #worker: Worker | null = null;

  constructor(
    readonly start: ThreadStart,
    readonly onEnd: (ended: Ended) => void,
  ) {}

  begin(task: ThreadTask): void {
    this.task = task;
    task.attempts++;
    task.begin = performance.now();
    this.#worker ??= this.#open();
    this.#worker.ref();
    this.#send({ job: task.job, children: task.children ?? new Map() });
  }

  abort(): void {
    this.#send({ abort: true });
  }

  async end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
    this.#finish({ error: { message: "the thread was ended", bug: false } });
  }

  #send(message: ToThread): void {
    this.#worker?.postMessage(message);
  }

  #open(): Worker {
    // The modules, not the files for Node: in these a thread would be bundled with a second copy of the library.
    const worker = new Worker(new URL("./thread.js", import.meta.url), {
      workerData: this.start,
      execArgv: ["--conditions=sluice-modules"],
    });
    worker.on("message", (message: FromThread) => {
      if ("progress" in message) this.task?.onProgress?.(message.progress);
      else this.#finish(message);
    });
    worker.on("error", (error) => this.#lose(worker, `the thread failed: ${error.message}`));
    worker.on("exit", (code) => this.#lose(worker, `the thread ended with exit code ${code}`));
    return worker;
  }

  #lose(worker: Worker, message: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#finish({ error: { message, bug: true } });
  }

  #finish(message: Ended["message"]): void {
    const { task } = this;
    this.task = null;
    this.#worker?.unref(); // an idle thread keeps no process alive
    if (task) this.onEnd({ task, message, worker: this.start.worker.name });
  }
}
