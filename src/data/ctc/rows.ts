import { showShape } from "../../tensor/shape.js";
import type { TensorData } from "../../tensor/dtype.js";
import type { Tensor } from "../../tensor/tensor.js";
import { check } from "../../util/errors.js";

export interface CtcDecodeOptions {
  /** The class that stands for no label; negative numbers count from the end. Default 0, as in `losses.ctc`. */
  blank?: number | undefined;
  /** [B, T], 1 = use the step, 0 = skip it. Default: all steps count. */
  mask?: Tensor | null | undefined;
}

/** x − ln Σ e^x: logits become logarithms of probabilities; what is such already stays. */
export function logProbabilities(x: ArrayLike<number>, out: Float64Array): Float64Array {
  let most = -Infinity;
  for (let k = 0; k < out.length; k++) most = Math.max(most, x[k]!);
  let sum = 0;
  for (let k = 0; k < out.length; k++) sum += Math.exp(x[k]! - most);
  const norm = most + Math.log(sum);
  for (let k = 0; k < out.length; k++) out[k] = x[k]! - norm;
  return out;
}

/** Gives every sample's steps that count, one row of K numbers after another, to a decoder of its own. */
export function decodeEach<D extends { push(row: TensorData): unknown }>(
  where: string,
  logits: Tensor,
  mask: Tensor | null,
  decoderFor: (K: number) => D,
): D[] {
  const [B, T, K] = logits.shape as [number, number, number];
  check(logits.rank === 3, () => `${where}: expected logits [B, T, K], got ${showShape(logits.shape)}`);
  check(mask === null || mask.size === B * T, () => {
    return `${where}: expected a mask [${B}, ${T}], got ${showShape(mask!.shape)}`;
  });
  const [data, used] = [logits.data, mask?.data];
  return Array.from({ length: B }, (_, b) => {
    const decoder = decoderFor(K);
    for (let t = b * T; t < (b + 1) * T; t++) {
      if (!used || used[t]) decoder.push(data.subarray(t * K, (t + 1) * K));
    }
    return decoder;
  });
}
