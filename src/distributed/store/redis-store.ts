/** Content through Redis itself, for workers that share no folder; where one is shared, everything goes through that. */
import { readFile, stat } from "node:fs/promises";
import type { Redis } from "ioredis";
import type { Json } from "../../format/json.js";
import { check, show, SluiceError } from "../../util/errors.js";
import type { Store } from "../job.js";
import { NotHere } from "../not-here.js";
import type { RedisAddress } from "../queue/address.js";
import { explained } from "../queue/connection.js";
import { isAddress, tooLarge, type FolderStore } from "./folder-store.js";
import { MOST_IN_REDIS, RedisContent } from "./redis-content.js";

/** Copies of what came through Redis take so much room on a disk, or as much as the jobs under way need. */
export const MOST_COPIES = 1 << 30;

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
  readonly #redis: RedisContent;
  /** How many jobs under way name an address. */
  readonly #held = new Map<string, number>();
  readonly #passing = new WeakSet<Error>();
  #trimming: Promise<void> = Promise.resolve();

  constructor(readonly own: RedisStoreOptions) {
    this.folder = own.folder;
    this.#redis = new RedisContent(own.client);
  }

  /** @throws SluiceError for content that is too large where no folder is shared */
  async put(content: Uint8Array | { readonly file: string }): Promise<string> {
    if (this.own.shared) return this.folder.put(content);
    const size = content instanceof Uint8Array ? content.length : await sizeOf(content.file);
    check(size <= MOST_IN_REDIS, () => tooLarge(MOST_IN_REDIS));
    const bytes = content instanceof Uint8Array ? content : await readFile(content.file);
    const address = await this.folder.put(bytes);
    await this.#reach(() => this.#redis.write(address, bytes));
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
    if (!this.own.shared) await this.#reach(() => this.#redis.drop(address));
  }

  /**
   * Brings all content that payloads and answers name into the folder, and keeps it there.
   * @returns what lets go of it
   */
  async hold(named: readonly Json[]): Promise<() => Promise<void>> {
    const addresses = [...new Set(named.flatMap(addressesIn))];
    if (this.own.shared) {
      for (const address of addresses) await this.#seek(address);
      return async () => undefined;
    }
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
      if (await this.#reach(() => this.#redis.has(address))) continue;
      if (!(await this.folder.has(address))) continue;
      const bytes = await this.folder.get(address);
      await this.#reach(() => this.#redis.write(address, bytes));
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
      await this.#reach(() => this.#redis.write(address, bytes));
    }
  }

  /** Whether it may be otherwise the next time: the error is not one of the content, but of a connection. */
  mayPass(error: Error): boolean {
    return this.#passing.has(error);
  }

  async #with<T>(address: string, read: () => Promise<T>): Promise<T> {
    const release = await this.hold([address]);
    try {
      return await read();
    } finally {
      await release();
    }
  }

  /** Brings content from Redis into the folder, where it is there and is what its address says. */
  async #fetch(address: string): Promise<void> {
    if (!isAddress(address)) throw new SluiceError(`store: expected an address sha256-…, got ${show(address)}`);
    if (await this.folder.touch(address)) return;
    const bytes = await this.#reach(() => this.#redis.read(address));
    if (bytes === null) throw new NotHere(`store: Redis holds no content ${address}; where whoever asked gave --store FOLDER, a worker needs it too`, "store"); // prettier-ignore
    await this.folder.put(bytes);
  }

  /** One at a time; what cannot be removed now is tried again the next time. */
  #trim(): Promise<void> {
    const { copies = MOST_COPIES } = this.own;
    const trim = () => this.folder.trim(copies, new Set(this.#held.keys())).catch(() => undefined);
    this.#trimming = this.#trimming.then(trim);
    return this.#trimming;
  }

  async #seek(address: string): Promise<void> {
    if (await this.folder.has(address)) return;
    const where = `whoever asked gave no --store, or ${this.folder.folder} is another folder than theirs`;
    throw new NotHere(`store: there is no content ${address}: ${where}`, "store");
  }

  #passingOn(error: Error): Error {
    this.#passing.add(error);
    return error;
  }

  async #reach<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof SluiceError) throw error;
      throw this.#passingOn(explained(error, this.own.redis));
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

function addressesIn(value: Json): string[] {
  if (typeof value === "string") return isAddress(value) ? [value] : [];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(addressesIn);
}
