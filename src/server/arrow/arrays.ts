/** Columns of numbers and of lists as arrays, for models that take arrays: one row a sample. */
import type { Data, DataType, RecordBatch, Vector } from "apache-arrow";
import type * as Arrow from "apache-arrow";
import { show } from "../../util/errors.js";
import { Problem } from "../problem.js";

/** Numbers in row-major order, and their shape. */
export interface FlatArray {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/** @throws Problem 422 that names the column which is missing, or holds something else than numbers, or lists of unequal lengths */
export async function columnArray(batches: readonly RecordBatch[], name: string): Promise<FlatArray> {
  const arrow = await import("apache-arrow");
  const parts = batches.map((batch) => {
    const vector = batch.getChild(name);
    if (vector === null) throw missing(batch, name);
    return flatOf(arrow, vector, name);
  });
  const filled = parts.filter((part) => part.shape[0] !== 0);
  const [first] = filled;
  if (first === undefined) throw invalid(name, "has no rows");
  const [, ...sizes] = first.shape;
  if (!filled.every(({ shape: [, ...own] }) => own.join() === sizes.join()))
    throw invalid(name, "has lists of unequal lengths");
  const data = new Float64Array(filled.reduce((n, part) => n + part.data.length, 0));
  let at = 0;
  for (const part of filled) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { data, shape: [filled.reduce((n, part) => n + part.shape[0]!, 0), ...sizes] };
}

const invalid = (name: string, what: string) => new Problem("invalid-input", `Column ${show(name)} ${what}.`);

function missing(batch: RecordBatch, name: string): Problem {
  const names = batch.schema.fields.map((field) => show(field.name));
  return new Problem("invalid-input", `There is no column ${show(name)}; there are ${names.join(", ") || "none"}.`);
}

function flatOf(arrow: typeof Arrow, vector: Vector, name: string): FlatArray {
  const parts = vector.data
    .filter((data) => data.length > 0)
    .map((data) => numbersIn(arrow, data, 0, data.length, name));
  const [first] = parts;
  if (!parts.every(({ sizes }) => sizes.join() === first?.sizes.join()))
    throw invalid(name, "has lists of unequal lengths");
  const data = new Float64Array(parts.reduce((n, { values }) => n + values.length, 0));
  let at = 0;
  for (const { values } of parts) {
    data.set(values, at);
    at += values.length;
  }
  return { data, shape: [vector.length, ...(first?.sizes ?? [])] };
}

interface Numbers {
  readonly values: ArrayLike<number>;
  /** Of what one row holds. */
  readonly sizes: readonly number[];
}

/** Rows from … to - 1. What a stream declares is checked against the buffers that it brings, before anything of that size is made. */
function numbersIn(arrow: typeof Arrow, data: Data, from: number, to: number, name: string): Numbers {
  const type = data.type as DataType;
  if (data.nullCount > 0) throw invalid(name, "has empty cells; a network takes numbers");
  if (arrow.DataType.isFixedSizeList(type)) {
    const size = type.listSize;
    const inner = numbersIn(arrow, data.children[0]!, from * size, to * size, name);
    return { values: inner.values, sizes: [size, ...inner.sizes] };
  }
  if (arrow.DataType.isList(type)) {
    const offsets = data.valueOffsets as Int32Array;
    const size = to > from ? offsets[from + 1]! - offsets[from]! : 0;
    for (let i = from; i < to; i++)
      if (offsets[i + 1]! - offsets[i]! !== size) throw invalid(name, "has lists of unequal lengths");
    const inner = numbersIn(arrow, data.children[0]!, offsets[from]!, offsets[to]!, name);
    return { values: inner.values, sizes: [size, ...inner.sizes] };
  }
  const half = arrow.DataType.isFloat(type) && type.precision === arrow.Precision.HALF;
  const plain = (arrow.DataType.isFloat(type) && !half) || arrow.DataType.isInt(type);
  if (!plain) throw invalid(name, `holds ${String(type)}; integers and floats of 32 or 64 bits are read`);
  const values = data.values as Float32Array | BigInt64Array;
  if (!(from >= 0 && to >= from && to <= values.length)) throw invalid(name, "ends before its last row");
  if (values instanceof BigInt64Array || values instanceof BigUint64Array)
    return { values: Array.from(values.subarray(from, to), (value) => wholeNumber(value, name)), sizes: [] };
  return { values: values.subarray(from, to), sizes: [] };
}

/** pandas makes 64-bit integers of all whole numbers. */
function wholeNumber(value: bigint, name: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw invalid(name, `holds ${value}, which is beyond 2^53`);
}
