/** Content through Redis itself, for workers that share no folder; where one is shared, everything goes through that. */
import { createHash, randomUUID } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { ChainableCommander, Redis } from "ioredis";
import type { Json } from "../../format/json.js";
import { check, show, SluiceError } from "../../util/errors.js";
import type { Store } from "../job.js";
import type { RedisAddress } from "../queue/address.js";
import { explained } from "../queue/connection.js";
import { KEPT_SECONDS, PREFIX } from "../queue/envelope.js";
import { isAddress, tooLarge, type FolderStore } from "./folder-store.js";

/** Redis holds all in memory. */
export const MOST_IN_REDIS = 64 << 20;
/** Content goes in pieces of this size: a large value stops Redis for everyone while it is read. */
const PIECE = 1 << 20;
/** Answers that name content are kept for so long; content stays a little longer than they do, counted from its last use. */
const CONTENT_SECONDS = KEPT_SECONDS + 24 * 3600;
/** What is being written is forgotten where its writer is lost. */
const WRITING_SECONDS = 3600;
/** Copies of what came through Redis take so much room on a disk, or as much as the jobs under way need. */
export const MOST_COPIES = 1 << 30;

const keyOf = (address: string) => `${PREFIX}:content:${address}`;

export interface RedisStoreOptions {
  /** Of the copies; where it is shared, of all content. */
  readonly folder: FolderStore;
  /** Whether the other side reads the same folder. */
  readonly shared: boolean;
  readonly client: Redis;
  readonly redis: RedisAddress;
  /** Bytes of copies. Default 1 GiB. */
  readonly copies?: number;
}

export class RedisStore implements Store {
  readonly folder: FolderStore;
  /** How many jobs under way name an address. */
  readonly #held = new Map<string, number>();
  readonly #ofRedis = new WeakSet<Error>();
  #trimming: Promise<void> = Promise.resolve();

  constructor(readonly own: RedisStoreOptions) {
    this.folder = own.folder;
  }

  /** @throws SluiceError for content that is too large where no folder is shared */
  async put(content: Uint8Array | { readonly file: string }): Promise<string> {
    if (this.own.shared) return this.folder.put(content);
    const size = content instanceof Uint8Array ? content.length : await sizeOf(content.file);
    check(size <= MOST_IN_REDIS, () => tooLarge(MOST_IN_REDIS));
    const bytes = content instanceof Uint8Array ? content : await readFile(content.file);
    const address = await this.folder.put(bytes);
    await this.#reach(() => this.#write(address, bytes));
    await this.#trim();
    return address;
  }

  async get(address: string): Promise<Uint8Array> {
    return this.#with(address, () => this.folder.get(address));
  }

  async file(address: string, ending: string): Promise<string> {
    return this.#with(address, () => this.folder.file(address, ending));
  }

  async drop(address: string): Promise<void> {
    await this.folder.drop(address);
    if (!this.own.shared) await this.#reach(() => this.own.client.unlink(keyOf(address)));
  }

  /**
   * Brings all content that payloads and answers name into the folder, and keeps it there.
   * @returns what lets go of it
   */
  async hold(named: readonly Json[]): Promise<() => Promise<void>> {
    if (this.own.shared) return async () => undefined;
    const addresses = [...new Set(named.flatMap(addressesIn))];
    for (const address of addresses) this.#held.set(address, (this.#held.get(address) ?? 0) + 1);
    let isHeld = true;
    const release = async () => {
      if (!isHeld) return;
      isHeld = false;
      for (const address of addresses) {
        const left = this.#held.get(address)! - 1;
        if (left === 0) this.#held.delete(address);
        else this.#held.set(address, left);
      }
      await this.#trim();
    };
    try {
      for (const address of addresses) await this.#fetch(address);
      return release;
    } catch (error) {
      await release();
      throw error;
    }
  }

  /** Puts there again what a Redis without persistence forgot of the content that payloads name, as far as copies are here. */
  async restore(named: readonly Json[]): Promise<void> {
    if (this.own.shared) return;
    for (const address of new Set(named.flatMap(addressesIn))) {
      const isThere = await this.#reach(() => this.own.client.exists(keyOf(address)));
      if (isThere === 1 || !(await this.folder.has(address))) continue;
      const bytes = await this.folder.get(address);
      await this.#reach(() => this.#write(address, bytes));
    }
  }

  /** Puts content that an answer names, and that a job left in the folder, where whoever asked can read it. */
  async publish(answer: Json): Promise<void> {
    if (this.own.shared) return;
    for (const address of new Set(addressesIn(answer))) {
      // What is held came from there.
      if (this.#held.has(address) || !(await this.folder.has(address))) continue;
      const bytes = await this.folder.get(address);
      check(bytes.length <= MOST_IN_REDIS, () => tooLarge(MOST_IN_REDIS));
      await this.#reach(() => this.#write(address, bytes));
    }
  }

  /** Whether the error is one of the connection or of Redis itself, not one of the content. */
  isOfRedis(error: Error): boolean {
    return this.#ofRedis.has(error);
  }

  async #with<T>(address: string, read: () => Promise<T>): Promise<T> {
    const release = await this.hold([address]);
    try {
      return await read();
    } finally {
      await release();
    }
  }

  /** Seen under its address when all of it is there. */
  async #write(address: string, bytes: Uint8Array): Promise<void> {
    const { client } = this.own;
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

  /** Brings content from Redis into the folder, where it is there and is what its address says. */
  async #fetch(address: string): Promise<void> {
    if (!isAddress(address)) throw new SluiceError(`store: expected an address sha256-…, got ${show(address)}`);
    if (await this.folder.touch(address)) return;
    const bytes = await this.#reach(() => this.#read(address));
    check(bytes !== null, () => `store: Redis holds no content ${address}; where whoever asked gave --store FOLDER, a worker needs it too`); // prettier-ignore
    await this.folder.put(bytes);
  }

  async #read(address: string): Promise<Uint8Array | null> {
    const { client } = this.own;
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

  /** One at a time. */
  #trim(): Promise<void> {
    const { copies = MOST_COPIES } = this.own;
    this.#trimming = this.#trimming.then(() => this.folder.trim(copies, new Set(this.#held.keys())));
    return this.#trimming;
  }

  async #reach<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof SluiceError) throw error;
      const told = explained(error, this.own.redis);
      this.#ofRedis.add(told);
      throw told;
    }
  }
}

/** @throws SluiceError for what cannot be read */
async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    throw new SluiceError(`store: cannot read ${file}: ${(error as Error).message}`, { cause: error });
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

function addressesIn(value: Json): string[] {
  if (typeof value === "string") return isAddress(value) ? [value] : [];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(addressesIn);
}
