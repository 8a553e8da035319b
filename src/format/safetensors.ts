/**
 * safetensors (Hugging Face's format, github.com/huggingface/safetensors, version 0.x):
 *
 *     8 bytes       N, unsigned little-endian
 *     N bytes       JSON, padded with spaces: { "__metadata__": { name: string }, tensor: { "dtype", "shape", "data_offsets" } }
 *     the rest      values, row-major, little-endian; data_offsets [begin, end) count from here and leave no gap
 *
 * Values are read in place where their address allows it. Typed arrays have the machine's byte order, which is little-endian
 * wherever WebAssembly is fast.
 */
import type { TensorData } from "../tensor/dtype.js";
import { dtypeOf } from "../tensor/dtype.js";
import { showShape, sizeOf, type Shape } from "../tensor/shape.js";
import { check, show } from "../util/errors.js";
import { isForbiddenKey } from "./json.js";
import { readHeader } from "./safetensors-header.js";
import { readValues } from "./safetensors-values.js";

export interface StoredTensor {
  data: TensorData;
  shape: Shape;
}

export interface SafetensorsFile {
  /** in the order of the header, names that are whole numbers first */
  tensors: Map<string, StoredTensor>;
  metadata: Map<string, string>;
}

const CODES = { float32: "F32", float64: "F64", int32: "I32" } as const;
const ALIGNMENT = 8;

/**
 * The bytes of a file. The widest elements come first and the header is padded to 8 bytes, so that every tensor of the file
 * can be read in place.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const offsets = layOut(tensors);
  const fields = Object.keys(metadata).length > 0 ? [`"__metadata__":${metadataJson(metadata)}`] : [];
  for (const [name, { data, shape }] of tensors) {
    checkTensor(name, data, shape);
    const begin = offsets.get(name)!;
    const entry = { dtype: CODES[dtypeOf(data)], shape, data_offsets: [begin, begin + data.byteLength] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const headerLength = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const start = 8 + headerLength;
  const total = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, start);

  const bytes = new Uint8Array(total);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, start);
  bytes.set(json, 8);
  for (const [name, { data }] of tensors) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start + offsets.get(name)!);
  }
  return bytes;
}

/**
 * Reads a file that is trusted in nothing. float32, float64 and int32 come as they are (views into `bytes` where aligned), F16 and
 * BF16 as float32, BOOL and the other integers as int32.
 * @param name what errors call the file
 * @throws SluiceError naming file, tensor and what is wrong
 */
export function readSafetensors(bytes: Uint8Array, name: string): SafetensorsFile {
  const { entries, metadata, start } = readHeader(bytes, name);
  const tensors = new Map<string, StoredTensor>();
  for (const entry of entries) {
    const data = readValues(bytes, start + entry.begin, entry, `${name}: tensor ${show(entry.name)}`);
    tensors.set(entry.name, { data, shape: entry.shape });
  }
  return { tensors, metadata };
}

/** Where each tensor begins: by falling width of the elements, else in the given order. */
function layOut(tensors: ReadonlyMap<string, StoredTensor>): Map<string, number> {
  const byWidth = [...tensors].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const offsets = new Map<string, number>();
  let end = 0;
  for (const [name, { data }] of byWidth) {
    offsets.set(name, end);
    end += data.byteLength;
  }
  return offsets;
}

function checkTensor(name: string, data: TensorData, shape: Shape): void {
  check(name !== "__metadata__" && !isForbiddenKey(name), () => {
    return `writing safetensors: a tensor cannot be called ${show(name)}`;
  });
  check(shape.every((n) => Number.isSafeInteger(n) && n >= 0) && sizeOf(shape) === data.length, () => {
    return `writing safetensors: tensor ${show(name)} has shape ${showShape(shape)} but ${data.length} values`;
  });
}

function metadataJson(metadata: Readonly<Record<string, string>>): string {
  for (const [name, value] of Object.entries(metadata)) {
    check(typeof value === "string" && !isForbiddenKey(name), () => {
      return `writing safetensors: metadata must be strings under plain names, got ${show(value)} for ${show(name)}`;
    });
  }
  return JSON.stringify(metadata);
}
