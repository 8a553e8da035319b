import type { Scope } from "../ops/scope.js";
import type { TensorData } from "../tensor/dtype.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";

/**
 * How much each position of the loss counts: sample weight × class weight × mask. Keras's mean: the weighted sum is divided by
 * the number of positions, or with a mask by the number of unmasked ones.
 */
export class SampleWeights {
  /** Of the loss's shape; null = 1 everywhere. */
  readonly tensor: Tensor | null;
  readonly count: number;
  readonly #mask: Tensor | null;

  constructor(scope: Scope, loss: Tensor, samples: Tensor | null, classes: Tensor | null, mask: Tensor | null) {
    const fitting = mask && loss.rank === 2 && mask.size === loss.size ? mask : null;
    this.#mask = fitting;
    this.count = fitting ? countOnes(fitting) : loss.size;
    this.tensor = samples || classes || fitting ? combine(scope, loss, samples, classes, fitting) : null;
  }

  /** A copy of the weights as metrics read them: a metric may allocate, which invalidates a view. */
  read(): TensorData | null {
    return this.tensor?.data.slice() ?? null;
  }

  /** The same for metrics that look at the mask only. */
  readMask(): TensorData | null {
    return this.#mask?.data.slice() ?? null;
  }
}

function countOnes(mask: Tensor): number {
  let count = 0;
  const data = mask.data;
  for (let i = 0; i < data.length; i++) count += data[i]!;
  return count;
}

function combine(
  scope: Scope,
  loss: Tensor,
  samples: Tensor | null,
  classes: Tensor | null,
  mask: Tensor | null,
): Tensor {
  const out = scope.alloc(loss.shape);
  const data = out.data;
  const positions = loss.size / (loss.shape[0] ?? 1);
  const perSample = samples?.size === loss.shape[0];
  check(!samples || perSample || samples.size === loss.size, () => {
    return `fit: sampleWeight must be [${loss.shape[0]}] or ${showShape(loss.shape)}, got ${showShape(samples!.shape)}`;
  });
  const [s, c, m] = [samples?.data, classes?.data, mask?.data];
  for (let i = 0; i < data.length; i++) {
    const sample = s ? s[perSample ? Math.floor(i / positions) : i]! : 1;
    data[i] = sample * (c ? c[i]! : 1) * (m ? m[i]! : 1);
  }
  return out;
}
