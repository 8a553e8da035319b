/** Contents of a DiLoCo training in the run's own folder, whatever store the workers share: Redis forgets, and a run must not. */
import { readdir } from "node:fs/promises";
import type { Store } from "../../job.js";
import { FolderStore, isAddress } from "../../store/folder-store.js";

/** Rounds after which nobody can still be reading what a round left: not even a shard that was given up. */
const GRACE = 2;

export class Keep {
  readonly #own: FolderStore;
  readonly #same: boolean;
  #spent: { round: number; addresses: string[] }[] = [];

  /** @param shared what the workers read and write */
  constructor(
    readonly folder: string,
    readonly shared: Store,
  ) {
    this.#own = new FolderStore(folder);
    this.#same = shared instanceof FolderStore && shared.folder === folder;
  }

  get(address: string): Promise<Uint8Array> {
    return this.#own.get(address);
  }

  async put(content: Uint8Array): Promise<string> {
    const address = await this.#own.put(content);
    if (!this.#same) await this.shared.put(content);
    return address;
  }

  /** Brings contents of workers here. */
  async keep(addresses: Iterable<string>): Promise<void> {
    if (this.#same) return;
    for (const address of new Set(addresses)) {
      if (!(await this.#own.has(address))) await this.#own.put(await this.shared.get(address));
    }
  }

  /** For a training that goes on: gives workers what they need, and forgets what nobody does. */
  async begin(needed: ReadonlySet<string>): Promise<void> {
    await this.#clean(needed);
    if (!this.#same) for (const address of needed) await this.shared.put(await this.#own.get(address));
  }

  /** Nobody reads any more: what is not needed to go on goes at once. */
  async end(needed: ReadonlySet<string>): Promise<void> {
    await this.spend(Infinity, [], needed);
    await this.#clean(needed);
  }

  async #clean(needed: ReadonlySet<string>): Promise<void> {
    const names = await readdir(this.folder).catch(() => []);
    for (const name of names) if (isAddress(name) && !needed.has(name)) await this.#own.drop(name);
  }

  /** Forgets what a round made superfluous, some rounds later. @param needed what stays */
  async spend(round: number, addresses: readonly string[], needed: ReadonlySet<string>): Promise<void> {
    this.#spent.push({ round, addresses: [...addresses] });
    const due = this.#spent.filter((one) => one.round <= round - GRACE);
    this.#spent = this.#spent.filter((one) => !due.includes(one));
    for (const address of new Set(due.flatMap((one) => one.addresses))) {
      if (needed.has(address)) continue;
      await this.#own.drop(address);
      if (!this.#same) await this.shared.drop(address);
    }
  }
}
