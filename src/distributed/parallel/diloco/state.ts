/**
 * What a shard goes on with in its next round: moments of the optimizer, chance, its place in the data. As float16 the moments take half the
 * room: scaled in blocks as changes are (codec.ts); those without a negative number, such as Adam's mean squares, by their roots, whose
 * exponents spread half as far. A step of Adam is off by a thousandth of itself at most, where m and √v are more than 2⁻¹⁴ of the largest beside them.
 */
import { z } from "zod";
import { parseJson } from "../../../format/json.js";
import { readSafetensors, writeSafetensors, type StoredTensor } from "../../../format/safetensors.js";
import { readOptions } from "../../../tasks/options.js";
import { Tensor } from "../../../tensor/tensor.js";
import { check } from "../../../util/errors.js";
import { pack, unpack } from "./codec.js";

export const STATES = ["float32", "float16"] as const;
export type States = (typeof STATES)[number];

/** Where a shard stands in the data: its next batch, of those of a pass. */
const place = z.strictObject({ pass: z.int().min(0), batch: z.int().min(0) });
export type Place = z.output<typeof place>;

const WHERE = "state of a shard";
const word = z
  .int()
  .min(0)
  .max(2 ** 53 - 1);
const fields = z.strictObject({
  place,
  random: z.tuple([word, word, word, word]),
  /** Moments that were packed: how many numbers they have, and whether these are roots. */
  packed: z.record(z.string(), z.strictObject({ size: z.int().min(0), root: z.boolean() })),
});

export interface ShardState {
  readonly place: Place;
  readonly random: readonly [number, number, number, number];
  /** `Optimizer.getState`. */
  readonly optimizer: ReadonlyMap<string, Tensor>;
}

const scalesOf = (name: string) => `scales of ${name}`;

export function writeState({ place, random, optimizer }: ShardState, as: States): Uint8Array {
  const tensors = new Map<string, StoredTensor>();
  const packed: z.output<typeof fields>["packed"] = {};
  for (const [name, { data, shape }] of optimizer) {
    if (as === "float32" || !(data instanceof Float32Array)) {
      tensors.set(name, { data, shape });
      continue;
    }
    const root = data.every((x) => x >= 0);
    const { values, scales } = pack(root ? data.map(Math.sqrt) : data, "float16");
    packed[name] = { size: data.length, root };
    tensors.set(name, { data: values, shape: [values.length] });
    tensors.set(scalesOf(name), { data: scales, shape: [scales.length] });
  }
  return writeSafetensors(tensors, { state: JSON.stringify({ place, random, packed }) });
}

/** @throws SluiceError for what is no state */
export function readState(bytes: Uint8Array): ShardState {
  const { tensors, metadata } = readSafetensors(bytes, WHERE);
  const text = metadata.get("state");
  check(text !== undefined, () => `the ${WHERE} lacks its place`);
  const { packed, ...rest } = readOptions(WHERE, fields, parseJson(text!, WHERE) as object);
  const optimizer = new Map<string, Tensor>();
  for (const [name, { data, shape }] of tensors) {
    const how = Object.hasOwn(packed, name) ? packed[name] : undefined;
    if (how) optimizer.set(name, unpacked(data, tensors.get(scalesOf(name))?.data, how));
    else if (!name.startsWith(scalesOf(""))) optimizer.set(name, Tensor.of(data, shape));
  }
  return { ...rest, optimizer };
}

function unpacked(
  values: StoredTensor["data"],
  scales: StoredTensor["data"] | undefined,
  { size, root }: { size: number; root: boolean },
): Tensor {
  check(values instanceof Int32Array && scales instanceof Float32Array, () => `the ${WHERE} lacks moments`);
  const numbers = unpack({ values: values as Int32Array, scales: scales as Float32Array }, "float16", size);
  return Tensor.of(root ? numbers.map((x) => x * x) : numbers, [size]);
}
