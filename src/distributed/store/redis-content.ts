/** Content in Redis: a hash of pieces for each address, checked when it is read, forgotten after its last use. */
import { createHash, randomUUID } from "node:crypto";
import type { ChainableCommander, Redis } from "ioredis";
import { check } from "../../util/errors.js";
import { KEPT_SECONDS, PREFIX } from "../queue/envelope.js";

/** Redis holds all in memory. */
export const MOST_IN_REDIS = 64 << 20;
/** Content goes in pieces of this size: a large value stops Redis for everyone while it is read. */
const PIECE = 1 << 20;
/** Answers that name content are kept for so long; content stays a little longer than they do, counted from its last use. */
const CONTENT_SECONDS = KEPT_SECONDS + 24 * 3600;
/** What is being written is forgotten where its writer is lost. */
const WRITING_SECONDS = 3600;
const keyOf = (address: string) => `${PREFIX}:content:${address}`;

export class RedisContent {
  constructor(readonly client: Redis) {}

  /** Seen under its address when all of it is there. */
  async write(address: string, bytes: Uint8Array): Promise<void> {
    const { client } = this;
    const fresh = `${keyOf(address)}:${randomUUID()}`;
    const count = Math.max(1, Math.ceil(bytes.length / PIECE));
    try {
      for (let i = 0; i < count; i++) {
        const piece = bytes.subarray(i * PIECE, (i + 1) * PIECE);
        const value = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
        await all(client.multi().hset(fresh, `${i}`, value).expire(fresh, WRITING_SECONDS));
      }
      await all(client.multi().rename(fresh, keyOf(address)).expire(keyOf(address), CONTENT_SECONDS));
    } catch (error) {
      await client.unlink(fresh).catch(() => undefined); // or it expires
      throw error;
    }
  }

  /** Null where there is none. @throws SluiceError for what is not what its address says */
  async read(address: string): Promise<Uint8Array | null> {
    const { client } = this;
    const key = keyOf(address);
    const kind = await client.type(key);
    if (kind === "none") return null;
    const forged = () => `store: what Redis holds under ${address} is not what its address says`;
    check(kind === "hash", forged);
    const count = await client.hlen(key);
    check(count * PIECE < MOST_IN_REDIS + PIECE, forged);
    const pieces: Uint8Array[] = [];
    for (let i = 0; i < count; i++) {
      check((await client.hstrlen(key, `${i}`)) <= PIECE, forged);
      pieces.push((await client.hgetBuffer(key, `${i}`)) ?? new Uint8Array());
    }
    const bytes = Buffer.concat(pieces);
    check(addressOf(bytes) === address, forged);
    await client.expire(key, CONTENT_SECONDS);
    return bytes;
  }

  async has(address: string): Promise<boolean> {
    return (await this.client.exists(keyOf(address))) === 1;
  }

  async drop(address: string): Promise<void> {
    await this.client.unlink(keyOf(address));
  }
}

/** A transaction does not say itself why one of its commands failed. */
async function all(transaction: ChainableCommander): Promise<void> {
  const results = await transaction.exec().catch((error: Error & { previousErrors?: Error[] }) => {
    throw error.previousErrors?.[0] ?? error;
  });
  for (const [error] of results ?? []) if (error) throw error;
}

function addressOf(bytes: Uint8Array): string {
  return `sha256-${createHash("sha256").update(bytes).digest("hex")}`;
}
