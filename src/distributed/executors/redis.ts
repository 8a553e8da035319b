/** Jobs on a queue: BullMQ on Redis, done by workers of any number of machines. */
import type { Queue, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sluiceVersion } from "../../runs/environment.js";
import { check, SluiceError } from "../../util/errors.js";
import type { Executor, Job, JobOutcome } from "../job.js";
import type { RedisAddress } from "../queue/address.js";
import { explained, loadBull, openRedis } from "../queue/connection.js";
import * as queued from "../queue/envelope.js";
import { isCompatible } from "../queue/envelope.js";
import { workersOf } from "../queue/presence.js";
import { FolderStore } from "../store/folder-store.js";
import { RedisStore } from "../store/redis-store.js";
import { ATTEMPTS } from "./threads.js";

/** Between two looks at jobs of which no event has told: events are lost with a Redis that restarts. */
const LOOK_MS = 3_000;
/** How long a worker has to give up a job that is aborted. */
const GIVE_UP_MS = 20_000;
const BACKOFF_MS = 1_000;

export interface RedisExecutorOptions {
  readonly redis: RedisAddress;
  /** The same for all that belong together, also when they are gone on with: letters, digits, "-" and "_". */
  readonly plan: string;
  /** Default "jobs". */
  readonly queue?: string;
  /** Folder that the workers share, for content of any size. Left out, small content goes through Redis. */
  readonly store?: string;
  /** Is told what a person who waits should know. */
  readonly note?: (message: string) => void;
}

type Options = NonNullable<Parameters<Executor["run"]>[1]>;

interface Waiting extends Options {
  readonly job: Job;
  readonly begin: number;
  readonly settle: (outcome: JobOutcome) => void;
  readonly fail: (reason: unknown) => void;
}

export class RedisExecutor implements Executor {
  readonly #waiting = new Map<string, Waiting>();
  readonly #told = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #looking = false;

  /** @throws SluiceError where the packages are missing, or Redis cannot be reached, refuses the password, or is full */
  static async open(options: RedisExecutorOptions): Promise<RedisExecutor> {
    const { redis, plan, store, queue: name = queued.DEFAULT_QUEUE, note = () => undefined } = options;
    check(/^[\w-]{1,100}$/.test(plan), () => `queue: a plan has letters, digits, "-" and "_", got ${JSON.stringify(plan)}`); // prettier-ignore
    queued.checkQueue(name);
    const { Queue, QueueEvents } = await loadBull();
    const client = await openRedis(redis, note);
    const listener = await openRedis(redis, () => undefined);
    const common = { prefix: queued.PREFIX };
    const queue = new Queue(name, { ...common, connection: client });
    const events = new QueueEvents(name, { ...common, connection: listener });
    queue.on("error", () => undefined); // the connections tell
    events.on("error", () => undefined);
    await events.waitUntilReady();
    const workers = await workersOf(client, name);
    const slots = workers.reduce((sum, worker) => sum + worker.slots, 0);
    const scratch = store === undefined ? mkdtempSync(join(tmpdir(), "sluice-store-")) : null;
    const executor = new RedisExecutor(
      Math.max(1, slots),
      new RedisStore(new FolderStore(store ?? scratch!), store !== undefined, client, redis),
      { redis, plan, note, queue, events, client, listener, scratch },
    );
    executor.#tellOfWorkers(workers);
    return executor;
  }

  private constructor(
    readonly slots: number,
    readonly store: RedisStore,
    readonly own: {
      readonly redis: RedisAddress;
      readonly plan: string;
      readonly note: (message: string) => void;
      readonly queue: Queue;
      readonly events: QueueEvents;
      readonly client: Redis;
      readonly listener: Redis;
      readonly scratch: string | null;
    },
  ) {
    const { events } = own;
    events.on("completed", ({ jobId }) => void this.#settle(jobId));
    events.on("failed", ({ jobId }) => void this.#settle(jobId));
    events.on("progress", ({ jobId, data }) => this.#progress(jobId, data));
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
  }

  async run(job: Job, options: Options = {}): Promise<JobOutcome> {
    options.signal?.throwIfAborted();
    const id = queued.idInQueue(this.own.plan, job);
    check(!this.#waiting.has(id), () => `queue: job ${job.id} is asked for twice`);
    const end = new Promise<JobOutcome>((settle, fail) => {
      this.#waiting.set(id, { ...options, job, begin: performance.now(), settle, fail });
    });
    const abort = () => void this.#abort(id);
    options.signal?.addEventListener("abort", abort, { once: true });
    try {
      await this.#add(id, job);
      await this.#settle(id);
      return await end;
    } catch (error) {
      throw options.signal?.aborted ? options.signal.reason : explained(error, this.own.redis);
    } finally {
      this.#waiting.delete(id);
      options.signal?.removeEventListener("abort", abort);
    }
  }

  runFlow(): Promise<never> {
    return Promise.reject(new SluiceError("queue: flows are not done on a queue yet"));
  }

  /** Ends waiting; what is in the queue stays there and is done. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const { queue, events, client, listener, scratch } = this.own;
    for (const { fail } of this.#waiting.values()) fail(new SluiceError("queue: the executor was closed"));
    await Promise.allSettled([events.close(), queue.close()]);
    client.disconnect();
    listener.disconnect();
    if (scratch !== null) rmSync(scratch, { recursive: true, force: true });
  }

  /** One that is there already is not added twice; one that was set aside or given up is tried anew, since it is asked for. */
  async #add(id: string, { id: own, kind, payload }: Job): Promise<void> {
    const { queue, client } = this.own;
    const known = await queue.getJob(id);
    if (await known?.isFailed()) await known!.remove();
    await client.del(queued.abortKey(queue.name, id));
    const data: queued.Envelope = { version: sluiceVersion(), id: own, kind, payload };
    queued.guarded(data, `job ${own}`);
    await queue.add(kind, data, {
      jobId: id,
      attempts: ATTEMPTS,
      backoff: { type: "exponential", delay: BACKOFF_MS },
      removeOnComplete: { age: queued.KEPT_SECONDS },
      removeOnFail: { age: queued.KEPT_SECONDS },
      stackTraceLimit: 1,
    });
  }

  /** Looks whether the job has ended. One that is not there any more, as after a Redis that kept nothing, is added again. */
  async #settle(id: string): Promise<void> {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    try {
      // The state first: what is read of a job that ends meanwhile would lack its answer.
      const state = await this.own.queue.getJobState(id);
      const job = await this.own.queue.getJob(id);
      if (!job) return await this.#again(id, waiting);
      const ended = { id: waiting.job.id, attempts: job.attemptsMade };
      const seconds = (performance.now() - waiting.begin) / 1000;
      if (state === "completed") {
        const { result, ...rest } = queued.answer.parse(queued.guarded(job.returnvalue, `the answer of job ${id}`));
        waiting.settle({ ...ended, ...rest, state: "done", result });
      } else if (state === "failed") {
        if (waiting.signal?.aborted) return waiting.fail(waiting.signal.reason);
        if (job.failedReason.startsWith(queued.GIVEN_UP)) return await this.#again(id, waiting);
        const worker = job.processedBy ?? "unknown";
        waiting.settle({ ...ended, state: "failed", result: null, reason: job.failedReason, worker, seconds });
      }
    } catch (error) {
      waiting.fail(error);
    }
  }

  async #again(id: string, { job, signal }: Waiting): Promise<void> {
    if (!signal?.aborted) await this.#add(id, job);
  }

  async #look(): Promise<void> {
    if (this.#looking || this.own.client.status !== "ready") return;
    this.#looking = true;
    try {
      for (const id of this.#waiting.keys()) await this.#settle(id);
      if (this.#waiting.size > 0) this.#tellOfWorkers(await workersOf(this.own.client, this.own.queue.name));
    } catch (error) {
      this.#tell(explained(error, this.own.redis).message);
    } finally {
      this.#looking = false;
    }
  }

  #progress(id: string, data: unknown): void {
    const told = queued.progress.safeParse(data);
    if (!told.success || !this.#waiting.has(id)) return;
    if ("refused" in told.data) this.#tell(told.data.refused);
    else this.#waiting.get(id)!.onProgress?.(told.data.progress);
  }

  async #abort(id: string): Promise<void> {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    const { queue, client } = this.own;
    setTimeout(() => waiting.fail(waiting.signal!.reason), GIVE_UP_MS).unref();
    try {
      await client.set(queued.abortKey(queue.name, id), "1", "EX", queued.KEPT_SECONDS);
      await (await queue.getJob(id))?.remove(); // refused for one that a worker has begun: its worker sees the key
      waiting.fail(waiting.signal!.reason);
    } catch {
      await this.#settle(id);
    }
  }

  #tellOfWorkers(workers: Awaited<ReturnType<typeof workersOf>>): void {
    const { redis, note } = this.own;
    const own = sluiceVersion();
    const fits = workers.some(({ version }) => isCompatible(version, own));
    if (fits) this.#told.delete("none");
    else if (!this.#told.has("none")) {
      this.#told.add("none");
      const others = workers.map(({ name, version }) => `${name} is of version ${version}`).join(", ");
      note(`${others ? `no worker of version ${own} listens (${others})` : "no worker listens"}; start one: npx sluice worker --redis ${redis.shown}`); // prettier-ignore
    }
  }

  /** Once. */
  #tell(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.own.note(message);
  }
}
