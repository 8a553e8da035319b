/** Content by its checksum in a folder that workers share: what is there never changes, so it may be read while others write. */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { check, show, SluiceError } from "../../util/errors.js";
import type { Store } from "../job.js";

const ADDRESS = /^sha256-[0-9a-f]{64}$/;
/** What is being written. */
const FRESH = /^\.[0-9a-f-]{36}$/;
const DAY_MS = 24 * 3600 * 1000;
const ENDING = /^(?:\.\w{1,16}){0,3}$/;

/** Nothing but checksums can be asked for: an address is no path. */
export function isAddress(text: string): boolean {
  return ADDRESS.test(text);
}

/** Whether a path is that of content of the store in this folder. */
export function isContent(folder: string, path: string): boolean {
  const name = basename(path);
  const address = name.split(".")[0]!;
  return isAddress(address) && ENDING.test(name.slice(address.length)) && resolve(dirname(path)) === resolve(folder);
}

export class FolderStore implements Store {
  #tidied: Promise<void> | null = null;

  /**
   * @param folder made when the first content is kept
   * @param most bytes of content that fit where it goes from here; null where nothing but the disk bounds them
   */
  constructor(
    readonly folder: string,
    readonly most: number | null = null,
  ) {}

  /** Writes beside the target, syncs and renames: a crash leaves nothing half written under an address. */
  async put(content: Uint8Array | { readonly file: string }): Promise<string> {
    return this.#guard("write", async () => {
      await mkdir(this.folder, { recursive: true });
      await (this.#tidied ??= this.#tidy());
      const fresh = join(this.folder, `.${randomUUID()}`);
      try {
        const file = await open(fresh, "wx");
        const hash = createHash("sha256");
        let size = 0;
        try {
          const pieces = content instanceof Uint8Array ? [content] : createReadStream(content.file);
          for await (const piece of pieces as AsyncIterable<Uint8Array>) {
            hash.update(piece);
            size += piece.length;
            check(size <= (this.most ?? Infinity), () => tooLarge(this.most!));
            await file.writeFile(piece);
          }
          await file.sync();
        } finally {
          await file.close();
        }
        const address = `sha256-${hash.digest("hex")}`;
        await rename(fresh, this.#path(address));
        return address;
      } finally {
        await rm(fresh, { force: true });
      }
    });
  }

  /** What a writer that was killed left half written goes after a day. */
  async #tidy(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      const path = join(this.folder, name);
      const found = FRESH.test(name) ? await stat(path).catch(() => null) : null;
      if (found && Date.now() - found.mtimeMs > DAY_MS) await rm(path, { force: true });
    }
  }

  /** Notes that it is used now. False where it is not there. */
  async touch(address: string): Promise<boolean> {
    const path = this.#path(address);
    const found = await stat(path).catch(() => null);
    if (!found) return false;
    await utimes(path, new Date(), found.mtime).catch(() => undefined); // it may be another user's, who keeps it
    return true;
  }

  async has(address: string): Promise<boolean> {
    return this.#has(this.#path(address));
  }

  async #has(path: string): Promise<boolean> {
    const found = await stat(path).catch(() => null);
    return found !== null;
  }

  async get(address: string): Promise<Uint8Array> {
    const path = this.#path(address);
    const bytes = await this.#guard("read", () => readFile(path));
    const found = createHash("sha256").update(bytes).digest("hex");
    check(address === `sha256-${found}`, () => damaged(path));
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @param ending such as ".csv": readers tell formats by it */
  async file(address: string, ending: string): Promise<string> {
    check(ENDING.test(ending), () => `store: ${show(ending)} is no ending of a file, such as ".csv"`);
    const path = this.#path(address);
    return this.#guard("read", async () => {
      check(await isIntact(path, address), () => damaged(path));
      if (ending === "") return path;
      const named = `${path}${ending}`;
      if ((await this.#has(named)) && (await isIntact(named, address))) return named;
      const fresh = join(this.folder, `.${randomUUID()}`);
      await copyFile(path, fresh);
      await rename(fresh, named);
      return named;
    });
  }

  async drop(address: string): Promise<void> {
    await rm(this.#path(address), { force: true });
    const names = await readdir(this.folder).catch(() => []);
    for (const name of names) if (name.startsWith(`${address}.`)) await rm(join(this.folder, name), { force: true });
  }

  /**
   * Forgets what was used least lately, until all takes at most so many bytes.
   * @param keep addresses that stay
   */
  async trim(bytes: number, keep: ReadonlySet<string>): Promise<void> {
    const all = new Map<string, { size: number; used: number }>();
    for (const name of await readdir(this.folder).catch(() => [])) {
      const address = name.split(".")[0]!;
      const found = isAddress(address) ? await stat(join(this.folder, name)).catch(() => null) : null;
      if (!found) continue;
      const { size, used } = all.get(address) ?? { size: 0, used: 0 };
      all.set(address, { size: size + found.size, used: Math.max(used, found.atimeMs, found.mtimeMs) });
    }
    let sum = [...all.values()].reduce((before, { size }) => before + size, 0);
    for (const [address, { size }] of [...all].sort(([, one], [, other]) => one.used - other.used)) {
      if (sum <= bytes) return;
      if (keep.has(address)) continue;
      await this.drop(address);
      sum -= size;
    }
  }

  /** @throws SluiceError for what is no address, before anything is touched */
  #path(address: string): string {
    check(isAddress(address), () => `store: expected an address sha256-…, got ${show(address)}`);
    return join(this.folder, address);
  }

  async #guard<T>(what: "read" | "write", work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof SluiceError) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      const reason = code === "ENOENT" && what === "read" ? "there is no such content" : message;
      throw new SluiceError(`store: cannot ${what} in ${this.folder}: ${reason}`, { cause: error });
    }
  }
}

export function tooLarge(most: number): string {
  return `store: content of more than ${most} bytes does not go through Redis; give a folder that all share, to the workers and to who asks: --store FOLDER`;
}

function damaged(path: string): string {
  return `store: ${path} is not what its address says: it was changed or damaged; put the content there again`;
}

/** As files were when they were last found to be what they should: data that every job reads need not be summed for each. */
const intact = new Map<string, string>();

async function isIntact(path: string, address: string): Promise<boolean> {
  const { ino, size, mtimeMs } = await stat(path);
  const state = `${address} ${ino} ${size} ${mtimeMs}`;
  if (intact.get(path) === state) return true;
  if (address !== `sha256-${await sha256Of(path)}`) return false;
  intact.set(path, state);
  return true;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece as Uint8Array);
  return hash.digest("hex");
}
