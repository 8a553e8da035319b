/** The weights of a TensorFlow.js model: shards, cut at any byte, of arrays that follow each other (weightsManifest). */
import { sizeOf } from "../../tensor/shape.js";
import type { Json } from "../../format/json.js";
import { check, show } from "../../util/errors.js";
import { Fields, shapeOf } from "../keras/fields.js";
import { LIMITS } from "../limits.js";

export interface TfjsArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** @param file gives a shard's bytes by its path */
export async function readManifest(
  manifest: readonly Json[],
  where: string,
  file: (path: string) => Promise<Uint8Array>,
): Promise<TfjsArray[]> {
  const arrays: TfjsArray[] = [];
  for (const [i, entry] of manifest.entries()) {
    const group = new Fields(entry, `${where}: weightsManifest[${i}]`);
    const shards: Uint8Array[] = [];
    for (const path of group.list("paths")) {
      check(
        isInside(path),
        () => `${group.where}: the path of a shard must stay in the folder of model.json, got ${show(path)}`,
      );
      shards.push(await file(path as string));
    }
    arrays.push(...cut(joined(shards), group.list("weights"), group.where));
    check(arrays.length <= LIMITS.nodes, () => `${where}: more than ${LIMITS.nodes} weights`);
  }
  return arrays;
}

function isInside(path: Json): boolean {
  return typeof path === "string" && path !== "" && !/^[/\\]|^[A-Za-z][\w+.-]*:|(^|[/\\])\.\.([/\\]|$)|%/.test(path);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function cut(bytes: Uint8Array, entries: readonly Json[], where: string): TfjsArray[] {
  let at = 0;
  const arrays = entries.map((entry, i): TfjsArray => {
    const fields = new Fields(entry, `${where}: weights[${i}]`);
    const name = fields.text("name");
    const label = `${where}: weight ${show(name)}`;
    const shape = shapeOf(fields.get("shape"), label).map((n) => n ?? fields.fail("a shape without null is needed"));
    check(shape.length <= LIMITS.rank, () => `${label}: ${shape.length} dimensions`);
    const count = sizeOf(shape);
    const read = readerOf(fields, label);
    const length = count * read.width;
    check(at + length <= bytes.length, () => {
      return `${label}: needs bytes ${at} to ${at + length} of its shards, which hold ${bytes.length}`;
    });
    const data = read.values(bytes.slice(at, at + length));
    at += length;
    return { name, shape, data };
  });
  check(at === bytes.length, () => `${where}: its weights take ${at} bytes, the shards hold ${bytes.length}`);
  return arrays;
}

interface ValueReader {
  /** Bytes of one value. */
  readonly width: number;
  values(bytes: Uint8Array<ArrayBuffer>): Float32Array;
}

/** Whole numbers of 8 or 16 bits stand for value · scale + min. */
function readerOf(fields: Fields, label: string): ValueReader {
  const stored = fields.get("quantization");
  const dtype = fields.text("dtype");
  if (stored === undefined || stored === null) {
    if (dtype === "float32") return { width: 4, values: ({ buffer }) => new Float32Array(buffer) };
    if (dtype === "int32") return { width: 4, values: ({ buffer }) => Float32Array.from(new Int32Array(buffer)) };
    return fields.fail(`its type must be float32 or int32, got ${show(dtype)}`);
  }
  const quantization = new Fields(stored, `${label}: quantization`);
  const packed = quantization.text("dtype");
  const widths: Record<string, number> = { uint8: 1, uint16: 2 };
  check(Object.hasOwn(widths, packed), () => `${label}: packed as ${show(packed)}; known: uint8, uint16`);
  const [scale, min] = [quantization.number("scale"), quantization.number("min")];
  const width = widths[packed]!;
  const values = (bytes: Uint8Array<ArrayBuffer>) => {
    return Float32Array.from(width === 1 ? bytes : new Uint16Array(bytes.buffer), (value) => value * scale + min);
  };
  return { width, values };
}
