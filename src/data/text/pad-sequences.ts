import { convert, tensor, type ArrayInput } from "../../tensor/make.js";
import { makeData, type DType, type TensorData } from "../../tensor/dtype.js";
import { sizeOf } from "../../tensor/shape.js";
import { Tensor } from "../../tensor/tensor.js";
import { checkChoice, checkCount } from "../../util/checks.js";
import { check, show, SluiceError } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";

export type Side = "pre" | "post";

export interface PadOptions {
  /** Length of every row; left out, that of the longest sequence. */
  maxLen?: number | undefined;
  /** Where the filling goes: before the sequence (default) or after it. */
  padding?: Side;
  /** Where a longer sequence loses its steps: at its start (default) or at its end. */
  truncating?: Side;
  /** What is filled in, default 0. */
  value?: number;
  /** Default int32, which cuts off fractions; float32 and float64 keep them. */
  dtype?: DType;
}

const WHERE = "padSequences";

/**
 * Brings sequences to one length, as Keras's `pad_sequences` does.
 * @param sequences each a list of numbers, or of equal-sized arrays (one per step)
 * @returns `[sequences, maxLen]`, or `[sequences, maxLen, ...step]` where the steps are arrays
 * @throws SluiceError when an entry is no sequence, when steps differ in shape, or when int32 cannot hold a number
 */
export function padSequences(
  sequences: readonly (ArrayBufferView | readonly ArrayInput[])[],
  options: PadOptions = {},
): Tensor {
  const config = withDefaults(WHERE, DEFAULTS, options);
  const { padding, truncating, dtype } = checkConfig(config);
  check(Array.isArray(sequences), () => `${WHERE}: expected a list of sequences, got ${show(sequences)}`);
  const rows = sequences.map((sequence, i) => toRow(sequence, i, dtype));
  const step = rows.find(({ length }) => length > 0)?.step ?? [];
  const maxLen = config.maxLen ?? longest(rows);
  const width = sizeOf(step);
  const out = makeData(dtype, rows.length * maxLen * width).fill(config.value);
  rows.forEach(({ data, length, step: found }, i) => {
    check(length === 0 || String(found) === String(step), () => {
      return `${WHERE}: every step must have shape [${step}], got [${found}] in sequence ${i}`;
    });
    const kept = Math.min(length, maxLen);
    const from = truncating === "pre" ? length - kept : 0;
    const to = i * maxLen + (padding === "pre" ? maxLen - kept : 0);
    out.set(data.subarray(from * width, (from + kept) * width), to * width);
  });
  return Tensor.of(out, [rows.length, maxLen, ...step]);
}

const DEFAULTS = {
  maxLen: undefined as number | undefined,
  padding: "pre" as Side,
  truncating: "pre" as Side,
  value: 0,
  dtype: "int32" as DType,
};

function checkConfig(config: typeof DEFAULTS): typeof DEFAULTS {
  if (config.maxLen !== undefined) checkCount(WHERE, "maxLen", config.maxLen);
  checkChoice(WHERE, "padding", config.padding, ["pre", "post"]);
  checkChoice(WHERE, "truncating", config.truncating, ["pre", "post"]);
  checkChoice(WHERE, "dtype", config.dtype, ["int32", "float32", "float64"]);
  check(typeof config.value === "number" && holds(config.dtype, config.value), () => {
    return `${WHERE}: value must be a number that ${config.dtype} can hold, got ${show(config.value)}`;
  });
  return config;
}

interface Row {
  data: TensorData;
  length: number;
  step: readonly number[];
}

function toRow(sequence: unknown, i: number, dtype: DType): Row {
  check(Array.isArray(sequence) || ArrayBuffer.isView(sequence), () => {
    return `${WHERE}: sequence ${i} must be a list, got ${show(sequence)}`;
  });
  try {
    // Read as float64 first: int32 would wrap what it cannot hold, where NumPy refuses.
    const { data, shape } = tensor(sequence as ArrayInput, undefined, "float64");
    const bad = data.findIndex((x) => !holds(dtype, x));
    check(bad < 0, () => `element ${bad} must be a number that ${dtype} can hold, got ${data[bad]}`);
    return { data: convert(data, dtype), length: shape[0]!, step: shape.slice(1) };
  } catch (error) {
    if (error instanceof SluiceError) throw new SluiceError(`${WHERE}: sequence ${i}: ${error.message}`);
    throw error;
  }
}

const holds = (dtype: DType, x: number) => dtype !== "int32" || (x > -2147483649 && x < 2147483648);

function longest(rows: readonly Row[]): number {
  check(rows.length > 0, () => `${WHERE}: maxLen cannot be read off an empty list of sequences; give it`);
  return rows.reduce((most, { length }) => Math.max(most, length), 0);
}
