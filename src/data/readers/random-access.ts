import { openFile, type OpenFile } from "#disk";
import { isGzip } from "./streams.js";
import type { OpenSource } from "./source.js";

/** A source of which any part can be read. */
export interface RandomAccess {
  readonly size: number;
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** Files and Blobs are read where it is asked for; what is packed by gzip, and streams, are first read whole. */
export async function openRandom(where: string, opened: OpenSource): Promise<RandomAccess> {
  const { source } = opened;
  if (typeof source === "string" || source instanceof URL) {
    const file: OpenFile = await openFile(where, source);
    if (!isGzip(await file.read(0, Math.min(2, file.size)))) return file;
    await file.close();
  } else if (source instanceof Blob) {
    const read = async (start: number, end: number) => new Uint8Array(await source.slice(start, end).arrayBuffer());
    if (!isGzip(await read(0, 2))) return { size: source.size, read, close: () => Promise.resolve() };
  }
  const bytes = await allBytes(opened.bytes());
  return {
    size: bytes.length,
    read: (start, end) => Promise.resolve(bytes.slice(start, end)),
    close: () => Promise.resolve(),
  };
}

async function allBytes(blocks: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const all: Uint8Array[] = [];
  for await (const block of blocks) all.push(block);
  const bytes = new Uint8Array(all.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of all) {
    bytes.set(block, at);
    at += block.length;
  }
  return bytes;
}
