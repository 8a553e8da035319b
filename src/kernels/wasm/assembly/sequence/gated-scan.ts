/**
 * The recurrence of the minimal cells over time, h = h₋ + s ⊙ (g − h₋); equations in reference/gated-scan.ts. Rows of the batch and
 * blocks of units are dealt out among the threads. A step goes through all units of its part before the next: memory is read and
 * written in one stream, and the chains of dependent steps of many units overlap, which leaves a parallel scan over time
 * nothing to gain and three times the traffic to lose.
 */
import { arg, argPtr, splitAt } from "../args";
import { flush, fma, storeLanes } from "../simd";
import { barrier } from "../threads";
import { copyFloats } from "../vectors";

/** Units of a block. */
const BLOCK = 16;
/** States and gradients below this become 0: where nothing is added they shrink step by step, and denormals are slow. */
const LEAST: f32 = 1e-30;

@inline function gates(): i32 { return arg(0); } // prettier-ignore
@inline function B(): i32 { return arg(1); } // prettier-ignore
@inline function T(): i32 { return arg(2); } // prettier-ignore
@inline function H(): i32 { return arg(3); } // prettier-ignore
@inline function positive(): bool { return arg(5) != 0; } // prettier-ignore
@inline function zeroOutputForMask(): bool { return arg(6) != 0; } // prettier-ignore
@inline function keep(): bool { return arg(7) != 0; } // prettier-ignore
@inline function a(): usize { return argPtr(8); } // prettier-ignore
@inline function b(): usize { return argPtr(9); } // prettier-ignore
@inline function h0(): usize { return argPtr(10); } // prettier-ignore
@inline function mask(): usize { return argPtr(11); } // prettier-ignore
@inline function y(): usize { return argPtr(12); } // prettier-ignore
@inline function hT(): usize { return argPtr(13); } // prettier-ignore
@inline function dy(): usize { return argPtr(15); } // prettier-ignore
@inline function dhT(): usize { return argPtr(16); } // prettier-ignore
@inline function db(): usize { return argPtr(17); } // prettier-ignore
@inline function dh0(): usize { return argPtr(18); } // prettier-ignore

@inline
function timeOf(s: i32): i32 {
  return arg(4) ? T() - 1 - s : s;
}

@inline
function isUsed(row: i32, s: i32): bool {
  return mask() == 0 || load<i32>(mask() + (<usize>row * T() + timeOf(s)) * 4) != 0;
}

@inline
function blocks(): i32 {
  return (H() + BLOCK - 1) / BLOCK;
}

/** Bytes of a row of units, filled up to whole blocks. */
@inline
function rowBytes(): usize {
  return <usize>blocks() * BLOCK * 4;
}

/** For each thread a row of zeros, one of gradients, and a line that nobody reads. */
@inline
function zerosOf(part: i32): usize {
  return argPtr(14) + <usize>part * (2 * rowBytes() + 64);
}

@inline
function sinkOf(zeros: usize): usize {
  return zeros + 2 * rowBytes();
}

/** Address of unit `column` in row `row` of an array [.., H]. */
@inline
function unitAt(base: usize, row: i32, column: i32): usize {
  return base + (<usize>row * H() + column) * 4;
}

/** Steps that are brought into the cache at once. */
const AHEAD = 16;

/**
 * Reads a word of each cache line of the AHEAD steps up to running step s of an array [B, T, width], in the order of addresses, before they
 * are used in the other order: hardware fetches ahead upwards, and downwards the loop over time would take half as long again.
 */
function fetch(base: usize, row: i32, s: i32, width: i32, sink: usize): void {
  const last = timeOf(s);
  const first = max(0, last - AHEAD + 1);
  const end = base + (<usize>row * T() + last + 1) * width * 4;
  let seen = 0;
  for (let p = base + (<usize>row * T() + first) * width * 4; p < end; p += 64) seen |= load<i32>(p);
  store<i32>(sink, seen);
}

/** Slots: gates, B, T, H, reverse, positive, zeroOutputForMask, keep, a, b, h0, mask, y, hT, scratch. */
export function gatedScan(part: i32, parts: i32): void {
  memory.fill(zerosOf(part), 0, rowBytes());
  const end = splitAt(B() * blocks(), part + 1, parts, 1);
  let block = splitAt(B() * blocks(), part, parts, 1);
  while (block < end) {
    const first = block % blocks();
    const count = min(blocks() - first, end - block);
    scanRow(block / blocks(), first * BLOCK, min(H(), (first + count) * BLOCK) - first * BLOCK, zerosOf(part));
    block += count;
  }
}

/** Units `column` to `column + n` of one row of the batch. */
function scanRow(row: i32, column: i32, n: i32, zeros: usize): void {
  let h = h0() ? unitAt(h0(), row, column) : zeros;
  const bias = b() ? b() + <usize>column * 4 : zeros;
  const biasStep = b() ? <usize>H() * 4 : 0;
  let seen = false;
  for (let s = 0; s < T(); s++) {
    if (arg(4) && s % AHEAD == 0) fetch(a(), row, s, gates() * H(), sinkOf(zeros));
    const at = row * T() + timeOf(s);
    const out = unitAt(y(), at, column);
    if (!isUsed(row, s)) {
      if (seen && !zeroOutputForMask()) copyFloats(out, h, n);
      else memory.fill(out, 0, <usize>n * 4);
      continue;
    }
    seen = true;
    const gate = unitAt(a(), at * gates(), column);
    if (gates() == 2) minGru(out, gate, bias, biasStep, h, n);
    else minLstm(out, gate, bias, biasStep, h, n);
    h = out;
  }
  if (hT()) copyFloats(unitAt(hT(), row, column), h, n);
}

/** log₂ e, bounds of the argument, 1.5·2²³, then 2^f = 1 + f·P(f) for |f| ≤ ½ (Cephes exp2f, Moshier), the highest power first. */
const EXP2 = memory.data<f32>([
  -1.44269504088896341, 87, -87, 12582912, 1.535336188319500e-4, 1.339887440266574e-3, 9.618437357674640e-3, 5.550332471162809e-2,
  2.402264791363012e-1, 6.931472028550421e-1, 1,
]);

/** From memory, as math.ts has it for tanh. */
@inline
function constant(i: usize): v128 {
  return v128.load32_splat(EXP2 + i * 4);
}

/**
 * 1 / (1 + e^-x) with small relative error, as math.ts's, in half the operations: gates beyond ±87 count as ±87, so that 2^n is
 * added to the exponent at once, and n comes out of the low bits of a sum with 1.5·2²³. NaN stays.
 */
@inline
function sigmoid(gate: v128): v128 {
  const x = f32x4.pmax(f32x4.pmin(gate, constant(1)), constant(2));
  const shifted = fma(x, constant(0), constant(3));
  const f = fma(x, constant(0), f32x4.sub(constant(3), shifted));
  let p = fma(f, constant(4), constant(5));
  p = fma(p, f, constant(6));
  p = fma(p, f, constant(7));
  p = fma(p, f, constant(8));
  p = fma(p, f, constant(9));
  const one = constant(10);
  const e = i32x4.add(fma(p, f, one), i32x4.shl(shifted, 23));
  return f32x4.div(one, f32x4.add(one, f32x4.add(e, f32x4.sub(x, x))));
}

@inline
function candidate(x: v128, isPositive: bool): v128 {
  if (!isPositive) return x;
  const above = f32x4.add(x, f32x4.splat(0.5));
  return v128.bitselect(above, sigmoid(x), f32x4.ge(x, f32x4.splat(0)));
}

/** Its slope from its value. */
@inline
function slope(g: v128, isPositive: bool): v128 {
  const one = constant(10);
  if (!isPositive) return one;
  return v128.bitselect(f32x4.mul(g, f32x4.sub(one, g)), one, f32x4.lt(g, f32x4.splat(0.5)));
}

@inline
function mix(h: v128, g: v128, s: v128): v128 {
  return flush(fma(s, f32x4.sub(g, h), h), LEAST);
}

function minGru(out: usize, gate: usize, bias: usize, biasStep: usize, h: usize, n: i32): void {
  const next = <usize>H() * 4;
  const isPositive = positive();
  const keeps = keep();
  for (let j = 0; j < n; j += 4) {
    const s = sigmoid(f32x4.add(v128.load(gate), v128.load(bias)));
    const g = candidate(f32x4.add(v128.load(gate + next), v128.load(bias + biasStep)), isPositive);
    storeLanes(out, mix(v128.load(h), g, s), n - j);
    if (keeps) {
      storeLanes(gate, s, n - j);
      storeLanes(gate + next, g, n - j);
    }
    gate += 16;
    bias += 16;
    h += 16;
    out += 16;
  }
}

function minLstm(out: usize, gate: usize, bias: usize, biasStep: usize, h: usize, n: i32): void {
  const next = <usize>H() * 4;
  const isPositive = positive();
  const keeps = keep();
  for (let j = 0; j < n; j += 4) {
    const f = sigmoid(f32x4.add(v128.load(gate), v128.load(bias)));
    const i = sigmoid(f32x4.add(v128.load(gate + next), v128.load(bias + biasStep)));
    const g = candidate(f32x4.add(v128.load(gate + 2 * next), v128.load(bias + 2 * biasStep)), isPositive);
    storeLanes(out, mix(v128.load(h), g, f32x4.div(i, f32x4.add(f, i))), n - j);
    if (keeps) {
      storeLanes(gate, f, n - j);
      storeLanes(gate + next, i, n - j);
      storeLanes(gate + 2 * next, g, n - j);
    }
    gate += 16;
    bias += 16;
    h += 16;
    out += 16;
  }
}

/** The same slots, then dy, dhT, db, dh0. Sums of db run in float64, for each row of the batch apart, so that any number of threads adds alike. */
export function gatedScanBackward(part: i32, parts: i32): void {
  memory.fill(zerosOf(part), 0, rowBytes());
  const sums = zerosOf(parts);
  const end = splitAt(B() * blocks(), part + 1, parts, 1);
  let block = splitAt(B() * blocks(), part, parts, 1);
  while (block < end) {
    const first = block % blocks();
    const count = min(blocks() - first, end - block);
    const row = block / blocks();
    backRow(row, first * BLOCK, min(H(), (first + count) * BLOCK) - first * BLOCK, zerosOf(part), sums + <usize>row * gates() * rowBytes() * 2);
    block += count;
  }
  if (!db()) return;
  barrier(parts);
  const last = splitAt(H(), part + 1, parts, BLOCK);
  for (let j = splitAt(H(), part, parts, BLOCK); j < last; j++) addBiasGradient(sums, j);
}

/** db [gate, j] += Σ over the rows of the batch, in their order. */
function addBiasGradient(sums: usize, j: i32): void {
  for (let gate = 0; gate < gates(); gate++) {
    let sum: f64 = 0;
    for (let row = 0; row < B(); row++) sum += load<f64>(sums + <usize>(row * gates() + gate) * rowBytes() * 2 + <usize>j * 8);
    const at = unitAt(db(), gate, j);
    store<f32>(at, load<f32>(at) + <f32>sum);
  }
}

function firstUsed(row: i32): i32 {
  let s = 0;
  while (s < T() && !isUsed(row, s)) s++;
  return s;
}

/** @param sums float64 [G, H in whole blocks], the row's part of db */
function backRow(row: i32, column: i32, n: i32, zeros: usize, sums: usize): void {
  const dh = zeros + rowBytes();
  const width = <usize>n * 4;
  memory.copy(dh, dhT() ? unitAt(dhT(), row, column) : zeros, width);
  sums += <usize>column * 8;
  for (let gate = 0; db() && gate < gates(); gate++) memory.fill(sums + <usize>gate * rowBytes() * 2, 0, <usize>((n + 3) & ~3) * 8);
  const audible = zeroOutputForMask() ? T() : firstUsed(row);
  let earlier = T() - 1; // the last step that counts before step s, or -1
  for (let s = T() - 1; s >= 0; s--) {
    if (!arg(4) && (T() - 1 - s) % AHEAD == 0) {
      fetch(a(), row, s, gates() * H(), sinkOf(zeros));
      fetch(y(), row, s, H(), sinkOf(zeros));
      if (dy()) fetch(dy(), row, s, H(), sinkOf(zeros));
    }
    const at = row * T() + timeOf(s);
    const gate = unitAt(a(), at * gates(), column);
    const used = isUsed(row, s);
    const upstream = dy() && (used || s >= audible) ? unitAt(dy(), at, column) : zeros;
    if (!used) {
      for (let k = 0; k < gates(); k++) memory.fill(gate + <usize>k * H() * 4, 0, width);
      for (let j: usize = 0; j < width; j += 16) v128.store(dh + j, f32x4.add(v128.load(dh + j), v128.load(upstream + j)));
      continue;
    }
    earlier = min(earlier, s - 1);
    while (earlier >= 0 && !isUsed(row, earlier)) earlier--;
    const start = h0() ? unitAt(h0(), row, column) : zeros;
    const before = earlier < 0 ? start : unitAt(y(), row * T() + timeOf(earlier), column);
    if (gates() == 2) minGruBack(gate, before, upstream, dh, sums, n);
    else minLstmBack(gate, before, upstream, dh, sums, n);
  }
  if (dh0()) memory.copy(unitAt(dh0(), row, column), dh, width);
}

/** Four float64 += four float32. */
@inline
function addWide(to: usize, x: v128): void {
  v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(x)));
  v128.store(to, f64x2.add(v128.load(to, 16), f64x2.promote_low_f32x4(i64x2.shuffle(x, x, 1, 1))), 16);
}

/** Writes a gate's gradient and adds it to the bias's; below LEAST it is 0, since the products that follow are slow on denormals. */
@inline
function put(gate: usize, sums: usize, x: v128, n: i32, wantsBias: bool): void {
  x = flush(x, LEAST);
  storeLanes(gate, x, n);
  if (wantsBias) addWide(sums, x);
}

function minGruBack(gate: usize, before: usize, upstream: usize, dh: usize, sums: usize, n: i32): void {
  const next = <usize>H() * 4;
  const isPositive = positive();
  const wantsBias = db() != 0;
  const nextSums = rowBytes() * 2;
  for (let j = 0; j < n; j += 4) {
    const s = v128.load(gate);
    const g = v128.load(gate + next);
    const rest = f32x4.sub(constant(10), s);
    const d = f32x4.add(v128.load(dh), v128.load(upstream));
    const dg = f32x4.mul(d, s);
    const kept = f32x4.mul(d, rest);
    const dz = f32x4.mul(f32x4.mul(dg, rest), f32x4.sub(g, v128.load(before)));
    v128.store(dh, flush(kept, LEAST));
    put(gate, sums, dz, n - j, wantsBias);
    put(gate + next, sums + nextSums, f32x4.mul(dg, slope(g, isPositive)), n - j, wantsBias);
    gate += 16;
    before += 16;
    upstream += 16;
    dh += 16;
    sums += 32;
  }
}

function minLstmBack(gate: usize, before: usize, upstream: usize, dh: usize, sums: usize, n: i32): void {
  const next = <usize>H() * 4;
  const isPositive = positive();
  const wantsBias = db() != 0;
  const nextSums = rowBytes() * 2;
  const one = constant(10);
  for (let j = 0; j < n; j += 4) {
    const f = v128.load(gate);
    const i = v128.load(gate + next);
    const g = v128.load(gate + 2 * next);
    const scale = f32x4.div(one, f32x4.add(f, i));
    const d = f32x4.add(v128.load(dh), v128.load(upstream));
    const dg = f32x4.mul(d, f32x4.mul(i, scale));
    const kept = f32x4.mul(d, f32x4.mul(f, scale));
    const logit = f32x4.mul(f32x4.mul(dg, f32x4.mul(f, scale)), f32x4.sub(g, v128.load(before)));
    v128.store(dh, flush(kept, LEAST));
    put(gate, sums, f32x4.neg(f32x4.mul(logit, f32x4.sub(one, f))), n - j, wantsBias);
    put(gate + next, sums + nextSums, f32x4.mul(logit, f32x4.sub(one, i)), n - j, wantsBias);
    put(gate + 2 * next, sums + 2 * nextSums, f32x4.mul(dg, slope(g, isPositive)), n - j, wantsBias);
    gate += 16;
    before += 16;
    upstream += 16;
    dh += 16;
    sums += 32;
  }
}
