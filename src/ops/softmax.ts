import type { TensorLike } from "../tensor/make.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { asFloat, op } from "./op.js";

/** y_i = e^{x_i} / Σ e^{x_j} over the last axis. dx = y ⊙ (dy − Σ dy·y). */
export function softmax(input: TensorLike): Tensor {
  return op("softmax", [input], ([x0], scope) => {
    const k = scope.kernels;
    const x = asFloat(x0!, scope);
    const cols = x.shape.at(-1) ?? 1;
    const rows = cols && x.size / cols;
    const y = scope.alloc(x.shape);
    k.softmax(y.ptr, x.ptr, rows, cols);
    scope.record([x], [y], () => scope.assignGrad(x, (dx) => k.softmaxGrad(dx, y.grad!.ptr, y.ptr, rows, cols)));
    return y;
  });
}

/**
 * Cross-entropy of logits x [..., K] with class indices [...] (int32): log Σ e^{x_j} − x_label, one value for each row.
 * dx = dy · (softmax(x) − onehot(label)).
 */
export function sparseCrossEntropy(logits: TensorLike, labels: TensorLike): Tensor {
  return op("sparseCrossEntropy", [logits, labels], ([x0, t], scope) => {
    const k = scope.kernels;
    const x = asFloat(x0!, scope);
    const K = x.shape.at(-1) ?? 0;
    const rows = K && x.size / K;
    const [low, high] = t!.dtype === "int32" && t!.size === rows ? k.rangeOfInts(t!.ptr, rows) : [-1, -1];
    check(rows === 0 || (low >= 0 && high < K), () => {
      return `sparseCrossEntropy: expected int32 labels from 0 to ${K - 1} for logits ${showShape(x.shape)}, got ${t!.dtype} ${showShape(t!.shape)} from ${low} to ${high}`;
    });
    const loss = scope.alloc(x.shape.slice(0, -1));
    const p = scope.alloc(x.shape);
    k.sparseCrossEntropy(loss.ptr, p.ptr, x.ptr, t!.ptr, rows, K);
    scope.record([x], [loss], () => scope.assignGrad(x, (dx) => k.sparseCrossEntropyGrad(dx, loss.grad!.ptr, p.ptr, t!.ptr, rows, K)));
    return loss;
  });
}
