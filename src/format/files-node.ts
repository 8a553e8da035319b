/** Files in Node. Its twin files-browser.ts stands in for it where there is no file system (package.json, "imports"). */
import { open, readFile as read, rename, unlink } from "node:fs/promises";
import { SluiceError } from "../util/errors.js";

export async function readFile(source: string | URL): Promise<Uint8Array> {
  try {
    return new Uint8Array(await read(source));
  } catch (error) {
    throw new SluiceError(`cannot read ${String(source)}: ${(error as Error).message}`, { cause: error });
  }
}

/** Writes to a temporary file beside the target, syncs, and renames: a crash or a full disk leaves the old file whole. */
export async function writeFile(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw new SluiceError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}
