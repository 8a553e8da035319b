/**
 * The metadata of an Arrow IPC stream (Arrow columnar format 1.5, "Serialization and Interprocess Communication"; Schema.fbs and
 * Message.fbs), looked at before they are read: the reader believes the lengths of FlatBuffers' vectors, and some hundred bytes that
 * declare four thousand million buffers would keep it busy for a minute.
 */

/** Elements of vectors in a table: at most so many fields in all, as tables may point to each other again and again. */
const MOST_FIELDS = 20_000;
const DEEPEST = 32;

const CONTINUES = 0xffffffff;
const HEADER = { schema: 1, dictionaryBatch: 2, recordBatch: 3 } as const;
const UNION = 14;

/** @throws RangeError where something points out of the metadata, Error where they are none of a stream */
export function checkMetadata(bytes: Uint8Array): void {
  if (bytes.length >= 6 && new TextDecoder().decode(bytes.subarray(0, 6)) === "ARROW1")
    throw new Error("it is an Arrow file; send the stream form");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + 4 <= bytes.length;) {
    const continues = view.getUint32(at, true) === CONTINUES;
    if (continues) at += 4;
    const size = view.getInt32(at, true);
    at += 4;
    if (size === 0) return;
    if (size < 0 || at + size > bytes.length)
      throw new Error(`a message declares ${size} bytes of metadata, ${bytes.length - at} are left`);
    const body = new Metadata(new DataView(bytes.buffer, bytes.byteOffset + at, size)).checkMessage();
    at += size;
    if (body < 0n || body > BigInt(bytes.length - at))
      throw new Error(`a message declares ${body} bytes of data, ${bytes.length - at} are left`);
    at += Number(body);
  }
}

/** One message: a FlatBuffer, whose tables know where their fields lie by a table of offsets before them. */
class Metadata {
  #fields = 0;

  constructor(private readonly view: DataView) {}

  /** @returns bytes of the data behind it */
  checkMessage(): bigint {
    const message = this.#deref(0);
    const type = this.#slot(message, 1);
    const header = this.#child(message, 2);
    const body = this.#slot(message, 3);
    this.#vector(message, 4, 4);
    const kind = type === null ? 0 : this.view.getUint8(type);
    if (header === null) throw new Error("a message has no header");
    if (kind === HEADER.schema) this.#checkSchema(header);
    else if (kind === HEADER.recordBatch) this.#checkBatch(header);
    else if (kind === HEADER.dictionaryBatch) this.#checkBatch(this.#child(header, 1));
    else throw new Error(`a message of type ${kind} is none of a table`);
    return body === null ? 0n : this.view.getBigInt64(body, true);
  }

  #checkSchema(schema: number): void {
    this.#vector(schema, 2, 4);
    this.#vector(schema, 3, 8);
    this.#checkFields(schema, 1, 0);
  }

  #checkFields(table: number, slot: number, depth: number): void {
    if (depth > DEEPEST) throw new Error(`fields are nested deeper than ${DEEPEST} levels`);
    const { start, count } = this.#vector(table, slot, 4);
    this.#fields += count;
    if (this.#fields > MOST_FIELDS) throw new Error(`it has more than ${MOST_FIELDS} fields`);
    for (let i = 0; i < count; i++) {
      const field = this.#deref(start + 4 * i);
      const type = this.#slot(field, 2);
      const details = this.#child(field, 3);
      if (type !== null && this.view.getUint8(type) === UNION && details !== null) this.#vector(details, 1, 4);
      this.#vector(field, 6, 4);
      this.#checkFields(field, 5, depth + 1);
    }
  }

  /** Lengths of columns, places of their buffers, and how many buffers of views there are. */
  #checkBatch(batch: number | null): void {
    if (batch === null) throw new Error("a message has no batch");
    this.#vector(batch, 1, 16);
    this.#vector(batch, 2, 16);
    this.#vector(batch, 4, 8);
  }

  /** Where a field of a table lies; null where it has its default. */
  #slot(table: number, slot: number): number | null {
    const offsets = table - this.view.getInt32(table, true);
    const at = 4 + 2 * slot;
    if (at + 2 > this.view.getUint16(offsets, true)) return null;
    const offset = this.view.getUint16(offsets + at, true);
    return offset === 0 ? null : table + offset;
  }

  #deref(at: number): number {
    return at + this.view.getUint32(at, true);
  }

  #child(table: number, slot: number): number | null {
    const at = this.#slot(table, slot);
    return at === null ? null : this.#deref(at);
  }

  /** @param size bytes of an element */
  #vector(table: number, slot: number, size: number): { start: number; count: number } {
    const vector = this.#child(table, slot);
    if (vector === null) return { start: 0, count: 0 };
    const count = this.view.getUint32(vector, true);
    if (vector + 4 + count * size > this.view.byteLength)
      throw new Error(`a list of ${count} elements is longer than the metadata`);
    return { start: vector + 4, count };
  }
}
