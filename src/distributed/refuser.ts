/** Jobs that one worker cannot do, and another may: they go back into the queue, and whoever asked is told. */
import type { Job as QueuedJob } from "bullmq";
import type { Redis } from "ioredis";
import { setTimeout as wait } from "node:timers/promises";
import { show } from "../util/errors.js";
import type { WorkerInfo } from "./job.js";
import type { NotHere } from "./not-here.js";
import type { Bull } from "./queue/connection.js";
import { isCompatible } from "./queue/envelope.js";
import { versionOf } from "./queue/intake.js";
import { nobodyCan, noteRefusal, refusedKey } from "./queue/refusals.js";

/** A job that was put back is there for others after so long; this worker rests a little less than that, so that they come first. */
const REFUSED_MS = 600;
const REST_MS = 400;
/** So many refused jobs are remembered, to tell of each once. */
const REMEMBERED = 1000;

const REMEDY = {
  data: "Start workers with --data-root FOLDER, the folder in which this was started, or send the data: --send-data",
  store: "Give the same --store FOLDER to all workers and to whoever asks, or to none",
} as const;

export interface RefuserOptions {
  readonly client: Redis;
  readonly queue: string;
  /** As an absolute path. */
  readonly dataRoot: string;
  readonly graceSeconds: number;
  readonly bull: Bull;
}

export class Refuser {
  readonly #known = new Set<string>();

  /** @param onRefused told of each job once: one that is put back comes again until another worker has it */
  constructor(
    readonly own: RefuserOptions,
    readonly info: WorkerInfo,
    readonly onRefused: (job: QueuedJob<unknown>, reason: string) => void,
  ) {}

  /** Jobs of another version are left to a worker of theirs. @throws DelayedError of BullMQ for these */
  async refuseOther(job: QueuedJob<unknown>, token: string): Promise<void> {
    const asked = versionOf(job.data);
    const { name, version } = this.info;
    if (asked === null || isCompatible(asked, version)) return;
    this.#tell(job, `it is of version ${show(asked)}, and this worker of ${version}`);
    throw await this.#putBack(job, token, `worker ${name} is of version ${version} and refuses jobs of ${show(asked)}`);
  }

  /** What this worker lacks another one may have; where none has it the job fails for that reason. Gives what BullMQ is to be told. */
  async leaveToOthers(job: QueuedJob<unknown>, token: string, { message, where }: NotHere): Promise<Error> {
    const { client, queue, dataRoot, graceSeconds, bull } = this.own;
    const { name, host } = this.info;
    const [place, remedy] = [where === "data" ? `, whose folder of data is ${dataRoot} on ${host},` : ` on ${host}`, REMEDY[where]]; // prettier-ignore
    this.#tell(job, where === "data" ? `in the folder of data, ${dataRoot}: ${message}` : message);
    const key = refusedKey(queue, job.id!);
    const refusals = await noteRefusal(client, key, name, `worker ${name}${place} finds that ${message}`);
    const reason = await nobodyCan(client, queue, refusals, { version: versionOf(job.data)!, graceSeconds });
    if (reason === null) return this.#putBack(job, token, `worker ${name}${place} leaves jobs to others: ${message}. ${remedy}`); // prettier-ignore
    await client.del(key);
    return new bull.UnrecoverableError(`${reason}. ${remedy}`);
  }

  #tell(job: QueuedJob<unknown>, reason: string): void {
    if (this.#known.has(job.id!)) return;
    this.#known.add(job.id!);
    if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.values().next().value!);
    this.onRefused(job, reason);
  }

  /** This does not count as an attempt. @param refused what whoever asked is told */
  async #putBack(job: QueuedJob<unknown>, token: string, refused: string): Promise<Error> {
    await job.updateProgress({ refused });
    await job.moveToDelayed(Date.now() + REFUSED_MS, token);
    await wait(REST_MS);
    return new this.own.bull.DelayedError();
  }
}
