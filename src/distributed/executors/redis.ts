/** Jobs on a queue: BullMQ on Redis, done by workers of any number of machines. */
import type { QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import { accessSync, constants, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sluiceVersion } from "../../runs/environment.js";
import { check, SluiceError } from "../../util/errors.js";
import type { Executor, Flow, FlowOutcome, Job, JobOutcome } from "../job.js";
import type { RedisAddress } from "../queue/address.js";
import { explained, loadBull, openRedis, type Bull } from "../queue/connection.js";
import * as queued from "../queue/envelope.js";
import { isCompatible } from "../queue/envelope.js";
import { workersOf, type Present } from "../queue/presence.js";
import { FolderStore } from "../store/folder-store.js";
import { RedisStore } from "../store/redis-store.js";
import { makeScratch } from "../store/scratch.js";
import { checkFlow, type FlowOptions } from "./flow.js";
import type { Pending, Place } from "./pending.js";
import { PendingFlow } from "./redis-flow.js";
import { PendingJob } from "./redis-job.js";

/** Between two looks at jobs of which no event has told: events are lost with a Redis that restarts. */
const LOOK_MS = 3_000;

export interface RedisExecutorOptions {
  readonly redis: RedisAddress;
  /** The same for all that belong together, also when they are gone on with: letters, digits, "-" and "_". */
  readonly plan: string;
  /** Default "jobs". */
  readonly queue?: string;
  /** Folder that the workers share, for content of any size. Left out, small content goes through Redis. */
  readonly store?: string;
  /** Workers are sent the data through the store, instead of a path below their folder of data; runs come back the same way. Default false. */
  readonly sendData?: boolean;
  /** Is told what a person who waits should know. */
  readonly note?: (message: string) => void;
}

export class RedisExecutor implements Executor {
  readonly #waiting = new Map<string, Pending<unknown>>();
  readonly sendsData: boolean;
  readonly store: RedisStore;
  readonly #told = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #looking = false;

  /** @throws SluiceError where the packages are missing, or Redis cannot be reached, refuses the password, or is full */
  static async open(options: RedisExecutorOptions): Promise<RedisExecutor> {
    const { redis, plan, store, sendData = false, queue: name = queued.DEFAULT_QUEUE, note = () => undefined } = options; // prettier-ignore
    check(/^[\w-]{1,100}$/.test(plan), () => `queue: a plan has letters, digits, "-" and "_", got ${JSON.stringify(plan)}`); // prettier-ignore
    queued.checkQueue(name);
    if (store !== undefined) checkStore(store);
    const bull = await loadBull();
    const clients = [await openRedis(redis, note)];
    try {
      clients.push(await openRedis(redis, () => undefined));
      return await RedisExecutor.#on({ ...options, sendData, note }, name, bull, clients[0]!, clients[1]!);
    } catch (error) {
      for (const client of clients) client.disconnect(); // or the process would not end
      throw error;
    }
  }

  static async #on(
    { redis, plan, store, sendData, note }: RedisExecutorOptions & Required<Pick<RedisExecutorOptions, "sendData" | "note">>, // prettier-ignore
    name: string,
    { FlowProducer, Queue, QueueEvents }: Bull,
    client: Redis,
    listener: Redis,
  ): Promise<RedisExecutor> {
    const common = { prefix: queued.PREFIX };
    const queue = new Queue(name, { ...common, connection: client });
    const events = new QueueEvents(name, { ...common, connection: listener });
    const flows = new FlowProducer({ ...common, connection: client });
    queue.on("error", () => undefined); // the connections tell
    flows.on("error", () => undefined);
    events.on("error", () => undefined);
    await events.waitUntilReady();
    const workers = await workersOf(client, name);
    const scratch = store === undefined ? makeScratch("sluice-store-") : null;
    const folder = new FolderStore(store ?? join(scratch!, "content"));
    const content = new RedisStore({ folder, shared: store !== undefined, client, redis });
    const own = { redis, plan, sendData, note, queue, flows, events, client, listener, scratch, store: content };
    const executor = new RedisExecutor(slotsOf(workers), own);
    executor.#tellOfWorkers(workers);
    return executor;
  }

  private constructor(
    /** As many as the workers have that were heard of last. */
    public slots: number,
    readonly own: Place & {
      readonly sendData: boolean;
      readonly note: (message: string) => void;
      readonly events: QueueEvents;
      readonly listener: Redis;
      readonly scratch: string | null;
    },
  ) {
    const { events, sendData } = own;
    this.sendsData = sendData;
    this.store = own.store;
    events.on("completed", ({ jobId }) => void this.#waiting.get(jobId)?.look());
    events.on("failed", ({ jobId }) => void this.#waiting.get(jobId)?.look());
    events.on("progress", ({ jobId, data }) => this.#progress(jobId, data));
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
  }

  run(job: Job, options: Parameters<Executor["run"]>[1] = {}): Promise<JobOutcome> {
    return this.#wait(job, () => new PendingJob(this.own, job, options));
  }

  runFlow(flow: Flow, options: FlowOptions = {}): Promise<FlowOutcome> {
    return this.#wait(flow.parent, () => {
      checkFlow("queue", flow);
      return new PendingFlow(this.own, flow, options);
    });
  }

  async #wait<Outcome>({ id }: Job, make: () => Pending<Outcome>): Promise<Outcome> {
    const pending = make();
    pending.signal?.throwIfAborted();
    check(!pending.ids.some((one) => this.#waiting.has(one)), () => `queue: job ${id} is asked for twice`);
    for (const one of pending.ids) this.#waiting.set(one, pending as Pending<unknown>);
    try {
      return await pending.done();
    } finally {
      for (const one of pending.ids) this.#waiting.delete(one);
    }
  }

  /** Ends waiting; what is in the queue stays there and is done. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const { queue, flows, events, client, listener, scratch } = this.own;
    for (const one of this.#waiting.values()) one.fail(new SluiceError("queue: the executor was closed"));
    await Promise.allSettled([events.close(), queue.close(), flows.close()]);
    client.disconnect();
    listener.disconnect();
    if (scratch !== null) rmSync(scratch, { recursive: true, force: true });
  }

  async #look(): Promise<void> {
    if (this.#looking || this.own.client.status !== "ready") return;
    this.#looking = true;
    try {
      for (const one of new Set(this.#waiting.values())) await one.look();
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
    else this.#waiting.get(id)!.tell(id, told.data.progress);
  }

  #tellOfWorkers(workers: readonly Present[]): void {
    const { redis, note } = this.own;
    this.slots = slotsOf(workers);
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

function slotsOf(workers: readonly Present[]): number {
  return Math.max(1, workers.reduce((sum, { slots }) => sum + slots, 0)); // prettier-ignore
}

/** @throws SluiceError before anything is begun */
function checkStore(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw new SluiceError(`store: cannot write in ${folder}: ${(error as Error).message}`, { cause: error });
  }
}
