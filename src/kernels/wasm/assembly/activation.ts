/** The activations that the recurrent kernels fuse, by the codes of UNARY in kernels.ts. */
import { hardSigmoid, relu, storeTanhPair, tanh } from "./math";
import { fma, storeLanes } from "./simd";

const SIGMOID = 1;
const TANH = 2;
const RELU = 3;
const HARD_SIGMOID = 4;

/**
 * out = f(a + b) for n elements. σ(x) = (1 + tanh(x/2)) / 2, with a largest error of 1.5e-7, so both are one loop, eight
 * elements a turn; the last turn overlaps the one before, so `out` must not be a or b.
 */
export function activate(code: i32, out: usize, a: usize, b: usize, n: i32): void {
  if (code != SIGMOID && code != TANH) return activateRare(code, out, a, b, n);
  const half = f32x4.splat(0.5);
  const inner = code == SIGMOID ? half : f32x4.splat(1);
  const offset = code == SIGMOID ? half : f32x4.splat(0);
  if (n < 8) {
    for (let j = 0; j < n; j += 4) {
      const at = <usize>j * 4;
      const x = f32x4.add(v128.load(a + at), v128.load(b + at));
      storeLanes(out + at, fma(tanh(f32x4.mul(x, inner)), inner, offset), n - j);
    }
    return;
  }
  const last = <usize>(n - 8) * 4;
  for (let at: usize = 0; ; at = min(at + 32, last)) {
    const x = f32x4.add(v128.load(a + at), v128.load(b + at));
    const y = f32x4.add(v128.load(a + at, 16), v128.load(b + at, 16));
    storeTanhPair(out + at, f32x4.mul(x, inner), f32x4.mul(y, inner), inner, offset);
    if (at == last) return;
  }
}

function activateRare(code: i32, out: usize, a: usize, b: usize, n: i32): void {
  for (let j = 0; j < n; j += 4) {
    const at = <usize>j * 4;
    const x = f32x4.add(v128.load(a + at), v128.load(b + at));
    storeLanes(out + at, code == RELU ? relu(x) : code == HARD_SIGMOID ? hardSigmoid(x) : x, n - j);
  }
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
