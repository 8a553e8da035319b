/**
 * The metadata of Arrow IPC files and streams (Arrow columnar format 1.5, "Serialization and Interprocess Communication"; Schema.fbs,
 * Message.fbs and File.fbs), looked at before they are read: the reader believes the lengths of FlatBuffers' vectors, and some hundred
 * bytes that declare four thousand million buffers would keep it busy for a minute.
 */

/** Elements of vectors in a table: at most so many fields in all, as tables may point to each other again and again. */
const MOST_FIELDS = 20_000;
const DEEPEST = 32;

/** Rows that need no bytes, since nothing but nulls is in them. */
export const MOST_EMPTY = 2 ** 20;

const CONTINUES = 0xffffffff;
const UNION = 14;
/** Kinds of messages; others, such as tensors, are none of a table. */
const KINDS = [null, "schema", "dictionaryBatch", "recordBatch"] as const;

export type MessageKind = NonNullable<(typeof KINDS)[number]>;

/** What stands before the metadata of a message: where they begin, counted from the message, and how many bytes they have. */
export interface Prefix {
  readonly start: number;
  readonly size: number;
}

/** Bytes of a prefix at most. */
export const PREFIX = 8;

/** @returns null where the stream ends */
export function prefixOf(view: DataView): Prefix | null {
  if (view.byteLength < 4) return null;
  const start = view.getUint32(0, true) === CONTINUES ? 8 : 4;
  if (view.byteLength < start) return null;
  const size = view.getInt32(start - 4, true);
  if (size < 0) throw new Error(`a message declares ${size} bytes of metadata`);
  return size === 0 ? null : { start, size };
}

export interface Message {
  readonly kind: MessageKind;
  /** Bytes of data that follow it. */
  readonly body: number;
}

/** A message of a file, as its end tells it. */
export interface Block {
  readonly offset: number;
}

/** The messages of one file or stream, in their order. All throw RangeError where something points out of the metadata, Error where they fit no table. */
export class MetadataCheck {
  /** How many lengths each column of the schema has in a batch: its own and those of what is nested in it. */
  #columns: readonly number[] = [];

  message(metadata: DataView): Message {
    const message = new Metadata(metadata);
    const { kind, header, body } = message.read();
    if (kind === "schema") this.#columns = message.checkSchema(header);
    else message.checkBatch(header, kind === "dictionaryBatch" ? null : this.#columns, body);
    return { kind, body };
  }

  /** The end of a file: its schema, and where its messages lie. */
  footer(metadata: DataView): { readonly dictionaries: Block[]; readonly batches: Block[] } {
    const { columns, ...blocks } = new Metadata(metadata).checkFooter();
    this.#columns = columns;
    return blocks;
  }
}

/** A whole stream. @returns where it ends: behind it the reader must not look @throws as `MetadataCheck`, and where a message is longer than what is left */
export function checkStream(bytes: Uint8Array): number {
  if (isArrowFile(bytes)) throw new Error("it is an Arrow file; send the stream form");
  const view = (from: number, to: number) => new DataView(bytes.buffer, bytes.byteOffset + from, to - from);
  const check = new MetadataCheck();
  let at = 0;
  while (at < bytes.length) {
    const prefix = prefixOf(view(at, Math.min(at + PREFIX, bytes.length)));
    if (prefix === null) break;
    at += prefix.start + prefix.size;
    checkEnd(prefix.size, at, bytes.length);
    const { body } = check.message(view(at - prefix.size, at));
    at += body;
    checkEnd(body, at, bytes.length);
  }
  return at;
}

/** @param size of a part that ends at `end` */
export function checkEnd(size: number, end: number, length: number): void {
  if (end > length) throw new Error(`a message declares ${size} bytes, ${length - end + size} are left`);
}

const MAGIC = "ARROW1";

/** Whether the bytes, some first or last of a file, are its mark. */
export function isArrowFile(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) === MAGIC;
}

/** Bytes of a place in a file: where it begins, its metadata, its data. */
const BLOCK = 24;

/** A FlatBuffer, whose tables know where their fields lie by a table of offsets before them. */
class Metadata {
  #fields = 0;

  constructor(private readonly view: DataView) {}

  /** @returns with the header of a schema or, of both kinds of batches, of the batch */
  read(): Message & { readonly header: number } {
    const message = this.#deref(0);
    const type = this.#slot(message, 1);
    const header = this.#child(message, 2);
    const body = this.#slot(message, 3);
    this.#vector(message, 4, 4);
    const number = type === null ? 0 : this.view.getUint8(type);
    const kind = KINDS[number] ?? null;
    if (header === null) throw new Error("a message has no header");
    if (kind === null) throw new Error(`a message of type ${number} is none of a table`);
    const own = kind === "dictionaryBatch" ? this.#child(header, 1) : header;
    if (own === null) throw new Error("a message has no batch");
    return { kind, header: own, body: body === null ? 0 : this.#size(body) };
  }

  checkFooter(): { columns: number[]; dictionaries: Block[]; batches: Block[] } {
    const footer = this.#deref(0);
    const schema = this.#child(footer, 1);
    if (schema === null) throw new Error("it has no schema");
    const columns = this.checkSchema(schema);
    this.#vector(footer, 4, 4);
    return { columns, dictionaries: this.#blocks(footer, 2), batches: this.#blocks(footer, 3) };
  }

  #blocks(footer: number, slot: number): Block[] {
    const { start, count } = this.#vector(footer, slot, BLOCK);
    return Array.from({ length: count }, (_, i) => ({ offset: this.#size(start + BLOCK * i) }));
  }

  /** A number of bytes in 64 bits. */
  #size(at: number): number {
    const size = Number(this.view.getBigInt64(at, true));
    if (!(size >= 0 && size <= Number.MAX_SAFE_INTEGER)) throw new Error(`a message declares ${size} bytes`);
    return size;
  }

  /** @returns how many lengths each column has in a batch */
  checkSchema(schema: number): number[] {
    this.#vector(schema, 2, 4);
    this.#vector(schema, 3, 8);
    return this.#checkFields(schema, 1, 0);
  }

  #checkFields(table: number, slot: number, depth: number): number[] {
    if (depth > DEEPEST) throw new Error(`fields are nested deeper than ${DEEPEST} levels`);
    const { start, count } = this.#vector(table, slot, 4);
    this.#fields += count;
    if (this.#fields > MOST_FIELDS) throw new Error(`it has more than ${MOST_FIELDS} fields`);
    return Array.from({ length: count }, (_, i) => {
      const field = this.#deref(start + 4 * i);
      const type = this.#slot(field, 2);
      const details = this.#child(field, 3);
      if (type !== null && this.view.getUint8(type) === UNION && details !== null) this.#vector(details, 1, 4);
      this.#vector(field, 6, 4);
      const inner = this.#checkFields(field, 5, depth + 1).reduce((sum, lengths) => sum + lengths, 1);
      return this.#slot(field, 4) === null ? inner : 1; // what a dictionary holds is nested in its own batch
    });
  }

  /**
   * Lengths of columns, places of their buffers, and how many buffers of views there are. The reader makes columns of unequal lengths equal,
   * by adding as many rows as the longest declares.
   * @param columns of the schema; null for the values of a dictionary, which are one
   */
  checkBatch(batch: number, columns: readonly number[] | null, body: number): void {
    const nodes = this.#vector(batch, 1, 16);
    this.#vector(batch, 2, 16);
    this.#vector(batch, 4, 8);
    const length = this.#slot(batch, 0);
    const rows = length === null ? 0 : this.#size(length);
    let node = 0;
    for (const lengths of columns ?? [nodes.count]) {
      if (node + lengths > nodes.count) throw new Error("a batch lacks columns of the schema");
      const own = this.#size(nodes.start + 16 * node);
      if (own !== rows) throw new Error(`a column has ${own} rows of ${rows}`);
      node += lengths;
    }
    const packed = this.#slot(batch, 3) !== null;
    for (let i = 0; i < nodes.count; i++) {
      const own = this.#size(nodes.start + 16 * i);
      if (!packed && own > Math.max(MOST_EMPTY, 8 * body))
        throw new Error(`a column declares ${own} rows in ${body} bytes`);
    }
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
