/**
 * What one row of the batch does in one step, after and before the products with U. Rows are walked four units at a time; the
 * last four overlap those before them when H is no multiple of 4, so inputs and outputs must be different arrays. Equations:
 * reference/gru.ts, lstm.ts, simple-rnn.ts; a = W x + b, u = U h + c.
 */
import { activate, slope } from "./activation";
import { flush, fma, storeLanes } from "./simd";

/** Gradients smaller than this are zero: they would soon be denormals, which cost a hundred times as much. */
const TINY_GRADIENT: f32 = 1e-25;
/** The same for states, which decay towards zero under a long run of empty input. */
const TINY_STATE: f32 = 1e-30;

@inline
function one(): v128 {
  return f32x4.splat(1);
}

/** GRU with resetAfter: a, u [3H] (u with c) → gates z | r | g | q, h; y may be 0. */
export function gruAfter(H: i32, a: usize, u: usize, hBefore: usize, gates: usize, h: usize, y: usize, phi: i32, sigma: i32): void {
  const slot = <usize>H * 4;
  const n = min(4, H);
  for (let j = 0; j < H; j += 4) {
    const at = <usize>max(0, min(j, H - 4)) * 4;
    const a1 = a + at;
    const u1 = u + at;
    const z = activate(sigma, f32x4.add(v128.load(a1), v128.load(u1)));
    const r = activate(sigma, f32x4.add(v128.load(a1 + slot), v128.load(u1 + slot)));
    const q = v128.load(u1 + 2 * slot);
    const g = activate(phi, fma(r, q, v128.load(a1 + 2 * slot)));
    const after = blend(z, v128.load(hBefore + at), g);
    const to = gates + at;
    storeLanes(to, z, n);
    storeLanes(to + slot, r, n);
    storeLanes(to + 2 * slot, g, n);
    storeLanes(to + 3 * slot, q, n);
    storeLanes(h + at, after, n);
    if (y) storeLanes(y + at, after, n);
  }
}

/** z ⊙ h₋ + (1 - z) ⊙ g */
@inline
function blend(z: v128, hBefore: v128, g: v128): v128 {
  return flush(fma(z, f32x4.sub(hBefore, g), g), TINY_STATE);
}

/** GRU with reset before, first half: gates z, r and q = r ⊙ ĥ. */
export function gruBeforeGates(H: i32, a: usize, u: usize, hDropped: usize, gates: usize, sigma: i32): void {
  const slot = <usize>H * 4;
  const n = min(4, H);
  for (let j = 0; j < H; j += 4) {
    const at = <usize>max(0, min(j, H - 4)) * 4;
    const z = activate(sigma, f32x4.add(v128.load(a + at), v128.load(u + at)));
    const r = activate(sigma, f32x4.add(v128.load(a + at + slot), v128.load(u + at + slot)));
    storeLanes(gates + at, z, n);
    storeLanes(gates + at + slot, r, n);
    storeLanes(gates + at + 3 * slot, f32x4.mul(r, v128.load(hDropped + at)), n);
  }
}

/** Second half: u = U_g q in its third slot → g, h. */
export function gruBeforeState(H: i32, a: usize, u: usize, hBefore: usize, gates: usize, h: usize, y: usize, phi: i32): void {
  const slot = <usize>H * 4;
  const n = min(4, H);
  for (let j = 0; j < H; j += 4) {
    const at = <usize>max(0, min(j, H - 4)) * 4;
    const g = activate(phi, f32x4.add(v128.load(a + at + 2 * slot), v128.load(u + at + 2 * slot)));
    const after = blend(v128.load(gates + at), v128.load(hBefore + at), g);
    storeLanes(gates + at + 2 * slot, g, n);
    storeLanes(h + at, after, n);
    if (y) storeLanes(y + at, after, n);
  }
}

/** LSTM: a, u [4H] → gates i | f | g | o | c, h. */
export function lstm(H: i32, a: usize, u: usize, cBefore: usize, gates: usize, h: usize, y: usize, phi: i32, sigma: i32): void {
  const slot = <usize>H * 4;
  const n = min(4, H);
  for (let j = 0; j < H; j += 4) {
    const at = <usize>max(0, min(j, H - 4)) * 4;
    const a1 = a + at;
    const u1 = u + at;
    const i = activate(sigma, f32x4.add(v128.load(a1), v128.load(u1)));
    const f = activate(sigma, f32x4.add(v128.load(a1 + slot), v128.load(u1 + slot)));
    const g = activate(phi, f32x4.add(v128.load(a1 + 2 * slot), v128.load(u1 + 2 * slot)));
    const o = activate(sigma, f32x4.add(v128.load(a1 + 3 * slot), v128.load(u1 + 3 * slot)));
    const c = flush(fma(f, v128.load(cBefore + at), f32x4.mul(i, g)), TINY_STATE);
    const after = flush(f32x4.mul(o, activate(phi, c)), TINY_STATE);
    const to = gates + at;
    storeLanes(to, i, n);
    storeLanes(to + slot, f, n);
    storeLanes(to + 2 * slot, g, n);
    storeLanes(to + 3 * slot, o, n);
    storeLanes(to + 4 * slot, c, n);
    storeLanes(h + at, after, n);
    if (y) storeLanes(y + at, after, n);
  }
}

/** h = φ(a + u) */
export function simpleRnn(H: i32, a: usize, u: usize, h: usize, y: usize, phi: i32): void {
  const n = min(4, H);
  for (let j = 0; j < H; j += 4) {
    const at = <usize>max(0, min(j, H - 4)) * 4;
    const after = flush(activate(phi, f32x4.add(v128.load(a + at), v128.load(u + at))), TINY_STATE);
    storeLanes(h + at, after, n);
    if (y) storeLanes(y + at, after, n);
  }
}

/** Gradient that arrives at h: what later steps carried back, and dy's row where there is one. */
@inline
function arriving(carry: usize, dy: usize): v128 {
  const dh = v128.load(carry);
  return flush(dy ? f32x4.add(dh, v128.load(dy)) : dh, TINY_GRADIENT);
}

/** → d: δz | δr | dq | δg, and carryOut = dh ⊙ z, to which the caller adds the part through U. */
export function gruAfterBack(H: i32, carry: usize, dy: usize, gates: usize, hBefore: usize, d: usize, carryOut: usize, phi: i32, sigma: i32): void {
  const slot = <usize>H * 4;
  const n = min(4, H);
  for (let j = 0; j < H; j += 4) {
    const at = <usize>max(0, min(j, H - 4)) * 4;
    const dh = arriving(carry + at, dy ? dy + at : 0);
    const from = gates + at;
    const z = v128.load(from);
    const r = v128.load(from + slot);
    const g = v128.load(from + 2 * slot);
    const q = v128.load(from + 3 * slot);
    const dz = f32x4.mul(dh, f32x4.sub(v128.load(hBefore + at), g));
    const dg = f32x4.mul(f32x4.mul(dh, f32x4.sub(one(), z)), slope(phi, g));
    const to = d + at;
    storeLanes(to, f32x4.mul(dz, slope(sigma, z)), n);
    storeLanes(to + slot, f32x4.mul(f32x4.mul(dg, q), slope(sigma, r)), n);
    storeLanes(to + 2 * slot, f32x4.mul(dg, r), n);
    storeLanes(to + 3 * slot, dg, n);
    storeLanes(carryOut + at, f32x4.mul(dh, z), n);
  }
}

/** Reset before, first half → d: δz | (δr) | δg, carryOut = dh ⊙ z. */
export function gruBeforeBack(H: i32, carry: usize, dy: usize, gates: usize, hBefore: usize, d: usize, carryOut: usize, phi: i32, sigma: i32): void {
  const slot = <usize>H * 4;
  const n = min(4, H);
  for (let j = 0; j < H; j += 4) {
    const at = <usize>max(0, min(j, H - 4)) * 4;
    const dh = arriving(carry + at, dy ? dy + at : 0);
    const z = v128.load(gates + at);
    const g = v128.load(gates + at + 2 * slot);
    const dz = f32x4.mul(dh, f32x4.sub(v128.load(hBefore + at), g));
    storeLanes(d + at, f32x4.mul(dz, slope(sigma, z)), n);
    storeLanes(d + at + 2 * slot, f32x4.mul(f32x4.mul(dh, f32x4.sub(one(), z)), slope(phi, g)), n);
    storeLanes(carryOut + at, f32x4.mul(dh, z), n);
  }
}

/** Second half: dq = U_gᵀ δg → δr, dDropped = dq ⊙ r. */
export function gruBeforeBackReset(H: i32, dq: usize, gates: usize, hDropped: usize, d: usize, dDropped: usize, sigma: i32): void {
  const slot = <usize>H * 4;
  const n = min(4, H);
  for (let j = 0; j < H; j += 4) {
    const at = <usize>max(0, min(j, H - 4)) * 4;
    const r = v128.load(gates + at + slot);
    const dq1 = v128.load(dq + at);
    const dr = f32x4.mul(dq1, v128.load(hDropped + at));
    storeLanes(d + at + slot, f32x4.mul(dr, slope(sigma, r)), n);
    storeLanes(dDropped + at, f32x4.mul(dq1, r), n);
  }
}

/** → d: δi | δf | δg | δo, and cellOut = dc ⊙ f. */
export function lstmBack(H: i32, carry: usize, dy: usize, cell: usize, gates: usize, cBefore: usize, d: usize, cellOut: usize, phi: i32, sigma: i32): void {
  const slot = <usize>H * 4;
  const n = min(4, H);
  for (let j = 0; j < H; j += 4) {
    const at = <usize>max(0, min(j, H - 4)) * 4;
    const dh = arriving(carry + at, dy ? dy + at : 0);
    const from = gates + at;
    const i = v128.load(from);
    const f = v128.load(from + slot);
    const g = v128.load(from + 2 * slot);
    const o = v128.load(from + 3 * slot);
    const shown = activate(phi, v128.load(from + 4 * slot));
    const through = f32x4.mul(f32x4.mul(dh, o), slope(phi, shown));
    const dc = flush(f32x4.add(v128.load(cell + at), through), TINY_GRADIENT);
    const to = d + at;
    storeLanes(to, f32x4.mul(f32x4.mul(dc, g), slope(sigma, i)), n);
    storeLanes(to + slot, f32x4.mul(f32x4.mul(dc, v128.load(cBefore + at)), slope(sigma, f)), n);
    storeLanes(to + 2 * slot, f32x4.mul(f32x4.mul(dc, i), slope(phi, g)), n);
    storeLanes(to + 3 * slot, f32x4.mul(f32x4.mul(dh, shown), slope(sigma, o)), n);
    storeLanes(cellOut + at, f32x4.mul(dc, f), n);
  }
}

/** d = dh ⊙ φ'(h) */
export function simpleRnnBack(H: i32, carry: usize, dy: usize, h: usize, d: usize, phi: i32): void {
  const n = min(4, H);
  for (let j = 0; j < H; j += 4) {
    const at = <usize>max(0, min(j, H - 4)) * 4;
    const dh = arriving(carry + at, dy ? dy + at : 0);
    storeLanes(d + at, f32x4.mul(dh, slope(phi, v128.load(h + at))), n);
  }
}
