import type { CallContext, Layer } from "../layers/layer.js";
import { add, mul } from "../ops/arithmetic.js";
import { sum } from "../ops/reduce.js";
import { abs, square } from "../ops/unary.js";
import { resolveRegularizer, type RegularizerLike } from "../regularizers/index.js";
import type { Tensor } from "../tensor/tensor.js";

/** Adds the layer's activityRegularizer, l1·Σ|y| + l2·Σy² over its outputs, to the loss (Keras 3: not divided by the batch). */
export function activityPenalty(layer: Layer, outputs: Tensor[], context: CallContext): void {
  const option = (layer.config as { activityRegularizer?: RegularizerLike | null }).activityRegularizer;
  if (!option || !context.training) return;
  const regularizer = resolveRegularizer(option, `${layer.label}: activityRegularizer`);
  if (!regularizer) return;
  const { l1, l2 } = regularizer;
  for (const y of outputs) context.addLoss(add(mul(l1, sum(abs(y))), mul(l2, sum(square(y)))));
}
