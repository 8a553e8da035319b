/** Words on four float32 lanes that all kernels speak. */

/** a·b + c: rounded once where the engine has relaxed SIMD (on CPUs with FMA), twice otherwise. */
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Zero where |x| < limit, against denormals; NaN stays. */
@inline
export function flush(x: v128, limit: f32): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(limit)));
}

/** Stores the first n lanes, n from 1. */
@inline
export function storeLanes(p: usize, x: v128, n: i32): void {
  if (n >= 4) v128.store(p, x);
  else storeFew(p, x, n);
}

function storeFew(p: usize, x: v128, n: i32): void {
  v128.store32_lane(p, x, 0);
  if (n > 1) v128.store32_lane(p, x, 1, 4);
  if (n > 2) v128.store32_lane(p, x, 2, 8);
}

/** Sum of the four lanes, always in one order. */
@inline
export function sumLanes(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}
