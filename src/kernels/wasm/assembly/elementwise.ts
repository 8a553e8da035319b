/** Kernels that treat every element alike. n elements are dealt out among the threads in cache lines. */
import { arg, argFloat, argPtr, splitAt } from "./args";
import * as engine from "./engine";
import { fma, storeLanes } from "./simd";

@inline
function beginOf(n: i32, part: i32, parts: i32): i32 {
  return splitAt(n, part, parts, 16);
}

/** f(a, b) by the codes of BINARY; comparisons give 1 or 0. NaN goes through max and min. */
function value(f: i32, a: v128, b: v128): v128 {
  const one = f32x4.splat(1);
  switch (f) {
    case 0: return f32x4.add(a, b);
    case 1: return f32x4.sub(a, b);
    case 2: return f32x4.mul(a, b);
    case 3: return f32x4.div(a, b);
    case 4: return power(a, b);
    case 5: return f32x4.max(a, b);
    case 6: return f32x4.min(a, b);
    case 7: return v128.and(one, f32x4.gt(a, b));
    case 8: return v128.and(one, f32x4.ge(a, b));
    default: return v128.and(one, f32x4.eq(a, b));
  }
}

function power(a: v128, b: v128): v128 {
  return f32x4(
    <f32>engine.pow(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)),
    <f32>engine.pow(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)),
    <f32>engine.pow(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)),
    <f32>engine.pow(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)),
  );
}

/** y = f(a, b) for n elements; an operand of one element is repeated. */
function binaryRange(f: i32, y: usize, a: usize, oneA: bool, b: usize, oneB: bool, n: i32): void {
  const stepA: usize = oneA ? 0 : 16;
  const stepB: usize = oneB ? 0 : 16;
  const a0 = v128.load32_splat(a);
  const b0 = v128.load32_splat(b);
  for (let i = 0; i < n; i += 4) {
    storeLanes(y, value(f, oneA ? a0 : v128.load(a), oneB ? b0 : v128.load(b)), n - i);
    y += 16;
    a += stepA;
    b += stepB;
  }
}

/** Slots: f, y, a, na, b, nb, n. */
export function binary(part: i32, parts: i32): void {
  const n = arg(6);
  const begin = beginOf(n, part, parts);
  const at = <usize>begin * 4;
  const oneA = arg(3) == 1;
  const oneB = arg(5) == 1;
  const count = beginOf(n, part + 1, parts) - begin;
  binaryRange(arg(0), argPtr(1) + at, argPtr(2) + (oneA ? 0 : at), oneA, argPtr(4) + (oneB ? 0 : at), oneB, count);
}

/** Slots: f, y, a, b, rows, cols. */
export function binaryRow(part: i32, parts: i32): void {
  const cols = arg(5);
  const end = splitAt(arg(4), part + 1, parts, 1);
  for (let row = splitAt(arg(4), part, parts, 1); row < end; row++) {
    const at = <usize>row * cols * 4;
    binaryRange(arg(0), argPtr(1) + at, argPtr(2) + at, false, argPtr(3), false, cols);
  }
}

/** Slots: y, value, n. */
export function fill(part: i32, parts: i32): void {
  const end = beginOf(arg(2), part + 1, parts);
  const x = f32x4.splat(argFloat(1));
  for (let i = beginOf(arg(2), part, parts); i < end; i += 4) storeLanes(argPtr(0) + <usize>i * 4, x, end - i);
}

/** y = alpha·x + beta·y with beta 0 or 1. Slots: y, alpha, x, n, beta. */
export function axpy(part: i32, parts: i32): void {
  const end = beginOf(arg(3), part + 1, parts);
  const alpha = f32x4.splat(argFloat(1));
  const adds = arg(4) != 0;
  for (let i = beginOf(arg(3), part, parts); i < end; i += 4) {
    const y = argPtr(0) + <usize>i * 4;
    const x = v128.load(argPtr(2) + <usize>i * 4);
    storeLanes(y, adds ? fma(alpha, x, v128.load(y)) : f32x4.mul(alpha, x), end - i);
  }
}

/** Slots: y, cond, a, b, n. */
export function where(part: i32, parts: i32): void {
  const end = beginOf(arg(4), part + 1, parts);
  for (let i = beginOf(arg(4), part, parts); i < end; i += 4) {
    const at = <usize>i * 4;
    const no = i32x4.eq(v128.load(argPtr(1) + at), i32x4.splat(0));
    storeLanes(argPtr(0) + at, v128.bitselect(v128.load(argPtr(3) + at), v128.load(argPtr(2) + at), no), end - i);
  }
}

/** Slots: y, x, low, high, n. */
export function clip(part: i32, parts: i32): void {
  const end = beginOf(arg(4), part + 1, parts);
  const low = f32x4.splat(argFloat(2));
  const high = f32x4.splat(argFloat(3));
  for (let i = beginOf(arg(4), part, parts); i < end; i += 4) {
    const at = <usize>i * 4;
    storeLanes(argPtr(0) + at, f32x4.pmin(f32x4.pmax(v128.load(argPtr(1) + at), low), high), end - i);
  }
}

/** Slots: y, x, n, to int. */
export function convert(part: i32, parts: i32): void {
  const end = beginOf(arg(2), part + 1, parts);
  for (let i = beginOf(arg(2), part, parts); i < end; i += 4) {
    const at = <usize>i * 4;
    const x = v128.load(argPtr(1) + at);
    storeLanes(argPtr(0) + at, arg(3) ? i32x4.trunc_sat_f32x4_s(x) : f32x4.convert_i32x4_s(x), end - i);
  }
}

/** Two rounds of lowbias32 over index and seed: hashBits in util/random.ts. Slots: y, seed, threshold, kept value, n. */
export function dropoutMask(part: i32, parts: i32): void {
  const end = beginOf(arg(4), part + 1, parts);
  const seed = arg(1);
  const threshold = <u32>arg(2);
  for (let i = beginOf(arg(4), part, parts); i < end; i++) {
    const bits = <u32>mix(mix(i ^ seed) + seed);
    store<f32>(argPtr(0) + <usize>i * 4, bits < threshold ? 0 : argFloat(3));
  }
}

function mix(word: i32): i32 {
  let x = word;
  x = (x ^ (x >>> 16)) * 0x7feb352d;
  x = (x ^ (x >>> 15)) * 0x846ca68b;
  return x ^ (x >>> 16);
}

/** Σ x² in float64. */
export function sumSquares(x: usize, n: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const v = v128.load(x);
    const a = f64x2.promote_low_f32x4(v);
    const b = f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 1));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
    x += 16;
  }
  low = f64x2.add(low, high);
  let sum = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
  for (; i < n; i++) {
    const v = <f64>load<f32>(x);
    sum += v * v;
    x += 4;
  }
  return sum;
}

/** x - x is 0 for finite numbers only. */
export function findNonFinite(x: usize, n: i32): i32 {
  for (let i = 0; i < n; i++) {
    const v = load<f32>(x + <usize>i * 4);
    if (v - v != 0) return i;
  }
  return -1;
}

export function extremeOfInts(x: usize, n: i32, largest: bool): i32 {
  let extreme = load<i32>(x);
  for (let i = 1; i < n; i++) {
    const v = load<i32>(x + <usize>i * 4);
    if (largest ? v > extreme : v < extreme) extreme = v;
  }
  return extreme;
}
