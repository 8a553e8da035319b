/** What a worker takes from the queue for a job: whoever can write to it is not believed. */
import type { Job as QueuedJob } from "bullmq";
import { z } from "zod";
import type { Json } from "../../format/json.js";
import { check, show, SluiceError } from "../../util/errors.js";
import { ATTEMPTS } from "../executors/threads.js";
import { PAYLOADS, READS } from "../handlers.js";
import type { Job } from "../job.js";
import { NotHere } from "../not-here.js";
import type { RedisStore } from "../store/redis-store.js";
import { answersOf, nothingDone } from "./answers.js";
import { envelope, guarded, type Envelope } from "./envelope.js";

/** A job that is ready to be begun. */
export interface Intake {
  readonly job: Job;
  /** Answers of the jobs before it, by their ids. */
  readonly children: ReadonlyMap<string, Json>;
  /** Lets go of the content that it names. */
  readonly release: () => Promise<void>;
}

/** It will not be otherwise when it is tried again. */
export class Final extends SluiceError {
  constructor(
    message: string,
    /** As what a worker counts it. */
    readonly counts: "refused" | "failed",
  ) {
    super(message);
  }
}

/** Of the library that asks; null where it does not say, and is no job. Other versions may have other forms. */
export function versionOf(data: unknown): string | null {
  const told = z.object({ version: z.string() }).safeParse(data);
  return told.success ? told.data.version : null;
}

/**
 * @param kinds what the worker can do; null for any
 * @throws Final for what is no job, or a parent of which no child is done; NotHere where content is not in the store of this worker. Nothing was
 *   done then
 */
export async function takeIn(
  queued: QueuedJob<unknown>,
  kinds: ReadonlySet<string> | null,
  queue: string,
  store: RedisStore,
): Promise<Intake> {
  try {
    const { id, kind, payload, children: before } = readJob(queued.data, queued.attemptsMade, kinds);
    if (kinds) await checkPayload(kind as keyof typeof PAYLOADS, payload);
    const answers = before && (await answersOf(queued, queue, before));
    if (answers?.done.size === 0) throw new Final(nothingDone(answers, before!), "failed");
    const children = new Map([...(answers?.done ?? [])].map(([child, { result }]) => [child, result]));
    const read = READS[kind] ?? ((answer: Json) => answer);
    const release = await store.hold([payload, ...[...children.values()].map(read)]);
    return { job: { id, kind, payload }, children, release };
  } catch (error) {
    const isOwn = error instanceof SluiceError && !(error instanceof Final || error instanceof NotHere);
    if (!isOwn || store.mayPass(error)) throw error;
    throw new Final(`refused: ${error.message}`, "refused");
  }
}

function readJob(data: unknown, attemptsMade: number, kinds: ReadonlySet<string> | null): Envelope {
  // A job that was put there by other hands may ask for more attempts.
  check(attemptsMade < ATTEMPTS, () => `it was tried ${attemptsMade} times`);
  const told = envelope.safeParse(guarded(data, "the job"));
  if (!told.success) throw new SluiceError(`it is no job: ${z.prettifyError(told.error).replaceAll("\n", " ")}`);
  const { kind } = told.data;
  check(kinds === null || kinds.has(kind), () => `there are no jobs of kind ${show(kind)}`);
  return told.data;
}

/** Before a thread is begun for it. */
async function checkPayload(kind: keyof typeof PAYLOADS, payload: Json): Promise<void> {
  const told = (await PAYLOADS[kind]()).safeParse(payload);
  if (told.error) throw new SluiceError(`its payload is none of kind ${kind}: ${z.prettifyError(told.error).replaceAll("\n", " ")}`); // prettier-ignore
}
