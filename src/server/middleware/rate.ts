import { LRUCache } from "lru-cache";
import { Problem } from "../problem.js";

/** Clients whose allowance is kept; one that was forgotten begins with a full one. */
const CLIENTS = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** A token bucket for each client: `rate` requests a second in the long run, as many at once. 0: no limit. */
export function rateLimit(rate: number, now: () => number): (client: string) => void {
  if (rate === 0) return () => undefined;
  const most = Math.max(1, rate);
  const buckets = new LRUCache<string, Bucket>({ max: CLIENTS });
  return (client) => {
    const at = now();
    const bucket = buckets.get(client) ?? { tokens: most, at };
    buckets.set(client, bucket);
    bucket.tokens = Math.min(most, bucket.tokens + ((at - bucket.at) / 1000) * rate);
    bucket.at = at;
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return;
    }
    throw new Problem("too-many-requests", `At most ${rate} requests a second are allowed.`, {
      retryAfter: (1 - bucket.tokens) / rate,
    });
  };
}
