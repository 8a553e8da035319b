/** A round on an executor that knows single jobs only: the children side by side, then the parent with what they answered. */
import { setMaxListeners } from "node:events";
import type { Json } from "../../format/json.js";
import { checkCount } from "../../util/checks.js";
import { check } from "../../util/errors.js";
import type { Executor, Flow, FlowOutcome, Job, JobOutcome } from "../job.js";

export type FlowOptions = NonNullable<Parameters<Executor["runFlow"]>[1]>;

/** More are no round of one process's making. */
export const MOST_CHILDREN = 1024;
/** Timers know no longer time, 25 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** @throws SluiceError before anything is begun */
export function checkFlow(what: string, { parent, children, deadline }: Flow): void {
  check(children.length > 0, () => `${what}: flow ${parent.id} has no children`);
  check(children.length <= MOST_CHILDREN, () => `${what}: flow ${parent.id} has ${children.length} children, at most ${MOST_CHILDREN}`); // prettier-ignore
  const ids = [parent, ...children].map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  check(twice === undefined, () => `${what}: flow ${parent.id} has two jobs with the id ${twice}`);
  if (deadline === undefined) return;
  checkCount(what, "deadline", deadline);
  check(deadline <= LONGEST_MS, () => `${what}: a deadline has at most ${LONGEST_MS} milliseconds, got ${deadline}`);
}

/** Does one job, with the answers of others. */
type Run = (
  job: Job,
  options: {
    readonly signal?: AbortSignal;
    readonly onProgress?: (progress: Json) => void;
    readonly children?: ReadonlyMap<string, Json>;
  },
) => Promise<JobOutcome>;

/** @param give does a child that nobody waits for once its signal is aborted */
export async function flowOn(run: Run, give: Run, flow: Flow, options: FlowOptions): Promise<FlowOutcome> {
  const { parent, deadline } = flow;
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  const tells = ({ id }: Job) => (onProgress ? { onProgress: (told: Json) => onProgress(id, told) } : {});
  const late = new AbortController();
  const timer = deadline === undefined ? undefined : setTimeout(() => late.abort(), deadline);
  const either = AbortSignal.any([late.signal, ...(signal ? [signal] : [])]);
  setMaxListeners(0, either, late.signal);
  const isLate = new Promise<null>((resolve) => late.signal.addEventListener("abort", () => resolve(null)));
  const settled = await Promise.allSettled(
    flow.children.map((child) => {
      const done = give(child, { signal: either, ...tells(child) });
      return Promise.race([done.catch((error: unknown) => lost(error, late.signal)), isLate]);
    }),
  );
  clearTimeout(timer);
  signal?.throwIfAborted();
  const children = settled.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
  const answers = new Map(children.flatMap((one) => (one?.state === "done" ? [[one.id, one.result] as const] : [])));
  if (answers.size === 0) return { parent: notBegun(parent, reasonOf(children)), children };
  const own = { ...tells(parent), children: answers, ...(signal && { signal }) };
  return { parent: await run(parent, own), children };
}

function lost(error: unknown, late: AbortSignal): null {
  if (late.aborted) return null;
  throw error;
}

function notBegun({ id }: Job, reason: string): JobOutcome {
  return { id, state: "failed", result: null, reason, worker: "", attempts: 0, seconds: 0 };
}

/** Why there is nothing for a parent to begin with. */
export function reasonOf(children: readonly (Pick<JobOutcome, "reason"> | null)[]): string {
  const failed = children.find((one) => one !== null);
  const late = children.filter((one) => one === null).length;
  const count = children.length === 1 ? "its only child" : `any of its ${children.length} children`;
  if (!failed) return `no answer came from ${count} before the deadline`;
  return `no answer came from ${count}${late > 0 ? `; ${late} came too late` : ""}: ${failed.reason ?? "they failed"}`;
}
