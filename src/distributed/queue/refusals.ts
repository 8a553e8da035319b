/** Which workers refused a job because they lack what it names: as long as another one may have it, it waits for that one. */
import type { Redis } from "ioredis";
import { z } from "zod";
import { isCompatible, KEPT_SECONDS, PREFIX } from "./envelope.js";
import { jsonOf, workersOf } from "./presence.js";

/** A job that all workers refused waits so long for another one. */
export const GRACE_SECONDS = 60;
/** So many are named. */
const NAMED = 3;

const refusal = z.strictObject({ at: z.number(), why: z.string().max(2000) });

/** How the reason begins of a job that all workers refused. */
const NOBODY = "no worker can do it: ";

/** Whether others of the same data would end the same way. */
export const isNobody = (reason: string): boolean => reason.startsWith(NOBODY);

type Refusals = ReadonlyMap<string, z.output<typeof refusal>>;

/** By the names of the workers that refused it. */
export const refusedKey = (queue: string, id: string): string => `${PREFIX}:${queue}:refused:${id}`;

/** The first of each worker stands. */
export async function noteRefusal(client: Redis, key: string, worker: string, why: string): Promise<Refusals> {
  await client.hsetnx(key, worker, JSON.stringify({ at: Date.now(), why: why.slice(0, 2000) }));
  await client.expire(key, KEPT_SECONDS);
  const refusals = new Map<string, z.output<typeof refusal>>();
  for (const [name, text] of Object.entries(await client.hgetall(key))) {
    const told = refusal.safeParse(jsonOf(text));
    if (told.success) refusals.set(name, told.data);
  }
  return refusals;
}

/**
 * Why no worker that listens can do it, where that has been so for the time given; null while another one may.
 * @param version of the library that asks: workers of another one do not count
 */
export async function nobodyCan(
  client: Redis,
  queue: string,
  refusals: Refusals,
  { version, graceSeconds }: { readonly version: string; readonly graceSeconds: number },
): Promise<string | null> {
  const since = Math.min(...[...refusals.values()].map(({ at }) => at));
  if (Date.now() - since < 1000 * graceSeconds) return null;
  const listening = (await workersOf(client, queue)).filter((one) => isCompatible(version, one.version));
  if (listening.some(({ name }) => !refusals.has(name))) return null;
  const reasons = [...refusals.values()].map(({ why }) => why);
  const more = reasons.length > NAMED ? `; and ${reasons.length - NAMED} more` : "";
  return `${NOBODY}${reasons.slice(0, NAMED).join("; ")}${more}`;
}
