/** The activations that the recurrent kernels fuse, by the codes of UNARY in kernels.ts. */
import { fma } from "./simd";
import { gate, hardSigmoid, relu, tanh } from "./math";

export const SIGMOID = 1;
export const TANH = 2;
const RELU = 3;
const HARD_SIGMOID = 4;

@inline
export function activate(code: i32, x: v128): v128 {
  if (code == SIGMOID) return gate(x);
  if (code == TANH) return tanh(x);
  return activateRare(code, x);
}

function activateRare(code: i32, x: v128): v128 {
  if (code == RELU) return relu(x);
  if (code == HARD_SIGMOID) return hardSigmoid(x);
  return x;
}

/** f'(x) from the value y = f(x). */
@inline
export function slope(code: i32, y: v128): v128 {
  const one = f32x4.splat(1);
  if (code == SIGMOID) return f32x4.mul(y, f32x4.sub(one, y));
  if (code == TANH) return f32x4.sub(one, f32x4.mul(y, y));
  return slopeRare(code, y);
}

function slopeRare(code: i32, y: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  if (code == RELU) return v128.and(one, f32x4.gt(y, zero));
  const inside = v128.and(f32x4.gt(y, zero), f32x4.lt(y, one));
  if (code == HARD_SIGMOID) return v128.and(f32x4.splat(1.0 / 6.0), inside);
  return one;
}
