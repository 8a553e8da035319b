import { SluiceError } from "../../util/errors.js";

/** A web stream as an async iterable, which Safari's are not. */
export async function* streamOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** The magic number of RFC 1952, 2.3.1. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Bytes as they are, or what is packed in them where they are gzip. */
export async function* gunzipped(
  where: string,
  name: string,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const blocks = bytes[Symbol.asyncIterator]();
  try {
    const first = await firstBytes(blocks, 2);
    const rest = joined(first, blocks);
    if (isGzip(first)) yield* inflate(where, name, rest);
    else yield* rest;
  } finally {
    await blocks.return?.();
  }
}

async function firstBytes(blocks: AsyncIterator<Uint8Array>, count: number): Promise<Uint8Array> {
  let bytes = new Uint8Array(0);
  while (bytes.length < count) {
    const { done, value } = await blocks.next();
    if (done) break;
    bytes = bytes.length === 0 ? new Uint8Array(value) : Uint8Array.of(...bytes, ...value);
  }
  return bytes;
}

async function* joined(first: Uint8Array, blocks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  for (let next = await blocks.next(); !next.done; next = await blocks.next()) yield next.value;
}

async function* inflate(where: string, name: string, packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new DecompressionStream("gzip");
  const writer = writable.getWriter();
  /** What went wrong while reading the packed bytes themselves. */
  let failure: unknown;
  const pump = (async () => {
    try {
      for await (const block of packed) {
        await writer.ready;
        await writer.write(block as Uint8Array<ArrayBuffer>);
      }
      await writer.close();
    } catch (error) {
      failure = error;
      await writer.abort(error).catch(() => undefined);
    }
  })();
  try {
    yield* streamOf(readable);
    await pump;
  } catch (error) {
    if (failure instanceof SluiceError) throw failure;
    const reason = (error as Error).message;
    throw new SluiceError(`${where}: ${name} is a broken or truncated gzip file: ${reason}`, { cause: error });
  }
}
