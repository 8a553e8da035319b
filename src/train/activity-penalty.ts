import type { Layer } from "../layers/layer.js";
import { add, mul } from "../ops/arithmetic.js";
import { sum } from "../ops/reduce.js";
import { abs, square } from "../ops/unary.js";
import { resolveRegularizer, type RegularizerLike } from "../regularizers/index.js";
import type { Tensor } from "../tensor/tensor.js";

/**
 * Adds the layer's activityRegularizer to the loss: l1·Σ|y| + l2·Σy² over its outputs, divided by the batch size, as in Keras
 * (3.15, `Layer.__call__`). It counts in evaluation too.
 */
export function activityPenalty(layer: Layer, outputs: Tensor[], addLoss: (loss: Tensor) => void): void {
  const option = (layer.config as { activityRegularizer?: RegularizerLike | null }).activityRegularizer;
  if (!option) return;
  const { l1, l2 } = resolveRegularizer(option, `${layer.label}: activityRegularizer`)!;
  for (const y of outputs) {
    const B = y.shape[0] ?? 1;
    addLoss(add(mul(l1 / B, sum(abs(y))), mul(l2 / B, sum(square(y)))));
  }
}
