/** A round on a queue, as a flow of BullMQ: the parent waits in Redis for its children, also while nobody who asked for it is there. */
import type { Job as QueuedJob } from "bullmq";
import { setTimeout as wait } from "node:timers/promises";
import type { Json } from "../../format/json.js";
import type { Flow, FlowOutcome, Job, JobOutcome } from "../job.js";
import { answersOf, nothingDone, type Answers } from "../queue/answers.js";
import * as queued from "../queue/envelope.js";
import { refusedKey } from "../queue/refusals.js";
import type { FlowOptions } from "./flow.js";
import { envelopeOf } from "./redis-job.js";
import { GIVE_UP_MS, giveUp, optionsOf, Pending, type Place } from "./pending.js";

/** Between two looks whether a worker has let go of a job that was given up before. */
const LET_GO_MS = 200;

export class PendingFlow extends Pending<FlowOutcome> {
  readonly #id: string;
  readonly #children: readonly { readonly id: string; readonly job: string }[];
  readonly #jobs: ReadonlyMap<string, Job>;
  readonly ids: readonly string[];
  #timer: NodeJS.Timeout | undefined;
  /** Nobody came: the parent is taken away, and not looked for. */
  #void = false;

  constructor(
    place: Place,
    readonly flow: Flow,
    readonly options: FlowOptions,
  ) {
    super(place, options.signal);
    const { parent, children } = flow;
    this.#id = queued.idInQueue(place.plan, parent, children);
    this.#children = children.map((child) => ({ id: child.id, job: queued.idInQueue(place.plan, child, this.#id) }));
    this.#jobs = new Map([[this.#id, parent], ...children.map((child, i) => [this.#children[i]!.job, child] as const)]);
    this.ids = [...this.#jobs.keys()];
  }

  override async done(): Promise<FlowOutcome> {
    try {
      return await super.done();
    } finally {
      clearTimeout(this.#timer);
    }
  }

  tell(id: string, progress: Json): void {
    this.options.onProgress?.(this.#jobs.get(id)!.id, progress);
  }

  /** A round that is under way, or has ended, is joined as it is; one whose parent was set aside is begun anew with what is done of it. */
  protected async add(): Promise<void> {
    const { queue, client, flows, store } = this.place;
    await store.restore([...this.#jobs.values()].map(({ payload }) => payload));
    const state = await queue.getJobState(this.#id);
    if (state === "failed") await (await queue.getJob(this.#id))?.remove({ removeChildren: false });
    if (state === "failed" || state === "unknown") for (const { job } of this.#children) await this.#prepare(job);
    await client.del(...this.ids.flatMap((id) => [queued.abortKey(queue.name, id), refusedKey(queue.name, id)]));
    if (state === "failed" || state === "unknown") {
      const node = (job: Job, id: string, more: object = {}, children?: queued.Envelope["children"]) => ({
        name: job.kind,
        queueName: queue.name,
        prefix: queued.PREFIX,
        data: envelopeOf(job, children),
        opts: { ...optionsOf(id), ...more },
      });
      const children = this.#children.map(({ job }) => node(this.#jobs.get(job)!, job, { ignoreDependencyOnFailure: true })); // prettier-ignore
      await flows.add({ ...node(this.flow.parent, this.#id, {}, [...this.#children]), children });
    }
    const { deadline } = this.flow;
    clearTimeout(this.#timer);
    if (deadline !== undefined) this.#timer = setTimeout(() => void this.#close(), deadline);
  }

  /** Takes away a child that was set aside before; one that was given up, and that a worker still holds, is waited for. */
  async #prepare(id: string): Promise<void> {
    const { queue, client } = this.place;
    const end = Date.now() + GIVE_UP_MS;
    const isLeft = async () => (await client.exists(queued.abortKey(queue.name, id))) === 1;
    while ((await queue.getJobState(id)) === "active" && Date.now() < end && (await isLeft())) await wait(LET_GO_MS);
    const known = await queue.getJob(id);
    if (await known?.isFailed()) await known!.remove();
  }

  protected async see(): Promise<void> {
    const { queue } = this.place;
    if (this.#void) return;
    if (this.signal?.aborted) {
      const states = await Promise.all(this.ids.map((id) => queue.getJobState(id)));
      if (!states.includes("active")) this.fail(this.signal.reason);
      return;
    }
    const state = await queue.getJobState(this.#id);
    const parent = await queue.getJob(this.#id);
    if (!parent) return this.add();
    if (state === "completed") return this.#end(parent, doneOf(this.flow.parent, parent));
    if (state !== "failed") return;
    if (parent.failedReason.startsWith(queued.GIVEN_UP)) return this.add();
    const { failedReason: reason, processedBy: worker = "unknown", attemptsMade: attempts } = parent;
    const seconds = (performance.now() - this.begin) / 1000;
    await this.#end(parent, { id: this.flow.parent.id, state, result: null, reason, worker, attempts, seconds });
  }

  async #end(parent: QueuedJob, outcome: JobOutcome): Promise<void> {
    const answers = await answersOf(parent, this.place.queue.name, [...this.#children]);
    this.settle({ parent: outcome, children: await this.#outcomes(answers) });
  }

  #outcomes({ done, failed }: Answers): Promise<(JobOutcome | null)[]> {
    return Promise.all(
      this.#children.map(async ({ id, job }) => {
        const answer = done.get(id);
        const reason = failed.get(id);
        if (!answer && reason === undefined) return null;
        const known = await this.place.queue.getJob(job);
        const attempts = known?.attemptsMade ?? 1;
        if (answer) return { id, state: "done", attempts, ...answer };
        const worker = known?.processedBy ?? "unknown";
        return { id, state: "failed", result: null, reason: reason!, worker, attempts, seconds: 0 };
      }),
    );
  }

  /** The deadline: what has not ended is given up, and no parent waits for it. */
  async #close(): Promise<void> {
    const { queue } = this.place;
    try {
      for (const { job: id } of this.#children) {
        const state = await queue.getJobState(id);
        if (state === "completed" || state === "failed" || state === "unknown") continue;
        if (await giveUp(this.place, id)) continue;
        const held = await queue.getJob(id);
        if (held?.parentKey !== undefined) await held.removeChildDependency();
      }
      const parent = await queue.getJob(this.#id);
      if (!parent) return await this.look();
      const answers = await answersOf(parent, queue.name, [...this.#children]);
      if (answers.done.size > 0) return;
      // Without a worker nobody would say so.
      this.#void = await giveUp(this.place, this.#id);
      if (!this.#void) return;
      const reason = nothingDone(answers, [...this.#children]);
      const id = this.flow.parent.id;
      const outcome: JobOutcome = { id, state: "failed", result: null, reason, worker: "", attempts: 0, seconds: 0 };
      this.settle({ parent: outcome, children: await this.#outcomes(answers) });
    } catch (error) {
      this.fail(error);
    }
  }

  /** The parent first: without children it would begin. */
  protected async leave(): Promise<boolean> {
    clearTimeout(this.#timer);
    let left = true;
    for (const id of this.ids) left = (await giveUp(this.place, id)) && left;
    return left;
  }
}

function doneOf({ id }: Job, job: QueuedJob): JobOutcome {
  const { result, ...rest } = queued.readAnswer(job.returnvalue, `the answer of job ${id}`);
  return { id, state: "done", attempts: job.attemptsMade, ...rest, result };
}
