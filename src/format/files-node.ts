/** Files in Node. Its twin files-browser.ts stands in for it where there is no file system (package.json, "imports"). */
import { appendFile as append, mkdir, open, readFile as read, rename, unlink } from "node:fs/promises";
import { SluiceError } from "../util/errors.js";

export async function readFile(source: string | URL): Promise<Uint8Array> {
  try {
    return await readWhole(source);
  } catch (error) {
    throw new SluiceError(`cannot read ${String(source)}: ${(error as Error).message}`, { cause: error });
  }
}

/** In one read: `fs.promises.readFile` takes pieces of half a megabyte, which a large model waits for. */
async function readWhole(source: string | URL): Promise<Uint8Array> {
  const file = await open(source);
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    if (bytesRead === size && size > 0) return bytes;
  } finally {
    await file.close();
  }
  // Beyond 2 GB, and where the size is not told beforehand, as of a pipe.
  const { buffer, byteOffset, byteLength } = await read(source);
  return new Uint8Array(buffer, byteOffset, byteLength);
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

/** Adds to the end of a file, which is made when it is not there. */
export async function appendFile(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await append(path, bytes);
  } catch (error) {
    throw new SluiceError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Makes a folder and those above it, unless they are there. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new SluiceError(`cannot make the folder ${path}: ${(error as Error).message}`, { cause: error });
  }
}
