/**
 * TensorBoard's event files: TFRecords (tensorflow/core/lib/io/record_writer.h) of Event protobufs (tensorflow/core/util/event.proto).
 * Only what scalars need is encoded: a protobuf library would be the core's first dependency, for four kinds of fields.
 */
import { crc32c } from "./crc32c.js";

/** A number at a step, under a name. */
export interface Scalar {
  tag: string;
  value: number;
  step: number;
  /** Seconds since 1970. */
  time: number;
}

/** The record that every event file begins with. */
export function encodeFileVersion(time: number): Uint8Array {
  return record(message(double(1, time), bytes(3, utf8("brain.Event:2"))));
}

/** Event { wall_time = 1, step = 2, summary = 5 { value = 1 { tag = 1, simple_value = 2 } } } */
export function encodeScalar({ tag, value, step, time }: Scalar): Uint8Array {
  const summary = bytes(1, message(bytes(1, utf8(tag)), float(2, value)));
  return record(message(double(1, time), varint(2, step), bytes(5, summary)));
}

/** Length, its checksum, the data, their checksum; integers little-endian. */
function record(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + 16);
  const view = new DataView(out.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(crc32c(out.subarray(0, 8))), true);
  out.set(data, 12);
  view.setUint32(12 + data.length, masked(crc32c(data)), true);
  return out;
}

/** Checksums of data that hold checksums are weak, so TFRecord stores them rotated and shifted (tensorflow/core/lib/hash/crc32c.h). */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function message(...fields: Uint8Array[]): Uint8Array {
  return Uint8Array.from(fields.flatMap((field) => [...field]));
}

/** Field number and wire type share the first byte (numbers below 16). */
function varint(field: number, value: number): Uint8Array {
  return Uint8Array.of(field << 3, ...base128(value));
}

function double(field: number, value: number): Uint8Array {
  const out = new Uint8Array(9);
  out[0] = (field << 3) | 1;
  new DataView(out.buffer).setFloat64(1, value, true);
  return out;
}

function bytes(field: number, value: Uint8Array): Uint8Array {
  return Uint8Array.of((field << 3) | 2, ...base128(value.length), ...value);
}

function float(field: number, value: number): Uint8Array {
  const out = new Uint8Array(5);
  out[0] = (field << 3) | 5;
  new DataView(out.buffer).setFloat32(1, value, true);
  return out;
}

/** Seven bits a byte, the lowest first; whole numbers up to 2⁵³. */
function base128(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128);
  out.push(rest);
  return out;
}
