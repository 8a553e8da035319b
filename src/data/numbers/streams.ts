import { toTensor, type TensorLike } from "../../tensor/make.js";
import { showShape } from "../../tensor/shape.js";
import { Tensor } from "../../tensor/tensor.js";
import { checkCount } from "../../util/checks.js";
import { check } from "../../util/errors.js";

/**
 * One long series cut into `count` stretches of equal length that stand side by side, as `fit({ tbptt, batchSize: count })` reads
 * them: stretch i begins where stretch i − 1 ends. Use it on inputs and targets alike. The last steps, fewer than `count`, that
 * fill no further row of all stretches are left out.
 * @param series [T], or [T, …]
 * @returns [count, ⌊T / count⌋, …]
 * @throws SluiceError when the series has fewer steps than `count`
 * @example const [x, y] = [text.subarray(0, -1), text.subarray(1)].map((part) => streams(part, 32));
 */
export function streams(series: TensorLike, count: number): Tensor {
  const t = toTensor(series, "streams", "float32");
  checkCount("streams", "count", count);
  const [T = 0, ...rest] = t.shape;
  const steps = Math.floor(T / count);
  check(steps > 0, () => `streams: expected a series of at least ${count} steps, got ${showShape(t.shape)}`);
  return Tensor.of(t.data.slice(0, count * steps * (t.size / T)), [count, steps, ...rest]);
}
