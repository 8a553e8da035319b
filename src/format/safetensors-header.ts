import { check, show, SluiceError } from "../util/errors.js";
import { parseJson, type Json } from "./json.js";
import { isStoredType, STORED_TYPES, widthOf, type StoredType } from "./safetensors-values.js";

/** The format's own limit, which keeps a wrong length from being believed. */
const LONGEST_HEADER = 100_000_000;

export interface Entry {
  name: string;
  dtype: StoredType;
  shape: number[];
  /** byte offsets after the header */
  begin: number;
  end: number;
}

export interface Header {
  entries: Entry[];
  metadata: Map<string, string>;
  /** byte offset at which the values start */
  start: number;
}

export function readHeader(bytes: Uint8Array, name: string): Header {
  const length = headerLength(bytes, name);
  const start = 8 + length;
  const where = `${name}: header`;
  const json = parseJson(decode(bytes.subarray(8, start), where), where);
  check(isObject(json), () => `${where}: expected a JSON object, got ${show(json)}`);
  const { __metadata__: metadata, ...tensors } = json;
  const entries = Object.entries(tensors).map(([key, value]) => readEntry(key, value, `${name}: tensor ${show(key)}`));
  checkOffsets(entries, bytes.length - start, name);
  return { entries, metadata: readMetadata(metadata, name), start };
}

function headerLength(bytes: Uint8Array, name: string): number {
  check(bytes.length >= 8, () => {
    return `${name}: not a safetensors file: expected 8 bytes of header length, got ${bytes.length} bytes in all`;
  });
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  check(length <= LONGEST_HEADER, () => {
    return `${name}: not a safetensors file: its first 8 bytes announce a header of ${length} bytes, the limit is ${LONGEST_HEADER}`;
  });
  check(8 + length <= bytes.length, () => {
    return `${name}: truncated or not a safetensors file: the header should end at byte ${8 + length}, the file at ${bytes.length}`;
  });
  return length;
}

function decode(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SluiceError(`${where}: expected UTF-8 text`, { cause });
  }
}

function readEntry(name: string, value: Json, where: string): Entry {
  check(isObject(value), () => `${where}: expected { dtype, shape, data_offsets }, got ${show(value)}`);
  const { dtype, shape, data_offsets: offsets } = value;
  check(isStoredType(dtype), () => `${where}: dtype must be one of ${STORED_TYPES.join(", ")}, got ${show(dtype)}`);
  check(isListOfCounts(shape), () => `${where}: shape must be a list of whole numbers from 0, got ${show(shape)}`);
  check(isListOfCounts(offsets) && offsets.length === 2, () => {
    return `${where}: data_offsets must be two whole numbers from 0, got ${show(offsets)}`;
  });
  const [begin, end] = offsets as [number, number];
  const expected = shape.reduce((product, n) => product * n, widthOf(dtype));
  check(Number.isSafeInteger(expected) && end - begin === expected, () => {
    return `${where}: ${dtype} ${show(shape)} takes ${expected} bytes, but its offsets are ${begin} to ${end}`;
  });
  return { name, dtype, shape, begin, end };
}

/** The tensors must fill the rest of the file: no gap, no overlap, nothing after them. */
function checkOffsets(entries: readonly Entry[], available: number, name: string): void {
  let reached = 0;
  for (const entry of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    check(entry.begin === reached, () => {
      const what = entry.begin < reached ? "overlaps the tensor before it, which ends" : "leaves a gap after byte";
      return `${name}: tensor ${show(entry.name)} at offset ${entry.begin} ${what} at offset ${reached}`;
    });
    reached = entry.end;
  }
  check(reached === available, () => {
    const problem = reached > available ? "truncated" : "bytes that belong to no tensor";
    return `${name}: ${problem}: the tensors take ${reached} bytes after the header, the file has ${available}`;
  });
}

function readMetadata(metadata: Json | undefined, name: string): Map<string, string> {
  if (metadata === undefined) return new Map();
  check(isObject(metadata), () => `${name}: __metadata__ must be an object of strings, got ${show(metadata)}`);
  for (const [key, value] of Object.entries(metadata)) {
    check(typeof value === "string", () => `${name}: __metadata__ ${show(key)} must be a string, got ${show(value)}`);
  }
  return new Map(Object.entries(metadata as Record<string, string>));
}

function isObject(value: Json): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOfCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
