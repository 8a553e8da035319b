/** Small content through Redis itself, for workers that share no folder; what is larger goes through the folder, where there is one. */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { Redis } from "ioredis";
import type { Json } from "../../format/json.js";
import { check, show, SluiceError } from "../../util/errors.js";
import type { Store } from "../job.js";
import type { RedisAddress } from "../queue/address.js";
import { explained } from "../queue/connection.js";
import { KEPT_SECONDS, PREFIX } from "../queue/envelope.js";
import { isAddress, type FolderStore } from "./folder-store.js";

/** Redis holds all in memory, and a large value stops it for everyone while it is read. */
export const MOST_IN_REDIS = 4 << 20;

const keyOf = (address: string) => `${PREFIX}:content:${address}`;

export class RedisStore implements Store {
  /** @param shared whether the other side reads the same folder: then everything goes through it */
  constructor(
    readonly folder: FolderStore,
    readonly shared: boolean,
    readonly client: Redis,
    readonly redis: RedisAddress,
  ) {}

  /** @throws SluiceError for content that is too large where no folder is shared */
  async put(content: Uint8Array | { readonly file: string }): Promise<string> {
    if (this.shared) return this.folder.put(content);
    const size = content instanceof Uint8Array ? content.length : (await stat(content.file)).size;
    check(size <= MOST_IN_REDIS, () => `store: ${size} bytes are more than go through Redis (${MOST_IN_REDIS}); name a folder that all workers share: --store FOLDER`); // prettier-ignore
    const bytes = content instanceof Uint8Array ? content : await readFile(content.file);
    const address = `sha256-${createHash("sha256").update(bytes).digest("hex")}`;
    await this.client.set(keyOf(address), Buffer.from(bytes), "EX", KEPT_SECONDS).catch((error: unknown) => {
      throw explained(error, this.redis);
    });
    return address;
  }

  async get(address: string): Promise<Uint8Array> {
    await this.fetch(address);
    return this.folder.get(address);
  }

  async file(address: string, ending: string): Promise<string> {
    await this.fetch(address);
    return this.folder.file(address, ending);
  }

  async drop(address: string): Promise<void> {
    await this.folder.drop(address);
    if (!this.shared) await this.client.del(keyOf(address));
  }

  /** Brings content from Redis into the folder, where it is there and is what its address says. */
  async fetch(address: string): Promise<void> {
    if (!isAddress(address)) throw new SluiceError(`store: expected an address sha256-…, got ${show(address)}`);
    if (await this.folder.has(address)) return;
    const bytes = await this.client.getBuffer(keyOf(address));
    if (!bytes) return;
    const found = `sha256-${createHash("sha256").update(bytes).digest("hex")}`;
    check(found === address, () => `store: what Redis holds under ${address} is not what its address says`);
    await this.folder.put(bytes);
  }

  /** The same for every address that payloads and answers name. */
  async fetchAll(named: readonly Json[]): Promise<void> {
    for (const address of named.flatMap(addressesIn)) await this.fetch(address);
  }
}

function addressesIn(value: Json): string[] {
  if (typeof value === "string") return isAddress(value) ? [value] : [];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(addressesIn);
}
