import type { Layer } from "../layers/layer.js";
import { add, mul } from "../ops/arithmetic.js";
import { sum } from "../ops/reduce.js";
import { abs, square } from "../ops/unary.js";
import { resolveRegularizer, type RegularizerLike } from "../regularizers/index.js";
import type { Tensor } from "../tensor/tensor.js";

/** Adds the layer's activityRegularizer, l1·Σ|y| + l2·Σy² over its outputs, to the loss (Keras 3: not divided by the batch). */
export function activityPenalty(layer: Layer, outputs: Tensor[], addLoss: (loss: Tensor) => void): void {
  const option = (layer.config as { activityRegularizer?: RegularizerLike | null }).activityRegularizer;
  if (!option) return;
  const { l1, l2 } = resolveRegularizer(option, `${layer.label}: activityRegularizer`)!;
  for (const y of outputs) addLoss(add(mul(l1, sum(abs(y))), mul(l2, sum(square(y)))));
}
