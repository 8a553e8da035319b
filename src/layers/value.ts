import type { Packing } from "../ops/packing.js";
import type { Tensor } from "../tensor/tensor.js";

/** What goes from layer to layer. */
export interface Value {
  tensor: Tensor;
  /** int32 [B, T], 1 = use */
  mask: Tensor | null;
  /** Says that `tensor` holds the steps of sequences of unequal length, [N, …] instead of [B, T, …]; then there is no mask. */
  packing?: Packing;
}

/** The packing of values that all are packed, with equal lengths in the same order; else null. */
export function commonPacking(values: readonly Value[]): Packing | null {
  const [first, ...others] = values.map((v) => v.packing);
  return first && others.every((other) => other && first.fits(other)) ? first : null;
}
