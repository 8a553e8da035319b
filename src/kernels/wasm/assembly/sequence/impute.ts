/**
 * GRU-D's observations filled in (kernels/decay.ts has the equations, reference/decay.ts the plain form): four variables at a time
 * are walked through time, row after row. Threads share the variables, so that sums over rows and steps run in one order.
 * Slots: B, T, D, reverse, x, w, b, mean, last0, mask, y, gaps, before, lastT; of the gradient dy, dgaps, dlastT, dx, dw, db, dmean, dlast0.
 */
import { arg, argPtr, splitAt } from "../args";
import { exp, relu } from "../math";
import { fma, storeLanes } from "../simd";

/** A value above it in the mask says that the variable was observed. */
const OBSERVED: f32 = 0.5;

@inline
function isUsed(at: i32): bool {
  return argPtr(9) == 0 || load<i32>(argPtr(9) + <usize>at * 4) != 0;
}

/** Row and time as one index, by running step. */
@inline
function placeOf(row: i32, s: i32): i32 {
  const T = arg(1);
  return row * T + (arg(3) ? T - 1 - s : s);
}

@inline
function loadOr0(base: usize, offset: usize): v128 {
  return base ? v128.load(base + offset) : f32x4.splat(0);
}

@inline
function addTo(sums: usize, at: usize, x: v128, n: i32): void {
  if (sums) storeLanes(sums + at, f32x4.add(v128.load(sums + at), x), n);
}

export function impute(part: i32, parts: i32): void {
  const end = splitAt(arg(2), part + 1, parts, 4);
  for (let d = splitAt(arg(2), part, parts, 4); d < end; d += 4) {
    for (let row = 0; row < arg(0); row++) imputeRow(row, <usize>d * 4, end - d);
  }
}

/** @param at bytes from the first variable to these; n of them count */
function imputeRow(row: i32, at: usize, n: i32): void {
  const width = <usize>arg(2) * 4;
  const zero = f32x4.splat(0);
  const w = v128.load(argPtr(5) + at);
  const b = v128.load(argPtr(6) + at);
  const mean = v128.load(argPtr(7) + at);
  let last = loadOr0(argPtr(8), <usize>row * width + at);
  let gapLater = zero; // backwards: gap, gap as it runs and whether it was observed, at the step that ran before
  let runLater = zero;
  let observedLater = zero;
  let isFirst = true;
  for (let s = 0; s < arg(1); s++) {
    const place = <usize>placeOf(row, s);
    const y = argPtr(10) + place * 2 * width + at;
    const gaps = argPtr(11) + place * width + at;
    const before = argPtr(12) ? argPtr(12) + place * width + at : 0;
    if (!isUsed(<i32>place)) {
      storeLanes(y, zero, n);
      storeLanes(y + width, zero, n);
      storeLanes(gaps, zero, n);
      if (before) storeLanes(before, zero, n);
      continue;
    }
    const from = argPtr(4) + place * 3 * width + at;
    const x = v128.load(from);
    const m = v128.load(from + width);
    const given = v128.load(from + 2 * width);
    const observed = f32x4.gt(m, f32x4.splat(OBSERVED));
    let gap = given;
    if (arg(3)) {
      const passed = f32x4.sub(gapLater, v128.andnot(given, observed));
      gap = isFirst ? zero : f32x4.add(passed, v128.andnot(runLater, observedLater));
      gapLater = given;
      runLater = gap;
      observedLater = observed;
      isFirst = false;
    }
    if (before) storeLanes(before, last, n);
    const kept = exp(f32x4.neg(relu(fma(w, gap, b))));
    storeLanes(y, v128.bitselect(x, fma(kept, last, mean), observed), n);
    storeLanes(y + width, m, n);
    storeLanes(gaps, gap, n);
    last = v128.bitselect(f32x4.sub(x, mean), last, observed);
  }
  storeLanes(argPtr(13) + <usize>row * width + at, last, n);
}

export function imputeGrad(part: i32, parts: i32): void {
  const end = splitAt(arg(2), part + 1, parts, 4);
  for (let d = splitAt(arg(2), part, parts, 4); d < end; d += 4) {
    for (let row = 0; row < arg(0); row++) imputeRowBack(row, <usize>d * 4, end - d);
  }
}

function imputeRowBack(row: i32, at: usize, n: i32): void {
  const width = <usize>arg(2) * 4;
  const zero = f32x4.splat(0);
  const w = v128.load(argPtr(5) + at);
  const b = v128.load(argPtr(6) + at);
  let dlast = loadOr0(argPtr(16), <usize>row * width + at);
  let carried = zero; // backwards: gradient at the gap of the step that ran after
  let dw = zero;
  let db = zero;
  let dmean = zero;
  let first = 0;
  while (first < arg(1) && !isUsed(placeOf(row, first))) first++;
  for (let s = arg(1) - 1; s >= 0; s--) {
    const place = <usize>placeOf(row, s);
    const dx = argPtr(17) ? argPtr(17) + place * 3 * width + at : 0;
    if (!isUsed(<i32>place)) {
      if (dx) storeThree(dx, width, zero, zero, zero, n);
      continue;
    }
    const observed = f32x4.gt(v128.load(argPtr(4) + (place * 3 + 1) * width + at), f32x4.splat(OBSERVED));
    const gap = v128.load(argPtr(11) + place * width + at);
    const dy = loadOr0(argPtr(14), place * 2 * width + at);
    const a = fma(w, gap, b);
    const through = f32x4.mul(dy, exp(f32x4.neg(relu(a))));
    const slope = f32x4.neg(f32x4.mul(through, v128.load(argPtr(12) + place * width + at)));
    const da = v128.andnot(v128.and(slope, f32x4.gt(a, zero)), observed);
    const value = v128.and(f32x4.add(dy, dlast), observed);
    dw = fma(da, gap, dw);
    db = f32x4.add(db, da);
    dmean = f32x4.add(dmean, v128.bitselect(f32x4.neg(dlast), dy, observed));
    dlast = v128.andnot(f32x4.add(dlast, through), observed);
    let dgap = fma(da, w, loadOr0(argPtr(15), place * width + at));
    if (arg(3)) {
      const total = s == first ? zero : f32x4.add(dgap, v128.andnot(carried, observed));
      dgap = f32x4.sub(carried, v128.andnot(total, observed));
      carried = total;
    }
    if (dx) storeThree(dx, width, value, loadOr0(argPtr(14), (place * 2 + 1) * width + at), dgap, n);
  }
  addTo(argPtr(18), at, dw, n);
  addTo(argPtr(19), at, db, n);
  addTo(argPtr(20), at, dmean, n);
  if (argPtr(21)) storeLanes(argPtr(21) + <usize>row * width + at, dlast, n);
}

@inline
function storeThree(to: usize, width: usize, a: v128, b: v128, c: v128, n: i32): void {
  storeLanes(to, a, n);
  storeLanes(to + width, b, n);
  storeLanes(to + 2 * width, c, n);
}
