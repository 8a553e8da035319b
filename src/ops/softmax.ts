/** Softmax, and the cross-entropies that are computed together with it. */
import type { TensorLike } from "../tensor/make.js";
import { sameShape, showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { mul } from "./arithmetic.js";
import { axisOf } from "./axis.js";
import { asIndices, checkIndices } from "./indices.js";
import { asFloat, op } from "./op.js";
import { sum } from "./reduce.js";
import { logSoftmaxRows, softmaxRows } from "./softmax-rows.js";
import { transpose } from "./transpose.js";
import { neg } from "./unary.js";

/** e^x / Σ e^x along an axis (default the last), shifted by the largest so that nothing overflows. */
export function softmax(input: TensorLike, axis = -1): Tensor {
  return along("softmax", softmaxRows, input, axis);
}

/** x - ln Σ e^x along an axis (default the last). */
export function logSoftmax(input: TensorLike, axis = -1): Tensor {
  return along("logSoftmax", logSoftmaxRows, input, axis);
}

function along(name: string, rows: (x: Tensor) => Tensor, input: TensorLike, axis: number): Tensor {
  return op(name, [input], ([x0], scope) => {
    const x = asFloat(x0!, scope);
    const a = axisOf(name, axis, x.shape);
    if (a === x.rank - 1) return rows(x);
    const order = x.shape.map((_, i) => (i === a ? x.rank - 1 : i === x.rank - 1 ? a : i)); // its own inverse
    return transpose(rows(transpose(x, order)), order);
  });
}

/**
 * ln Σ e^x - x[label] in one pass: logits x [..., K], labels [...] (or [..., 1]) int32 from 0 to K - 1 → [...].
 * Gradient at x: softmax(x) - onehot(label).
 * @throws SluiceError when the shapes do not fit, and names the first label outside [0, K)
 */
export function sparseCrossEntropy(logits: TensorLike, labels: TensorLike): Tensor {
  return op("sparseCrossEntropy", [logits, labels], ([x0, l0], scope) => {
    const x = asFloat(x0!, scope);
    const shape = x.shape.slice(0, -1);
    check(x.rank > 0 && (sameShape(l0!.shape, shape) || sameShape(l0!.shape, [...shape, 1])), () => {
      return `sparseCrossEntropy: expected logits [..., K] and labels [...], got ${showShape(x.shape)} and ${showShape(l0!.shape)}`;
    });
    const label = asIndices("sparseCrossEntropy", l0!, scope);
    const cols = x.shape.at(-1)!;
    checkIndices("sparseCrossEntropy", label, cols, scope);
    const k = scope.kernels;
    const loss = scope.alloc(shape);
    const p = scope.alloc(x.shape);
    k.sparseCrossEntropy(loss.ptr, p.ptr, x.ptr, label.ptr, loss.size, cols);
    scope.record([x], [loss], () => {
      scope.assignGrad(x, (dx) => k.sparseCrossEntropyGrad(dx, loss.grad!.ptr, p.ptr, label.ptr, loss.size, cols));
    });
    return loss;
  });
}

/** -Σ t · logSoftmax(x) over the last axis: logits x [..., K], labels t [..., K] as one-hot rows or probabilities → [...]. */
export function softmaxCrossEntropy(logits: TensorLike, labels: TensorLike): Tensor {
  return op("softmaxCrossEntropy", [logits, labels], ([x, t]) => {
    check(x!.rank > 0 && sameShape(x!.shape, t!.shape), () => {
      return `softmaxCrossEntropy: expected logits and labels [..., K], got ${showShape(x!.shape)} and ${showShape(t!.shape)}`;
    });
    return neg(sum(mul(t!, logSoftmax(x!)), -1));
  });
}
