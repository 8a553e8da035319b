/** What children of a flow answered, as their parent's worker and whoever asked for the flow read it: nothing is believed, all is bounded. */
import type { Job as QueuedJob } from "bullmq";
import { check } from "../../util/errors.js";
import { reasonOf } from "../executors/flow.js";
import { GIVEN_UP, keyInQueue, readAnswer, type Answer, type Envelope } from "./envelope.js";

/** Of all children together, in characters: each has at most `MOST_BYTES`, and what is large goes through the store. */
export const MOST_ANSWERED = 16 << 20;

export interface Answers {
  /** By the ids of the jobs, in the order of the flow. */
  readonly done: ReadonlyMap<string, Answer>;
  /** Why those that were set aside failed; what came too late is in neither. */
  readonly failed: ReadonlyMap<string, string>;
}

/**
 * @param children their ids in the queue, by their own
 * @throws SluiceError where an answer is none, or they are too large together
 */
export async function answersOf(
  parent: QueuedJob,
  queue: string,
  children: NonNullable<Envelope["children"]>,
): Promise<Answers> {
  const values = new Map(Object.entries((await parent.getChildrenValues<unknown>()) ?? {}));
  const failures = new Map(Object.entries((await parent.getIgnoredChildrenFailures()) ?? {}));
  const [done, failed] = [new Map<string, Answer>(), new Map<string, string>()];
  let size = 0;
  for (const { id, job } of children) {
    const key = keyInQueue(queue, job);
    const failure = failures.get(key);
    if (values.has(key)) {
      const told = readAnswer(values.get(key), `the answer of job ${id}`);
      size += JSON.stringify(told).length;
      check(size <= MOST_ANSWERED, () => `the answers of the jobs before ${parent.id} have more than ${MOST_ANSWERED} characters`); // prettier-ignore
      done.set(id, told);
    } else if (failure !== undefined && !failure.startsWith(GIVEN_UP)) failed.set(id, failure);
  }
  return { done, failed };
}

/** What a parent is told where nothing was done that it could begin with. */
export function nothingDone({ failed }: Answers, children: NonNullable<Envelope["children"]>): string {
  return reasonOf(children.map(({ id }) => (failed.has(id) ? { reason: failed.get(id)! } : null)));
}
