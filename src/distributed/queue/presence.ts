/** Which workers listen: each says so every few seconds, and is forgotten when it does not. */
import type { Redis } from "ioredis";
import type { z } from "zod";
import type { WorkerInfo } from "../job.js";
import { presence, SEEN_SECONDS, workerKey } from "./envelope.js";

export type Present = z.output<typeof presence>;

/** Gives what ends it. */
export function announce(client: Redis, queue: string, worker: WorkerInfo, slots: number): () => Promise<void> {
  const key = workerKey(queue, worker.name);
  const value = JSON.stringify({ ...worker, slots });
  const say = () => client.set(key, value, "EX", SEEN_SECONDS).catch(() => undefined); // said again soon
  const timer = setInterval(() => void say(), (SEEN_SECONDS * 1000) / 3);
  void say();
  return async () => {
    clearInterval(timer);
    if (client.status === "ready") await client.del(key);
  };
}

export async function workersOf(client: Redis, queue: string): Promise<Present[]> {
  const keys = new Set<string>();
  let cursor = "0";
  do {
    const [next, found] = await client.scan(cursor, "MATCH", workerKey(queue, "*"), "COUNT", 1000);
    cursor = next;
    for (const key of found) keys.add(key);
  } while (cursor !== "0");
  if (keys.size === 0) return [];
  const texts = await client.mget(...[...keys].sort());
  return texts.flatMap((text) => {
    const told = presence.safeParse(jsonOf(text));
    return told.success ? [told.data] : [];
  });
}

function jsonOf(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}
