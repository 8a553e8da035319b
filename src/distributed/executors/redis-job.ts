/** One job on a queue. */
import { sluiceVersion } from "../../runs/environment.js";
import type { Json } from "../../format/json.js";
import type { Executor, Job, JobOutcome } from "../job.js";
import * as queued from "../queue/envelope.js";
import { refusedKey } from "../queue/refusals.js";
import { giveUp, optionsOf, Pending, type Place } from "./pending.js";

type Options = NonNullable<Parameters<Executor["run"]>[1]>;

export class PendingJob extends Pending<JobOutcome> {
  readonly #id: string;
  readonly ids: readonly string[];

  constructor(
    place: Place,
    readonly job: Job,
    readonly options: Options,
  ) {
    super(place, options.signal);
    this.#id = queued.idInQueue(place.plan, job);
    this.ids = [this.#id];
  }

  tell(_id: string, progress: Json): void {
    this.options.onProgress?.(progress);
  }

  protected async add(): Promise<void> {
    const { queue, client, store } = this.place;
    await store.restore([this.job.payload]);
    const known = await queue.getJob(this.#id);
    if (await known?.isFailed()) await known!.remove();
    await client.del(queued.abortKey(queue.name, this.#id), refusedKey(queue.name, this.#id));
    await queue.add(this.job.kind, envelopeOf(this.job), optionsOf(this.#id));
  }

  /** One that is not there any more, as after a Redis that kept nothing, is added again. */
  protected async see(): Promise<void> {
    const { queue } = this.place;
    // The state first: what is read of a job that ends meanwhile would lack its answer.
    const state = await queue.getJobState(this.#id);
    const job = await queue.getJob(this.#id);
    if (!job) return this.#again();
    const ended = { id: this.job.id, attempts: job.attemptsMade };
    if (state === "completed") {
      const { result, ...rest } = queued.readAnswer(job.returnvalue, `the answer of job ${this.#id}`);
      this.settle({ ...ended, ...rest, state: "done", result });
    } else if (state === "failed") {
      if (this.signal?.aborted) return this.fail(this.signal.reason);
      if (job.failedReason.startsWith(queued.GIVEN_UP)) return this.#again();
      const worker = job.processedBy ?? "unknown";
      const seconds = (performance.now() - this.begin) / 1000;
      this.settle({ ...ended, state: "failed", result: null, reason: job.failedReason, worker, seconds });
    }
  }

  protected leave(): Promise<boolean> {
    return giveUp(this.place, this.#id);
  }

  async #again(): Promise<void> {
    if (!this.signal?.aborted) await this.add();
  }
}

/** @throws SluiceError where it is too large, before it is put into the queue */
export function envelopeOf({ id, kind, payload }: Job, children?: queued.Envelope["children"]): queued.Envelope {
  const data: queued.Envelope = { version: sluiceVersion(), id, kind, payload, ...(children && { children }) };
  queued.guarded(data, `job ${id}`);
  return data;
}
