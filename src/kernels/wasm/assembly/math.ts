/** Transcendental functions on four lanes. NaN gives NaN, infinities give the limits. */
import { fma } from "./simd";

@inline
function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** Largest argument, then the numerator's and the denominator's coefficients, highest power first. */
const TANH = memory.data<f32>([
  7.90531110763549805, -7.90531110763549805, 1e-30, -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8,
  1.48572235717979e-5, 6.37261928875436e-4, 4.89352455891786e-3, 1.19825839466702e-6, 1.18534705686654e-4, 2.2684346324390e-3, 4.89352518554385e-3,
]);

/** From memory, because V8 12 and later would build a constant from its bits again in every turn of a loop. */
@inline
function coefficient(i: usize): v128 {
  return v128.load32_splat(TANH + i * 4);
}

/**
 * tanh as a rational function of degree 13/6, with the coefficients of generic_fast_tanh_float in Eigen; largest error 2.4e-7,
 * odd, and right to a rounding near 0. Beyond ±7.9 it is ±1 in float32. pmax keeps x² out of the denormals.
 */
@inline
export function tanh(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, coefficient(0)), coefficient(1));
  const s = f32x4.pmax(f32x4.mul(x, x), coefficient(2));
  let p = fma(s, coefficient(3), coefficient(4));
  p = fma(s, p, coefficient(5));
  p = fma(s, p, coefficient(6));
  p = fma(s, p, coefficient(7));
  p = fma(s, p, coefficient(8));
  p = fma(s, p, coefficient(9));
  let q = fma(s, coefficient(10), coefficient(11));
  q = fma(s, q, coefficient(12));
  q = fma(s, q, coefficient(13));
  return f32x4.div(f32x4.mul(x, p), q);
}

/** out [8] = scale · tanh(x | y) + offset: two vectors share the coefficients. */
@inline
export function storeTanhPair(out: usize, x: v128, y: v128, scale: v128, offset: v128): void {
  let c = coefficient(0);
  x = f32x4.pmin(x, c);
  y = f32x4.pmin(y, c);
  c = coefficient(1);
  x = f32x4.pmax(x, c);
  y = f32x4.pmax(y, c);
  c = coefficient(2);
  const s = f32x4.pmax(f32x4.mul(x, x), c);
  const t = f32x4.pmax(f32x4.mul(y, y), c);
  c = coefficient(3);
  let d = coefficient(4);
  let p = fma(s, c, d);
  let q = fma(t, c, d);
  c = coefficient(5);
  p = fma(s, p, c);
  q = fma(t, q, c);
  c = coefficient(6);
  p = fma(s, p, c);
  q = fma(t, q, c);
  c = coefficient(7);
  p = fma(s, p, c);
  q = fma(t, q, c);
  c = coefficient(8);
  p = fma(s, p, c);
  q = fma(t, q, c);
  c = coefficient(9);
  p = fma(s, p, c);
  q = fma(t, q, c);
  p = f32x4.mul(p, x);
  q = f32x4.mul(q, y);
  c = coefficient(10);
  d = coefficient(11);
  x = fma(s, c, d);
  y = fma(t, c, d);
  c = coefficient(12);
  x = fma(s, x, c);
  y = fma(t, y, c);
  c = coefficient(13);
  x = fma(s, x, c);
  y = fma(t, y, c);
  v128.store(out, fma(f32x4.div(p, x), scale, offset));
  v128.store(out, fma(f32x4.div(q, y), scale, offset), 16);
}

/** e^x by 2^n · e^f, |f| ≤ ln 2 / 2 (Cephes expf, Moshier); largest relative error 2 ulp; below -87.3 zero, above 88.7 infinity. */
@inline
export function exp(x: v128): v128 {
  return expLanes(x);
}

function expLanes(x: v128): v128 {
  const bounded = f32x4.pmax(f32x4.pmin(x, splat(88.8)), splat(-87.4));
  const n = f32x4.nearest(f32x4.mul(bounded, splat(1.44269504088896341)));
  let f = fma(n, splat(-0.693359375), bounded);
  f = fma(n, splat(2.12194440e-4), f);
  let p = fma(f, splat(1.9875691500e-4), splat(1.3981999507e-3));
  p = fma(p, f, splat(8.3334519073e-3));
  p = fma(p, f, splat(4.1665795894e-2));
  p = fma(p, f, splat(1.6666665459e-1));
  p = fma(p, f, splat(5.0000001201e-1));
  p = f32x4.add(fma(f32x4.mul(f, f), p, f), splat(1));
  // 2^n in two halves: n = 128 is no float exponent
  const i = i32x4.trunc_sat_f32x4_s(n);
  const h = i32x4.shr_s(i, 1);
  p = f32x4.mul(f32x4.mul(p, power(h)), power(i32x4.sub(i, h)));
  p = v128.andnot(p, f32x4.lt(x, splat(-87.33654)));
  return v128.bitselect(x, p, f32x4.ne(x, x));
}

/** 2^n for whole n from -126 to 127. */
@inline
function power(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** 1 / (1 + e^-x) with small relative error everywhere. */
@inline
export function sigmoid(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(splat(1), exp(f32x4.neg(x))));
}

@inline
export function relu(x: v128): v128 {
  return f32x4.pmax(x, splat(0));
}

/** Keras 3: clip(x/6 + 1/2, 0, 1). */
@inline
export function hardSigmoid(x: v128): v128 {
  return f32x4.pmin(f32x4.pmax(fma(x, splat(1.0 / 6.0), splat(0.5)), splat(0)), splat(1));
}
