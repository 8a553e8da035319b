/** What stands in the queue: names of keys, and the forms of what is sent and answered. Whatever is read is checked against them. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { parseJson, type Json } from "../../format/json.js";
import { check, SluiceError } from "../../util/errors.js";
import { MOST_CHILDREN } from "../executors/flow.js";
import type { Job } from "../job.js";

/** All keys begin with it. */
export const PREFIX = "sluice";
export const DEFAULT_QUEUE = "jobs";
/** Of a job, and of its answer: data go through the store. */
export const MOST_BYTES = 1 << 20;
/** Results are kept for those who go on with a plan. */
export const KEPT_SECONDS = 7 * 24 * 3600;

const QUEUE = /^[\w-]{1,64}$/;

export function checkQueue(name: string): string {
  check(QUEUE.test(name), () => `queue: a name has letters, digits, "-" and "_", got ${JSON.stringify(name)}`);
  return name;
}

const id = z.string().regex(/^[\w-]{1,200}$/);

export const envelope = z.strictObject({
  /** Of the library that asks. */
  version: z.string(),
  id,
  kind: z.string().regex(/^[a-z][\w-]{0,63}$/),
  payload: z.json(),
  /** Of a parent: the jobs before it, with their ids in the queue. Answers of no others are handed to it. */
  children: z
    .array(z.strictObject({ id, job: z.string().regex(/^[\w-]{1,400}$/) }))
    .min(1)
    .max(MOST_CHILDREN)
    .optional(),
});

export type Envelope = z.output<typeof envelope>;

/** What a worker gives back. */
export const answer = z.strictObject({ result: z.json(), worker: z.string(), seconds: z.number() });

export type Answer = z.output<typeof answer>;

/** @throws SluiceError for what is none */
export function readAnswer(data: unknown, what: string): Answer {
  const told = answer.safeParse(guarded(data, what));
  if (!told.success) throw new SluiceError(`${what} is none: ${z.prettifyError(told.error).replaceAll("\n", " ")}`);
  return told.data;
}

export const progress = z.union([z.strictObject({ progress: z.json() }), z.strictObject({ refused: z.string() })]);

/** How the reason begins of a job that was aborted while a worker did it. */
export const GIVEN_UP = "given up";

/** Names that reach prototypes, nesting without end and what is too large are refused as they are in foreign files. */
export function guarded(data: unknown, what: string): Json {
  const text = JSON.stringify(data) ?? "null";
  check(text.length <= MOST_BYTES, () => `${what} has ${text.length} characters, at most ${MOST_BYTES}`);
  return parseJson(text, what);
}

/**
 * The same job of a plan has the same id, so that it is done once; another payload makes another job, in whatever order its fields stand.
 * @param near what else tells it from others: of a child its parent, since one job cannot have two; of a parent its children
 */
export function idInQueue(plan: string, { id, kind, payload }: Job, ...near: readonly unknown[]): string {
  const text = JSON.stringify([kind, payload, ...near], inOrder);
  return `${plan}-${id}-${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
}

function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** As BullMQ names a job, which is how a parent knows its children. */
export const keyInQueue = (queue: string, id: string): string => `${PREFIX}:${queue}:${id}`;

/** Set where a job must be given up that a worker has begun. */
export const abortKey = (queue: string, id: string): string => `${PREFIX}:${queue}:abort:${id}`;

/** A worker says under it that it is there. */
export const workerKey = (queue: string, name: string): string => `${PREFIX}:${queue}:worker:${name}`;

/** The names of workers that said so, ever. */
export const workersKey = (queue: string): string => `${PREFIX}:${queue}:workers`;

/** How long that is believed. */
export const SEEN_SECONDS = 30;

export const presence = z.strictObject({
  name: z.string(),
  version: z.string(),
  cores: z.number(),
  kernels: z.string(),
  host: z.string(),
  slots: z.int().min(1),
});

/** Whether code of one version may do jobs of the other: the major version is the same; below 1.0 the minor one counts, as in semver. */
export function isCompatible(one: string, other: string): boolean {
  return major(one) === major(other);
}

function major(version: string): string {
  const [first, second] = version.split(".");
  return first === "0" ? `0.${second}` : `${first}`;
}
