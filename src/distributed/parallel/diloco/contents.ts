/** What shards and rounds leave in the store, as safetensors: weights, changes of them, velocity. */
import { readSafetensors, writeSafetensors, type StoredTensor } from "../../../format/safetensors.js";
import { check } from "../../../util/errors.js";
import { DELTAS, pack, unpack, type Deltas } from "./codec.js";

/** All numbers of a network, one after the other. */
export interface Weights {
  /** Those that training changes by gradients. */
  readonly trained: Float32Array;
  /** All others, such as the moving statistics of batch normalisation. */
  readonly kept: Float32Array;
}

export function writeWeights({ trained, kept }: Weights): Uint8Array {
  return writeSafetensors(new Map([["trained", vector(trained)], ...named("kept", kept)]));
}

export function readWeights(bytes: Uint8Array): Weights {
  const { tensors } = readSafetensors(bytes, "weights");
  const trained = floats(tensors, "trained");
  const kept = tensors.has("kept") ? floats(tensors, "kept") : new Float32Array(0);
  for (const all of [trained, kept]) check(all.every(Number.isFinite), () => "the weights hold what is not finite");
  return { trained, kept };
}

export function writeVelocity(velocity: Float32Array): Uint8Array {
  return writeSafetensors(new Map([["velocity", vector(velocity)]]));
}

export function readVelocity(bytes: Uint8Array, size: number): Float32Array {
  const found = floats(readSafetensors(bytes, "velocity").tensors, "velocity");
  check(found.length === size, () => `the velocity of ${size} weights has ${found.length} numbers`);
  return Float32Array.from(found);
}

/** @param as how the trained ones are rounded; the others are few, and go as they are */
export function writeDelta({ trained, kept }: Weights, as: Deltas): Uint8Array {
  const { values, scales } = pack(trained, as);
  const tensors = [
    ["values", vector(values)] as const,
    ...named("scales", scales),
    ...named("kept", kept.some((x) => x !== 0) ? kept : kept.subarray(0, 0)),
  ];
  return writeSafetensors(new Map(tensors), { as, size: `${trained.length}` });
}

/** @param like the weights that were changed */
export function readDelta(bytes: Uint8Array, like: Weights): Weights {
  const { tensors, metadata } = readSafetensors(bytes, "change");
  const as = DELTAS.find((one) => one === metadata.get("as"));
  check(as !== undefined, () => `a change of weights is of a kind that this version does not know`);
  const size = metadata.get("size");
  check(size === `${like.trained.length}`, () => `a change of ${size} weights was sent for ${like.trained.length}`);
  const values = tensors.get("values")?.data;
  const fits = as === "float32" ? values instanceof Float32Array : values instanceof Int32Array;
  check(fits, () => `a change of weights as ${as} lacks its values`);
  const scales = tensors.has("scales") ? floats(tensors, "scales") : new Float32Array(0);
  const kept = tensors.has("kept") ? floats(tensors, "kept") : new Float32Array(like.kept.length);
  check(kept.length === like.kept.length && kept.every(Number.isFinite), () => "a change of weights does not fit them");
  return { trained: unpack({ values: values as Int32Array, scales }, as!, like.trained.length), kept };
}

function vector(data: Float32Array | Int32Array): StoredTensor {
  return { data, shape: [data.length] };
}

/** Nothing for an empty one. */
function named(name: string, data: Float32Array): (readonly [string, StoredTensor])[] {
  return data.length > 0 ? [[name, vector(data)]] : [];
}

function floats(tensors: ReadonlyMap<string, StoredTensor>, name: string): Float32Array {
  const data = tensors.get(name)?.data;
  check(data instanceof Float32Array, () => `content of the store lacks its ${name} in float32`);
  return data as Float32Array;
}
