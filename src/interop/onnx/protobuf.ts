/**
 * ONNX's messages to and from plain objects. The wire format is protobufjs's (without its code generator, which pages with a
 * strict Content-Security-Policy forbid); fields come from definitions.ts. Bytes are views on the file, so that a model of 100 MB
 * is read without being copied, and what a file can make is counted before it is made.
 */
import protobuf from "protobufjs/minimal.js";
import { check, SluiceError } from "../../util/errors.js";
import { LIMITS } from "../limits.js";
import { MESSAGES, type FieldDefinition } from "./definitions.js";

type Numbers = Float32Array | Float64Array | Int32Array;
type Message = Record<string, unknown>;

/** Element type, bytes of one element (0 = varint) and how protobufjs reads it. */
interface Scalar {
  readonly wire: number;
  readonly array: new (length: number) => Numbers;
  read(reader: protobuf.Reader): number;
}

const SCALARS: Readonly<Record<string, Scalar>> = {
  float: { wire: 5, array: Float32Array, read: (reader) => reader.float() },
  double: { wire: 1, array: Float64Array, read: (reader) => reader.double() },
  int32: { wire: 0, array: Int32Array, read: (reader) => reader.int32() },
  int64: { wire: 0, array: Float64Array, read: (reader) => wholeNumber(reader.int64()) },
  uint64: { wire: 0, array: Float64Array, read: (reader) => wholeNumber(reader.uint64()) },
};
const LENGTH_DELIMITED = 2;
const WIDTH: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/** Beyond 2⁵³ a number is no longer exact. Exporters write ±2⁶³ for "as far as it goes", which stays that. */
function wholeNumber({ low, high, unsigned }: { low: number; high: number; unsigned: boolean }): number {
  const n = (unsigned ? high >>> 0 : high) * 2 ** 32 + (low >>> 0);
  check(Number.isSafeInteger(n) || Math.abs(n) >= 2 ** 62, () => `an integer beyond 2^53: ${n}`);
  return n;
}

/**
 * Reads one message of the given type.
 * @param where what errors call the file
 * @throws SluiceError with the offset at which the bytes stop being such a message
 */
export function decode<T>(bytes: Uint8Array, type: string, where: string): T {
  const reader = protobuf.Reader.create(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  try {
    return new Decoder(reader).message(type, reader.len, 0) as T;
  } catch (cause) {
    const { message } = cause as Error;
    throw new SluiceError(`${where}: offset ${reader.pos}: no ONNX ${type}, or cut off: ${message}`, { cause });
  }
}

class Decoder {
  #made = 0;

  constructor(readonly reader: protobuf.Reader) {}

  message(type: string, end: number, depth: number): Message {
    const { reader } = this;
    check(depth <= LIMITS.onnxDepth, () => `messages within messages, more than ${LIMITS.onnxDepth} deep`);
    const fields = MESSAGES[type]!;
    const message: Message = {};
    while (reader.pos < end) {
      const tag = reader.uint32();
      const [number, wire] = [tag >>> 3, tag & 7];
      check(number > 0, () => "field number 0");
      const field = fields[number];
      if (field === undefined) reader.skipType(wire);
      else this.#field(message, field, wire, `${type}.${field[0]}`, depth);
      check(reader.pos <= end, () => `${type} is longer than its length says`);
    }
    return message;
  }

  #field(message: Message, [name, type, repeated]: FieldDefinition, wire: number, label: string, depth: number): void {
    const scalar = SCALARS[type];
    if (scalar && repeated) {
      message[name] = this.#numbers(message[name] as Numbers | undefined, scalar, wire, label);
      return;
    }
    check(wire === (scalar ? scalar.wire : LENGTH_DELIMITED), () => `${label} has wire type ${wire}`);
    check(++this.#made <= LIMITS.onnxFields, () => `more than ${LIMITS.onnxFields} fields`);
    const value = scalar ? scalar.read(this.reader) : this.#content(type, label, depth);
    if (repeated) ((message[name] ??= []) as unknown[]).push(value);
    else {
      check(!(name in message), () => `${label} is given twice`);
      message[name] = value;
    }
  }

  /** A string, bytes or an embedded message. */
  #content(type: string, label: string, depth: number): unknown {
    const end = this.#end(label);
    if (type in MESSAGES) return this.message(type, end, depth + 1);
    const bytes = this.reader.buf.subarray(this.reader.pos, end);
    const value = type === "bytes" ? bytes : utf8(bytes);
    this.reader.pos = end;
    return value;
  }

  /** Where a length-delimited field ends. */
  #end(label: string): number {
    const { reader } = this;
    const length = reader.uint32();
    check(length <= reader.len - reader.pos, () => {
      return `${label} claims ${length} bytes, ${reader.len - reader.pos} are left`;
    });
    return reader.pos + length;
  }

  /** Repeated numbers come packed, in one or several runs, or one by one. */
  #numbers(had: Numbers | undefined, scalar: Scalar, wire: number, label: string): Numbers {
    if (wire !== LENGTH_DELIMITED) {
      check(wire === scalar.wire, () => `${label} has wire type ${wire}`);
      return append(had, scalar, [scalar.read(this.reader)]);
    }
    const { reader } = this;
    const end = this.#end(label);
    const width = WIDTH[scalar.wire];
    check(width === undefined || (end - reader.pos) % width === 0, () => `${label} ends inside of a number`);
    const run = new scalar.array(width === undefined ? countVarints(reader, end) : (end - reader.pos) / width);
    for (let i = 0; i < run.length; i++) run[i] = scalar.read(reader);
    check(reader.pos === end, () => `${label} ends inside of a number`);
    return had === undefined ? run : append(had, scalar, run);
  }
}

/** The last byte of each varint has no high bit. */
function countVarints({ buf, pos }: protobuf.Reader, end: number): number {
  let count = 0;
  for (let i = pos; i < end; i++) if (buf[i]! < 0x80) count++;
  return count;
}

/** One by one is how old writers store a handful of sizes; a quadratic cost for more would be an attack. */
function append(had: Numbers | undefined, scalar: Scalar, more: ArrayLike<number>): Numbers {
  const before = had?.length ?? 0;
  check(before + more.length <= LIMITS.onnxLoose || more.length > before, () => {
    return `more than ${LIMITS.onnxLoose} numbers one by one; save the model with packed fields`;
  });
  const all = new scalar.array(before + more.length);
  if (had) all.set(had);
  all.set(more, before);
  return all;
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SluiceError("a string that is not UTF-8", { cause });
  }
}

/** The bytes of a message. Fields are written in the order of their definition; absent ones are left out. */
export function encode(type: string, message: object): Uint8Array<ArrayBuffer> {
  const writer = protobuf.Writer.create();
  write(writer, type, message as Message);
  return new Uint8Array(writer.finish());
}

function write(writer: protobuf.Writer, type: string, message: Message): void {
  for (const [number, [name, kind, repeated]] of Object.entries(MESSAGES[type]!)) {
    const value = message[name];
    if (value === undefined) continue;
    const scalar = SCALARS[kind];
    if (scalar && repeated) writePacked(writer, Number(number), kind, value as ArrayLike<number>);
    else for (const one of repeated ? (value as unknown[]) : [value]) writeOne(writer, Number(number), kind, one);
  }
}

type ScalarKind = "float" | "double" | "int32" | "int64" | "uint64";

function writePacked(writer: protobuf.Writer, number: number, kind: string, values: ArrayLike<number>): void {
  writer.uint32(number * 8 + LENGTH_DELIMITED).fork();
  for (let i = 0; i < values.length; i++) writer[kind as ScalarKind](values[i]!);
  writer.ldelim();
}

function writeOne(writer: protobuf.Writer, number: number, kind: string, value: unknown): void {
  const scalar = SCALARS[kind];
  writer.uint32(number * 8 + (scalar ? scalar.wire : LENGTH_DELIMITED));
  if (scalar) writer[kind as ScalarKind](value as number);
  else if (kind === "bytes") writer.bytes(value as Uint8Array);
  else if (kind === "string") writer.string(value as string);
  else {
    writer.fork();
    write(writer, kind, value as Message);
    writer.ldelim();
  }
}
