/** Arrow files and streams message by message, a step ahead of the reader: what it would believe is looked at first. */
import { checkEnd, isArrowFile, MetadataCheck, PREFIX, prefixOf, type MessageKind } from "./arrow-metadata.js"; // prettier-ignore
import type { RandomAccess } from "./random-access.js";

/** Most metadata are shorter: one read brings them. */
const GLANCE = 4096;

/**
 * Yields when the schema and the dictionaries of a file have been looked at, and then after each record batch: whoever reads asks before each.
 * @throws Error where they declare what is not there
 */
export async function* guardArrow(access: RandomAccess): AsyncGenerator<void> {
  const walk = isArrowFile(await access.read(0, Math.min(PREFIX, access.size))) ? walkFile : walkStream;
  yield* walk(access);
}

async function* walkStream(access: RandomAccess): AsyncGenerator<void> {
  const check = new MetadataCheck();
  let begun = false;
  for (let at = 0; at < access.size;) {
    const message = await messageAt(access, at, check);
    if (message === null) return;
    if (!begun || message.kind === "recordBatch") yield;
    begun = true;
    at = message.end;
  }
}

/** Length of the footer and the mark, at the end. */
const TAIL = 10;

async function* walkFile(access: RandomAccess): AsyncGenerator<void> {
  const { size } = access;
  const tail = await access.read(Math.max(0, size - TAIL), size);
  if (!isArrowFile(tail.subarray(4))) throw new Error("its end is missing");
  const length = viewOf(tail).getInt32(0, true);
  if (length <= 0 || length > size - TAIL) throw new Error(`its end declares ${length} bytes`);
  const check = new MetadataCheck();
  const { dictionaries, batches } = check.footer(viewOf(await access.read(size - TAIL - length, size - TAIL)));
  let taken = 0;
  const look = async (offset: number, kind: MessageKind) => {
    const message = await messageAt(access, offset, check);
    // The reader would ask for another message at the same place, for ever.
    if (message?.kind !== kind) throw new Error(`a ${kind} is expected at byte ${offset}`);
    // Or one and the same batch could be named again and again.
    taken += message.end - offset;
    if (taken > size) throw new Error("its batches overlap");
  };
  for (const { offset } of dictionaries) await look(offset, "dictionaryBatch");
  yield;
  for (const { offset } of batches) {
    await look(offset, "recordBatch");
    yield;
  }
}

/** @returns null at the end of a stream */
async function messageAt(
  access: RandomAccess,
  at: number,
  check: MetadataCheck,
): Promise<{ kind: MessageKind; end: number } | null> {
  const { size } = access;
  const glance = await access.read(Math.min(at, size), Math.min(at + GLANCE, size));
  const prefix = prefixOf(viewOf(glance.subarray(0, PREFIX)));
  if (prefix === null) return null;
  const [start, end] = [prefix.start, prefix.start + prefix.size];
  checkEnd(prefix.size, at + end, size);
  const metadata = end <= glance.length ? glance.subarray(start, end) : await access.read(at + start, at + end);
  const { kind, body } = check.message(viewOf(metadata));
  checkEnd(body, at + end + body, size);
  return { kind, end: at + end + body };
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
