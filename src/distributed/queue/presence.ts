/** Which workers listen: each says so every few seconds, and is forgotten when it does not. */
import type { Redis } from "ioredis";
import type { z } from "zod";
import type { WorkerInfo } from "../job.js";
import { presence, SEEN_SECONDS, workerKey, workersKey } from "./envelope.js";

export type Present = z.output<typeof presence>;

/** Gives what ends it. */
export function announce(client: Redis, queue: string, worker: WorkerInfo, slots: number): () => Promise<void> {
  const key = workerKey(queue, worker.name);
  const value = JSON.stringify({ ...worker, slots });
  const say = async () => {
    try {
      await client.set(key, value, "EX", SEEN_SECONDS);
      await client.sadd(workersKey(queue), worker.name);
    } catch {
      // Said again soon.
    }
  };
  const timer = setInterval(() => void say(), (SEEN_SECONDS * 1000) / 3);
  void say();
  return async () => {
    clearInterval(timer);
    if (client.status !== "ready") return;
    await client.del(key);
    await client.srem(workersKey(queue), worker.name);
  };
}

/** Those that were heard of lately; the names of the others are forgotten. */
export async function workersOf(client: Redis, queue: string): Promise<Present[]> {
  const names = (await client.smembers(workersKey(queue))).sort();
  if (names.length === 0) return [];
  const texts = await client.mget(...names.map((name) => workerKey(queue, name)));
  const gone = names.filter((_, i) => texts[i] === null);
  if (gone.length > 0) await client.srem(workersKey(queue), ...gone);
  return texts.flatMap((text) => {
    const told = presence.safeParse(jsonOf(text ?? null));
    return told.success ? [told.data] : [];
  });
}

/** Null for what is none. */
export function jsonOf(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}
