/** Element-wise operations on two tensors, with numpy's broadcasting. */
import type { Binary } from "../kernels/kernels.js";
import { sameShape, sizeOf, type Shape } from "../tensor/shape.js";
import type { TensorLike } from "../tensor/make.js";
import type { Tensor } from "../tensor/tensor.js";
import { addReduced, broadcastShape, expand, isRow } from "./broadcast.js";
import { asFloat, op } from "./op.js";
import type { Scope } from "./scope.js";

function binary(f: Binary, a: TensorLike, b: TensorLike, derivative: Derivative | null): Tensor {
  return op(f, [a, b], ([a0, b0], scope) => {
    const x = asFloat(a0!, scope);
    const w = asFloat(b0!, scope);
    const y = scope.alloc(broadcastShape(f, x.shape, w.shape));
    forward(f, y, x, w, scope);
    if (derivative) scope.record([x, w], [y], () => derivative({ a: x, b: w, y, dy: y.grad!, scope }));
    return y;
  });
}

function forward(f: Binary, y: Tensor, a: Tensor, b: Tensor, scope: Scope): void {
  const k = scope.kernels;
  if (y.size === 0) return;
  const full = sameShape(a.shape, y.shape);
  if (full && (sameShape(b.shape, y.shape) || b.size === 1)) k.binary(f, y.ptr, a.ptr, a.size, b.ptr, b.size, y.size);
  else if (a.size === 1 && sameShape(b.shape, y.shape)) k.binary(f, y.ptr, a.ptr, 1, b.ptr, b.size, y.size);
  else if (full && isRow(b.shape, y.shape)) k.binaryRow(f, y.ptr, a.ptr, b.ptr, y.size / b.size, b.size);
  else k.binary(f, y.ptr, expand(a, y.shape, scope).ptr, y.size, expand(b, y.shape, scope).ptr, y.size, y.size);
}

interface Recorded {
  a: Tensor;
  b: Tensor;
  y: Tensor;
  dy: Tensor;
  scope: Scope;
}
type Derivative = (r: Recorded) => void;

/** A scratch tensor f(p, q) of dy's shape. */
function full(scope: Scope, shape: Shape, f: Binary, p: Tensor, q: Tensor): Tensor {
  const out = scope.alloc(shape);
  forward(f, out, expand(p, shape, scope), q, scope);
  return out;
}

/** Adds alpha · g, of y's shape, to the gradient of an operand that may have been repeated. */
function add_(scope: Scope, x: Tensor, g: Tensor, alpha = 1): void {
  const k = scope.kernels;
  scope.accumulateGrad(x, (dx) => {
    if (alpha === 1) return addReduced(scope, dx, x.shape, g.ptr, g.shape);
    const scaled = scope.alloc(g.shape);
    k.scale(scaled.ptr, alpha, g.ptr, g.size);
    addReduced(scope, dx, x.shape, scaled.ptr, g.shape);
  });
}

/** a + b */
export const add = (a: TensorLike, b: TensorLike): Tensor =>
  binary("add", a, b, ({ a, b, dy, scope }) => {
    add_(scope, a, dy);
    add_(scope, b, dy);
  });

/** a - b */
export const sub = (a: TensorLike, b: TensorLike): Tensor =>
  binary("sub", a, b, ({ a, b, dy, scope }) => {
    add_(scope, a, dy);
    add_(scope, b, dy, -1);
  });

/** a ⊙ b */
export const mul = (a: TensorLike, b: TensorLike): Tensor =>
  binary("mul", a, b, ({ a, b, dy, scope }) => {
    if (a.tracked) add_(scope, a, full(scope, dy.shape, "mul", dy, b));
    if (b.tracked) add_(scope, b, full(scope, dy.shape, "mul", dy, a));
  });

/** a / b; d/da = 1/b, d/db = -y/b */
export const div = (a: TensorLike, b: TensorLike): Tensor =>
  binary("div", a, b, ({ a, b, y, dy, scope }) => {
    const g = full(scope, dy.shape, "div", dy, b);
    add_(scope, a, g);
    if (b.tracked) add_(scope, b, full(scope, dy.shape, "mul", g, y), -1);
  });

/** a to the power of b; d/da = b·a^(b-1), 0 where b = 0; d/db = y·ln a, 0 where y = 0 */
export const pow = (a: TensorLike, b: TensorLike): Tensor =>
  binary("pow", a, b, ({ a, b, y, dy, scope }) => {
    const k = scope.kernels;
    const { shape } = dy;
    if (a.tracked) {
      const exponent = scope.alloc(b.shape);
      k.fill(exponent.ptr, -1, b.size);
      k.axpy(exponent.ptr, 1, b.ptr, b.size);
      const slope = productOrZero(scope, shape, b, full(scope, shape, "pow", a, exponent));
      add_(scope, a, full(scope, shape, "mul", slope, dy));
    }
    if (b.tracked) {
      const log = scope.alloc(a.shape);
      k.unary("log", log.ptr, a.ptr, a.size);
      add_(scope, b, full(scope, shape, "mul", productOrZero(scope, shape, y, log), dy));
    }
  });

/** p ⊙ q, and 0 where p = 0 even if q is infinite there. */
function productOrZero(scope: Scope, shape: Shape, p: Tensor, q: Tensor): Tensor {
  const k = scope.kernels;
  const n = sizeOf(shape);
  const factor = expand(p, shape, scope);
  const zero = scope.alloc([1]);
  k.fill(zero.ptr, 0, 1);
  const isZero = scope.alloc(shape);
  k.binary("equal", isZero.ptr, factor.ptr, n, zero.ptr, 1, n);
  const condition = scope.alloc(shape, "int32");
  k.floatToInt(condition.ptr, isZero.ptr, n);
  const product = full(scope, shape, "mul", factor, q);
  k.where(product.ptr, condition.ptr, factor.ptr, product.ptr, n);
  return product;
}

/** The larger of the two, element by element; at a tie the gradient goes to a. */
export const maximum = (a: TensorLike, b: TensorLike): Tensor => binary("max", a, b, (r) => pick(r, r.a, r.b));

/** The smaller of the two, element by element; at a tie the gradient goes to a. */
export const minimum = (a: TensorLike, b: TensorLike): Tensor => binary("min", a, b, (r) => pick(r, r.b, r.a));

/** Sends dy to the operand that was chosen: `high` ≥ `low` means a. */
function pick({ a, b, dy, scope }: Recorded, high: Tensor, low: Tensor): void {
  const toA = full(scope, dy.shape, "mul", full(scope, dy.shape, "greaterEqual", high, low), dy);
  add_(scope, a, toA);
  if (b.tracked) add_(scope, b, full(scope, dy.shape, "sub", dy, toA));
}

/** 1 where a > b, else 0; no gradient. */
export const greater = (a: TensorLike, b: TensorLike): Tensor => binary("greater", a, b, null);
/** 1 where a ≥ b, else 0; no gradient. */
export const greaterEqual = (a: TensorLike, b: TensorLike): Tensor => binary("greaterEqual", a, b, null);
/** 1 where a = b, else 0; no gradient. */
export const equal = (a: TensorLike, b: TensorLike): Tensor => binary("equal", a, b, null);
