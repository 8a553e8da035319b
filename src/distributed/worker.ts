/** A worker: takes jobs from a queue on Redis and does them in threads of its own. */
import type { Job as QueuedJob, Worker as BullWorker } from "bullmq";
import type { Redis } from "ioredis";
import { rmSync, statSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { join, resolve } from "node:path";
import { sluiceVersion } from "../runs/environment.js";
import { checkCount } from "../util/checks.js";
import { check, show, SluiceError } from "../util/errors.js";
import { ATTEMPTS, ThreadExecutor } from "./executors/threads.js";
import { HANDLERS } from "./handlers.js";
import type { JobOutcome, WorkerInfo } from "./job.js";
import { explained, loadBull, openRedis, type Bull } from "./queue/connection.js";
import * as queued from "./queue/envelope.js";
import { Final, takeIn, type Intake } from "./queue/intake.js";
import { announce } from "./queue/presence.js";
import { GRACE_SECONDS } from "./queue/refusals.js";
import { NotHere } from "./not-here.js";
import { Refuser } from "./refuser.js";
import type { WorkerEvent, WorkerOptions } from "./worker-options.js";
import { FolderStore } from "./store/folder-store.js";
import { MOST_IN_REDIS } from "./store/redis-content.js";
import { RedisStore } from "./store/redis-store.js";
import { makeScratch } from "./store/scratch.js";

/** Between two looks whether a job that is being done was given up by who asked for it. */
const LOOK_MS = 1_000;
/** Share of the time after which a worker is lost, after which it believes so itself: before others take its jobs. */
const FENCE = 0.8;
/** What was done so far. */
export interface WorkerCounts {
  readonly done: number;
  /** Attempts. */
  readonly failed: number;
  /** Jobs, however often they came. */
  readonly refused: number;
}

export class QueueWorker {
  readonly counts = { done: 0, failed: 0, refused: 0 };
  readonly #ending = new AbortController();
  readonly #active = new Map<string, AbortController>();
  readonly #refuser: Refuser;
  readonly #kinds: ReadonlySet<string> | null;
  #threads: ThreadExecutor;
  #bull!: BullWorker;
  #leave: () => Promise<void> = async () => undefined;
  /** When Redis answered last. */
  #heard = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed: Promise<void> | null = null;

  /** @throws SluiceError where packages or folders are missing, or Redis cannot be reached */
  static async start(options: WorkerOptions): Promise<QueueWorker> {
    const {
      slots = Math.max(1, availableParallelism() - 1),
      dataRoot = ".",
      lostAfter = 30,
      graceSeconds = GRACE_SECONDS,
    } = options;
    checkCount("worker", "slots", slots);
    checkFolder(dataRoot, "of data");
    // One that is made anew where nothing is mounted would hold nothing that others put there.
    if (options.store !== undefined) checkFolder(options.store, "of the store; is it mounted here?");
    const queue = queued.checkQueue(options.queue ?? queued.DEFAULT_QUEUE);
    const info: WorkerInfo = {
      name: options.name ?? `${hostname()}-${process.pid}`,
      version: options.version ?? sluiceVersion(),
      cores: availableParallelism(),
      kernels: "wasm",
      host: hostname(),
    };
    check(/^[\w.-]{1,100}$/.test(info.name), () => `worker: a name has letters, digits, ".", "-" and "_", got ${show(info.name)}`); // prettier-ignore
    const bull = await loadBull();
    const { note = () => undefined, onJob = () => undefined } = options;
    const client = await openRedis(options.redis, note);
    const scratch = makeScratch("sluice-worker-");
    const folder = new FolderStore(options.store ?? join(scratch, "content"));
    const store = new RedisStore({ folder, shared: options.store !== undefined, client, redis: options.redis });
    const worker = new QueueWorker(info, { ...options, slots, dataRoot: resolve(dataRoot), lostAfter, graceSeconds, onJob, note, queue, client, scratch, store, bull }); // prettier-ignore
    worker.#begin();
    return worker;
  }

  private constructor(
    readonly info: WorkerInfo,
    readonly own: Required<
      Pick<WorkerOptions, "slots" | "dataRoot" | "lostAfter" | "graceSeconds" | "onJob" | "note" | "queue" | "redis">
    > & {
      readonly handlers?: URL;
      readonly client: Redis;
      readonly scratch: string;
      readonly store: RedisStore;
      readonly bull: Bull;
    },
  ) {
    this.#kinds = own.handlers ? null : new Set(Object.keys(HANDLERS));
    this.#threads = this.#openThreads();
    this.#refuser = new Refuser(own, info, (job, reason) => {
      this.counts.refused++;
      this.#tell("refused", job, reason);
    });
  }

  #openThreads(): ThreadExecutor {
    const { slots, dataRoot, store, scratch, handlers } = this.own;
    return new ThreadExecutor({
      workers: slots,
      store: store.folder.folder,
      ...(!store.own.shared && { most: MOST_IN_REDIS }),
      scratch,
      attempts: 1, // the queue counts them
      name: this.info.name,
      root: dataRoot,
      ...(handlers && { handlers }),
    });
  }

  #begin(): void {
    const { bull, client, queue, slots, lostAfter, note, redis } = this.own;
    this.#bull = new bull.Worker<unknown, queued.Answer>(queue, (job, token) => this.#process(job, token!), {
      connection: client,
      prefix: queued.PREFIX,
      name: this.info.name,
      concurrency: slots,
      lockDuration: 1000 * lostAfter,
      stalledInterval: 1000 * lostAfter,
      maxStalledCount: ATTEMPTS - 1,
      removeOnComplete: { age: queued.KEPT_SECONDS },
      removeOnFail: { age: queued.KEPT_SECONDS },
    });
    this.#bull.on("error", (error) => {
      if (client.status === "ready") note(explained(error, redis).message);
    });
    this.#bull.on("lockRenewalFailed", (ids) => {
      for (const id of ids) this.#active.get(id)?.abort(new Taken());
    });
    this.#leave = announce(client, queue, this.info, slots);
    this.#heard = Date.now();
    this.#timer = setInterval(() => {
      const silent = Date.now() - this.#heard;
      if (silent > FENCE * 1000 * lostAfter) void this.#dropAll(silent);
      void this.#look();
    }, LOOK_MS);
  }

  /**
   * Takes no new jobs; those under way are stopped, with their checkpoints, and go back into the queue.
   * @param finish wait until they are done instead
   */
  close({ finish = false } = {}): Promise<void> {
    this.#closed ??= this.#close(finish);
    return this.#closed;
  }

  async #close(finish: boolean): Promise<void> {
    const paused = this.#bull.pause(true);
    if (!finish) {
      this.#ending.abort();
      for (const controller of this.#active.values()) controller.abort(this.#ending.signal.reason);
    }
    await paused;
    await this.#bull.close();
    clearInterval(this.#timer);
    await this.#threads.close();
    await this.#leave();
    this.own.client.disconnect();
    rmSync(this.own.scratch, { recursive: true, force: true });
  }

  async #process(job: QueuedJob<unknown, queued.Answer>, token: string): Promise<queued.Answer> {
    try {
      await this.#refuser.refuseOther(job, token);
      const taken = await takeIn(job, this.#kinds, this.own.queue, this.own.store);
      this.#tell("begun", job);
      return await this.#work(job, token, taken).finally(taken.release);
    } catch (error) {
      throw await this.#after(job, token, error);
    }
  }

  async #work(job: QueuedJob, token: string, { job: asked, children }: Intake): Promise<queued.Answer> {
    const controller = new AbortController();
    this.#active.set(job.id!, controller);
    try {
      if (this.#ending.signal.aborted) controller.abort(this.#ending.signal.reason);
      const outcome = await this.#threads.run(asked, {
        signal: controller.signal,
        children,
        onProgress: (progress) => void job.updateProgress({ progress }).catch(() => undefined), // it is told again after the next epoch
      });
      const answer = await this.#answer(outcome);
      this.#tell("done", job);
      return answer;
    } catch (error) {
      const { aborted, reason } = controller.signal;
      if (aborted && this.#ending.signal.aborted) {
        this.#tell("returned", job, "this worker ends");
        await job.moveToWait(token);
        throw new this.own.bull.WaitingError();
      }
      throw aborted && (reason instanceof GivenUp || reason instanceof Taken) ? reason : error;
    } finally {
      this.#active.delete(job.id!);
    }
  }

  /** What the queue is to be told of a job that did not come to its end. */
  async #after(job: QueuedJob<unknown>, token: string, error: unknown): Promise<unknown> {
    const { DelayedError, UnrecoverableError, WaitingError } = this.own.bull;
    if (error instanceof DelayedError || error instanceof WaitingError) return error;
    if (error instanceof NotHere) return this.#refuser.leaveToOthers(job, token, error);
    const { message } = error as Error;
    if (error instanceof GivenUp || error instanceof Taken) {
      this.#tell("returned", job, message);
      return error instanceof GivenUp ? new UnrecoverableError(message) : error;
    }
    const counts = error instanceof Final ? error.counts : "failed";
    this.counts[counts]++;
    this.#tell(counts, job, message.replace(/^refused: /, ""));
    return error instanceof Final ? new UnrecoverableError(message) : error;
  }

  #tell(event: WorkerEvent["event"], { id, data, attemptsMade }: QueuedJob<unknown>, reason?: string): void {
    const { id: asked } = (data ?? {}) as { id?: unknown };
    const job = typeof asked === "string" ? asked.slice(0, 200) : id!;
    this.own.onJob({ event, job, attempt: attemptsMade + 1, ...(reason !== undefined && { reason }) });
  }

  async #answer({ state, result, reason, worker, seconds }: JobOutcome): Promise<queued.Answer> {
    if (state === "failed") throw new SluiceError(reason ?? "it failed");
    await this.own.store.publish(queued.guarded(result, "the result"));
    this.counts.done++;
    return { result, worker, seconds };
  }

  async #look(): Promise<void> {
    const { client, queue } = this.own;
    if (client.status !== "ready") return;
    const ids = [...this.#active.keys()];
    try {
      // Its own sign of life, so that an idle worker hears of Redis too.
      const [, ...found] = await client.mget(
        queued.workerKey(queue, this.info.name),
        ...ids.map((id) => queued.abortKey(queue, id)),
      );
      this.#heard = Date.now();
      for (const [i, id] of ids.entries()) if (found[i] !== null) this.#active.get(id)?.abort(new GivenUp());
    } catch {
      // Not heard.
    }
  }

  /** Without word from Redis for so long, as after standing still or a cut network, others take the jobs: nothing more may be written for them. */
  async #dropAll(ms: number): Promise<void> {
    this.#heard = Date.now();
    if (this.#active.size === 0) return;
    this.own.note(`no word from Redis for ${Math.round(ms / 1000)} s; the jobs of this worker are left to others`);
    for (const controller of this.#active.values()) controller.abort(new Taken());
    const stale = this.#threads;
    this.#threads = this.#openThreads();
    await stale.close();
  }
}

function checkFolder(path: string, what: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  check(found?.isDirectory() === true, () => `worker: there is no folder ${path} ${what}`);
}

/** Another worker has it, or will. */
class Taken extends SluiceError {
  constructor() {
    super("the job was given to another worker");
  }
}

/** Whoever asked for the job does not want it any more. */
class GivenUp extends Error {
  override readonly message = `${queued.GIVEN_UP} by who asked for it`;
}
