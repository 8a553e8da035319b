/** From what users pass to batches in kernel memory. The data set stays in ordinary arrays; only a batch is copied in. */
import { convert, toTensor, type TensorLike } from "../tensor/make.js";
import { fitsShape, showShape, sizeOf } from "../tensor/shape.js";
import type { FloatDType } from "../tensor/dtype.js";
import { Tensor } from "../tensor/tensor.js";
import type { Scope } from "../ops/scope.js";
import { check, show, SluiceError } from "../util/errors.js";
import type { CallContext, Layer } from "../layers/layer.js";
import type { SymbolicTensor } from "../layers/symbolic.js";
import type { Value } from "../layers/value.js";

/** One array, a list of them in the order of the model's inputs, or an object keyed by the names of the inputs. */
export type Inputs = TensorLike | readonly Tensor[] | { readonly [name: string]: TensorLike };

/** The arrays as host tensors in the order of `slots`, checked against their shapes; all of one length. */
export function readInputs(data: Inputs, slots: readonly SymbolicTensor[], where: string, float: FloatDType): Tensor[] {
  const names = slots.map((slot) => slot.node.layer.name);
  const tensors = listOf(data, names, where).map((value, i) => toTensor(value, `${where}: ${names[i]}`, float));
  for (const [i, slot] of slots.entries()) checkInput(tensors[i]!, slot, `${where}: input "${names[i]}"`);
  checkLengths(tensors, names, where);
  return tensors.map((t, i) => {
    if (slots[i]!.dtype === "int32") checkWhole(t, `${where}: input "${names[i]}"`);
    const wanted = slots[i]!.dtype === "int32" ? "int32" : t.dtype === "int32" ? float : t.dtype;
    return t.like(convert(t.data, wanted));
  });
}

/** Puts one array, a list or a record into a list, by the rule of {@link Inputs}. */
export function listOf(data: Inputs, names: readonly string[], where: string): TensorLike[] {
  check(data !== undefined && data !== null, () => `${where}: expected data, got ${show(data)}`);
  const severalTensors = Array.isArray(data) && data.length > 0 && data.every((t) => t instanceof Tensor);
  if (severalTensors) {
    check(
      data.length === names.length,
      () => `${where}: expected ${names.length} arrays (${names.join(", ")}), got ${data.length}`,
    );
    return data as Tensor[];
  }
  if (isRecord(data)) {
    const unknown = Object.keys(data).find((key) => !names.includes(key));
    check(unknown === undefined, () => `${where}: no input "${unknown}"; there are ${names.join(", ")}`);
    return names.map((name) => {
      const value = Object.hasOwn(data, name) ? data[name] : undefined;
      if (value === undefined) throw new SluiceError(`${where}: the data of input "${name}" is missing`);
      return value;
    });
  }
  check(
    names.length === 1,
    () => `${where}: expected ${names.length} tensors (${names.join(", ")}), got ${show(data)}`,
  );
  return [data as TensorLike];
}

function isRecord(data: Inputs): data is { readonly [name: string]: TensorLike } {
  return typeof data === "object" && !Array.isArray(data) && !(data instanceof Tensor) && !ArrayBuffer.isView(data);
}

function checkInput(t: Tensor, slot: SymbolicTensor, where: string): void {
  check(fitsShape(t.shape, slot.shape), () => {
    const hint = t.rank + 1 === slot.shape.length ? "; the first axis counts samples, so a single one is [sample]" : "";
    return `${where} must be ${showShape(slot.shape)}, got ${showShape(t.shape)}${hint}`;
  });
  check(t.shape[0]! > 0, () => `${where}: the data set is empty, got ${showShape(t.shape)}`);
  checkFinite(t, where);
}

/** Indices may come as floats, but not as fractions, which would be cut off. */
function checkWhole(t: Tensor, where: string): void {
  const at = t.data.findIndex((v) => !Number.isInteger(v));
  check(at < 0, () => `${where}: expected whole numbers, got ${t.data[at]} at [${indexOf(at, t.shape).join(", ")}]`);
}

/** Raises an error that names the place of the first NaN or infinite element. */
export function checkFinite(t: Tensor, where: string): void {
  if (t.dtype === "int32") return;
  const data = t.data;
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i]!)) continue;
    throw new SluiceError(`${where}: expected finite numbers, got ${data[i]} at [${indexOf(i, t.shape).join(", ")}]`);
  }
}

function indexOf(flat: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return index;
}

export function checkLengths(tensors: readonly Tensor[], names: readonly string[], where: string): void {
  const odd = tensors.findIndex((t) => t.shape[0] !== tensors[0]!.shape[0]);
  check(odd < 0, () => {
    const [first, other] = [tensors[0]!.shape[0], tensors[odd]!.shape[0]];
    return `${where}: all arrays must have the same number of samples; ${names[0]} has ${first}, ${names[odd]} has ${other}`;
  });
}

/** How sequences of unequal length are fed and handed from layer to layer (ragged.ts); in a bundle that makes none, left out. */
export interface PackedSupport {
  /** The samples as a packed value; null when the source is no ragged one. */
  feed(source: Tensor, slice: Slice): Value | null;
  /** What a layer gives for packed values; null when there are none among those that came. */
  call(layer: Layer, came: Value[], context: CallContext): Value[] | null;
  /** Puts a batch's outputs beside those of other batches; null when they are of no ragged input. */
  collect(result: Tensor | undefined, output: Value, slice: Slice): Tensor | null;
  /** Samples from … to - 1 of a ragged source; null for others. */
  part(source: Tensor, from: number, to: number): Tensor | null;
  /** A prediction beside its targets, and weights where there are any, step by step; null when nothing is packed or ragged. */
  align(output: Value, given: Given, slice: Slice): Aligned | null;
}

/** What is there to compare an output with. */
export interface Given {
  target: Tensor;
  weight: Tensor | null;
  /** The loss is one of whole sequences. */
  whole: boolean;
  /** The samples of the slice of an array that is not ragged. */
  take(source: Tensor): Tensor;
}

/** What a loss compares. */
export interface Aligned extends Value {
  target: Tensor;
  samples: Tensor | null;
}

/** Samples start … start + count, in the given order. */
export interface Slice {
  readonly start: number;
  readonly count: number;
  readonly order?: Int32Array | undefined;
}

export let packedSupport: PackedSupport | null = null;

export function providePacked(support: PackedSupport): void {
  packedSupport = support;
}

/** Copies samples start … start + count of the host tensor into the step's memory. */
export function feed(scope: Scope, source: Tensor, start: number, count: number): Tensor {
  const rowShape = source.shape.slice(1);
  const size = sizeOf(rowShape);
  const batch = scope.alloc([count, ...rowShape], source.dtype === "int32" ? "int32" : scope.float);
  batch.data.set(source.data.subarray(start * size, (start + count) * size));
  return batch;
}
