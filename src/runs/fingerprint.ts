/** What data a run was made of, so that one can tell later whether a file is still the same. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { SluiceError } from "../util/errors.js";

export interface Counts {
  readonly rows?: number;
  readonly columns?: number;
}

export type Fingerprint = Counts & { readonly sha256: string } & (
    | { readonly kind: "file"; readonly name: string; readonly path: string; readonly bytes: number }
    /** The hash is that of the lines `hash  bytes  relative path`, sorted by path. */
    | {
        readonly kind: "folder";
        readonly name: string;
        readonly path: string;
        readonly bytes: number;
        readonly files: number;
      }
    /** The hash is that of each row's JSON, one a line. */
    | { readonly kind: "rows" }
  );

/**
 * SHA-256 of a file, of a folder with all that is in it, or of rows in memory. Files are read in pieces.
 * @param counts what the caller knows of the contents
 * @throws SluiceError when something cannot be read
 */
export async function fingerprint(source: string | Iterable<unknown>, counts: Counts = {}): Promise<Fingerprint> {
  if (typeof source !== "string") return { kind: "rows", sha256: hashRows(source), ...counts };
  try {
    const path = resolve(source);
    const place = { name: basename(path), path };
    const found = await stat(path);
    if (!found.isDirectory())
      return { kind: "file", ...place, bytes: found.size, sha256: await hashFile(path), ...counts };
    return { kind: "folder", ...place, ...(await hashFolder(path)), ...counts };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "there is no such file or folder" : code === "EACCES" ? "not allowed" : message;
    throw new SluiceError(`fingerprint: cannot read ${source}: ${reason}`, { cause: error });
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece as Uint8Array);
  return hash.digest("hex");
}

async function hashFolder(root: string): Promise<{ files: number; bytes: number; sha256: string }> {
  const names: string[] = [];
  for await (const name of filesIn(root)) names.push(name);
  names.sort((a, b) => (a < b ? -1 : 1)); // by code units: the same on every machine, whatever its language
  const hash = createHash("sha256");
  let total = 0;
  for (const name of names) {
    const bytes = (await stat(join(root, name))).size;
    hash.update(`${await hashFile(join(root, name))}  ${bytes}  ${name}\n`);
    total += bytes;
  }
  return { files: names.length, bytes: total, sha256: hash.digest("hex") };
}

/** Paths relative to the root, with "/". Links are followed, as readers follow them, but no folder is entered from within itself. */
async function* filesIn(root: string, below = "", above: readonly string[] = []): AsyncGenerator<string> {
  const real = await realpath(join(root, below));
  if (above.includes(real)) return;
  for (const name of await readdir(join(root, below))) {
    const path = below === "" ? name : `${below}/${name}`;
    const found = await stat(join(root, path));
    if (found.isDirectory()) yield* filesIn(root, path, [...above, real]);
    else if (found.isFile()) yield path;
  }
}

function hashRows(rows: Iterable<unknown>): string {
  const hash = createHash("sha256");
  for (const row of rows) hash.update(`${JSON.stringify(row)}\n`);
  return hash.digest("hex");
}
