/** The worker as the server sees it. One that takes too long, or dies, is replaced; what waits for it is told so. */
import { Worker } from "node:worker_threads";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { Refusal } from "./problems.js";
import type { Call, Given, Method, Result, Tell, Told } from "./worker/methods.js";

/** Reading a large file, or attributing a long sequence, takes seconds; minutes mean that it will not end. */
const LONGEST_MS = 120_000;
const MOST_WAITING = 32;

interface Waiting {
  readonly done: (result: unknown) => void;
  readonly fail: (error: Error) => void;
  readonly tell: Tell;
  readonly timer: NodeJS.Timeout;
}

export class Workshop {
  #worker: Worker | null = null;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;

  /** @param longest milliseconds without a word after which the worker is given up */
  constructor(readonly longest = LONGEST_MS) {}

  call<M extends Method>(method: M, given: Given<M>, tell: Tell = () => undefined): Promise<Result<M>> {
    if (this.#waiting.size >= MOST_WAITING) throw new Refusal(429, "too much is asked at once; wait for some of it");
    const call = ++this.#calls;
    return new Promise((done, fail) => {
      const timer = setTimeout(() => this.#giveUp(), this.longest);
      this.#waiting.set(call, { done: done as (result: unknown) => void, fail, tell, timer });
      this.#open().postMessage({ call, method, given } satisfies Call);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    this.#failAll(new Refusal(503, "the studio ends"));
    await worker?.terminate();
  }

  #open(): Worker {
    if (this.#worker) return this.#worker;
    // The modules, not the files for Node: in these the worker would be bundled with a second copy of the library.
    const worker = new Worker(new URL("./worker/main.js", import.meta.url), {
      execArgv: ["--conditions=sluice-modules"],
    });
    worker.on("message", (told: Told) => this.#hear(told));
    worker.on("error", (error) => this.#lose(worker, new Refusal(500, `the worker failed: ${error.message}`)));
    worker.on("exit", () => this.#lose(worker, new Refusal(500, "the worker ended")));
    return (this.#worker = worker);
  }

  #hear(told: Told): void {
    const waiting = this.#waiting.get(told.call);
    if (!waiting) return;
    if ("piece" in told) {
      waiting.timer.refresh();
      return waiting.tell(told.piece);
    }
    clearTimeout(waiting.timer);
    this.#waiting.delete(told.call);
    if ("result" in told) waiting.done(told.result);
    else waiting.fail(revived(told.error));
  }

  #giveUp(): void {
    const worker = this.#worker;
    if (worker) this.#lose(worker, new Refusal(504, "it took too long and was given up"));
    void worker?.terminate();
  }

  #lose(worker: Worker, error: Refusal): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#failAll(error);
  }

  #failAll(error: Error): void {
    for (const { fail, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      fail(error);
    }
    this.#waiting.clear();
  }
}

type Failed = Extract<Told, { error: unknown }>["error"];

function revived({ name, message, stack, status }: Failed): Error {
  if (status !== null) return new Refusal(status as ContentfulStatusCode, message);
  return Object.assign(new Error(message), { name, stack });
}
