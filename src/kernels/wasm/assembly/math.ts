/** Transcendental functions on four lanes. NaN gives NaN, infinities give the limits. */
import { fma } from "./simd";

@inline
function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/**
 * tanh as a rational function of degree 13/6, with the coefficients of generic_fast_tanh_float in Eigen; largest error 2.4e-7,
 * odd, and right to a rounding near 0. Beyond ±7.9 it is ±1 in float32. pmax keeps x² out of the denormals.
 */
@inline
export function tanh(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, splat(7.90531110763549805)), splat(-7.90531110763549805));
  const s = f32x4.pmax(f32x4.mul(x, x), splat(1e-30));
  let p = fma(s, splat(-2.76076847742355e-16), splat(2.00018790482477e-13));
  p = fma(s, p, splat(-8.60467152213735e-11));
  p = fma(s, p, splat(5.12229709037114e-8));
  p = fma(s, p, splat(1.48572235717979e-5));
  p = fma(s, p, splat(6.37261928875436e-4));
  p = fma(s, p, splat(4.89352455891786e-3));
  let q = fma(s, splat(1.19825839466702e-6), splat(1.18534705686654e-4));
  q = fma(s, q, splat(2.26843463243900e-3));
  q = fma(s, q, splat(4.89352518554385e-3));
  return f32x4.div(f32x4.mul(x, p), q);
}

/** 1 / (1 + e^-x) = (1 + tanh(x/2)) / 2: largest absolute error 1.5e-7. Inside gates; `sigmoid` keeps small values exact too. */
@inline
export function gate(x: v128): v128 {
  const half = splat(0.5);
  return fma(tanh(f32x4.mul(x, half)), half, half);
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
