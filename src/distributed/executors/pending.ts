/** Something that was asked of a queue: it is added, looked at until it has ended, and given up when its signal says so. */
import type { FlowProducer, JobsOptions, Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Json } from "../../format/json.js";
import type { RedisAddress } from "../queue/address.js";
import { explained } from "../queue/connection.js";
import { abortKey, KEPT_SECONDS } from "../queue/envelope.js";
import type { RedisStore } from "../store/redis-store.js";
import { ATTEMPTS } from "./threads.js";

/** How long a worker has to give up a job that is aborted. */
export const GIVE_UP_MS = 20_000;
const BACKOFF_MS = 1_000;

/** What all that is asked for shares. */
export interface Place {
  readonly redis: RedisAddress;
  readonly plan: string;
  readonly queue: Queue;
  readonly flows: FlowProducer;
  readonly client: Redis;
  readonly store: RedisStore;
}

export const optionsOf = (jobId: string): JobsOptions => ({
  jobId,
  attempts: ATTEMPTS,
  backoff: { type: "exponential", delay: BACKOFF_MS },
  removeOnComplete: { age: KEPT_SECONDS },
  removeOnFail: { age: KEPT_SECONDS },
  stackTraceLimit: 1,
});

/** Takes a job out of the queue. False where a worker has begun it: that one sees the key. */
export async function giveUp({ queue, client }: Place, id: string): Promise<boolean> {
  await client.set(abortKey(queue.name, id), "1", "EX", KEPT_SECONDS);
  try {
    await (await queue.getJob(id))?.remove({ removeChildren: false });
    return true;
  } catch {
    return false;
  }
}

export abstract class Pending<Outcome> {
  protected readonly begin = performance.now();
  /** Of all its jobs, in the queue. */
  abstract readonly ids: readonly string[];
  #settle!: (outcome: Outcome) => void;
  #fail!: (reason: unknown) => void;
  readonly #end = new Promise<Outcome>((settle, fail) => {
    this.#settle = settle;
    this.#fail = fail;
  });
  #busy = false;
  #looks = false;

  constructor(
    readonly place: Place,
    readonly signal: AbortSignal | undefined,
  ) {
    this.#end.catch(() => undefined); // it may fail before anyone waits
  }

  /** One that is there already is not added twice; one that was set aside or given up is tried anew, since it is asked for. */
  protected abstract add(): Promise<void>;
  /** Looks how it stands. */
  protected abstract see(): Promise<void>;
  /** Takes all out of the queue that nobody has begun; true where nothing is left to wait for. */
  protected abstract leave(): Promise<boolean>;
  abstract tell(id: string, progress: Json): void;

  protected settle(outcome: Outcome): void {
    this.#settle(outcome);
  }

  fail(reason: unknown): void {
    this.#fail(reason);
  }

  async done(): Promise<Outcome> {
    const abort = () => void this.#abort();
    this.signal?.addEventListener("abort", abort, { once: true });
    try {
      this.#busy = true; // nobody looks for what is not there yet
      await this.add();
      this.#busy = false;
      if (this.signal?.aborted) await this.#abort();
      await this.look();
      return await this.#end;
    } catch (error) {
      throw this.signal?.aborted ? this.signal.reason : explained(error, this.place.redis);
    } finally {
      this.signal?.removeEventListener("abort", abort);
    }
  }

  /** Of several calls at once one looks, and once more for the others. */
  async look(): Promise<void> {
    this.#looks = true;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#looks) {
        this.#looks = false;
        await this.see();
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.#busy = false;
    }
  }

  async #abort(): Promise<void> {
    setTimeout(() => this.fail(this.signal!.reason), GIVE_UP_MS).unref();
    try {
      if (await this.leave()) this.fail(this.signal!.reason);
      else await this.look();
    } catch (error) {
      this.fail(error);
    }
  }
}
