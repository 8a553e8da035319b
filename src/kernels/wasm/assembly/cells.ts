/**
 * What one row of the batch does in one step, after and before the products with U. Equations:
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
  activate(sigma, gates, a, u, 2 * H);
  const inner = u + 2 * slot; // q, then r ⊙ q
  for (let j = 0; j < H; j += 4) {
    const at = <usize>j * 4;
    const q = v128.load(inner + at);
    storeLanes(gates + 3 * slot + at, q, H - j);
    storeLanes(inner + at, f32x4.mul(v128.load(gates + slot + at), q), H - j);
  }
  activate(phi, gates + 2 * slot, a + 2 * slot, inner, H);
  blend(H, gates, hBefore, h, y);
}

/** h = z ⊙ h₋ + (1 - z) ⊙ g */
function blend(H: i32, gates: usize, hBefore: usize, h: usize, y: usize): void {
  const slot = <usize>H * 4;
  for (let j = 0; j < H; j += 4) {
    const at = <usize>j * 4;
    const g = v128.load(gates + 2 * slot + at);
    const after = fma(v128.load(gates + at), f32x4.sub(v128.load(hBefore + at), g), g);
    keep(after, h + at, y ? y + at : 0, H - j);
  }
}

/** Stores a new state, and the output where there is one. */
@inline
function keep(state: v128, h: usize, y: usize, n: i32): void {
  const flushed = flush(state, TINY_STATE);
  storeLanes(h, flushed, n);
  if (y) storeLanes(y, flushed, n);
}

/** GRU with reset before, first half: gates z, r and q = r ⊙ ĥ. */
export function gruBeforeGates(H: i32, a: usize, u: usize, hDropped: usize, gates: usize, sigma: i32): void {
  const slot = <usize>H * 4;
  activate(sigma, gates, a, u, 2 * H);
  for (let j = 0; j < H; j += 4) {
    const at = <usize>j * 4;
    storeLanes(gates + 3 * slot + at, f32x4.mul(v128.load(gates + slot + at), v128.load(hDropped + at)), H - j);
  }
}

/** Second half: u = U_g q in its third slot → g, h. */
export function gruBeforeState(H: i32, a: usize, u: usize, hBefore: usize, gates: usize, h: usize, y: usize, phi: i32): void {
  const slot = <usize>H * 4;
  activate(phi, gates + 2 * slot, a + 2 * slot, u + 2 * slot, H);
  blend(H, gates, hBefore, h, y);
}

/** LSTM: a, u [4H] → gates i | f | g | o | c, h. `zeros` [H] are what the cell state is added to before φ. */
export function lstm(H: i32, a: usize, u: usize, cBefore: usize, gates: usize, h: usize, y: usize, phi: i32, sigma: i32, zeros: usize): void {
  const slot = <usize>H * 4;
  activate(sigma, gates, a, u, 2 * H);
  activate(phi, gates + 2 * slot, a + 2 * slot, u + 2 * slot, H);
  activate(sigma, gates + 3 * slot, a + 3 * slot, u + 3 * slot, H);
  for (let j = 0; j < H; j += 4) {
    const at = gates + <usize>j * 4;
    const c = fma(v128.load(at + slot), v128.load(cBefore + <usize>j * 4), f32x4.mul(v128.load(at), v128.load(at + 2 * slot)));
    storeLanes(at + 4 * slot, flush(c, TINY_STATE), H - j);
  }
  activate(phi, u, gates + 4 * slot, zeros, H);
  for (let j = 0; j < H; j += 4) {
    const at = <usize>j * 4;
    keep(f32x4.mul(v128.load(gates + 3 * slot + at), v128.load(u + at)), h + at, y ? y + at : 0, H - j);
  }
}

/** h = φ(a + u) */
export function simpleRnn(H: i32, a: usize, u: usize, h: usize, y: usize, phi: i32): void {
  activate(phi, h, a, u, H);
  for (let j = 0; j < H; j += 4) {
    const at = <usize>j * 4;
    keep(v128.load(h + at), h + at, y ? y + at : 0, H - j);
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
  for (let j = 0; j < H; j += 4) {
    const at = <usize>j * 4;
    const n = H - j;
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
  for (let j = 0; j < H; j += 4) {
    const at = <usize>j * 4;
    const n = H - j;
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
  for (let j = 0; j < H; j += 4) {
    const at = <usize>j * 4;
    const n = H - j;
    const r = v128.load(gates + at + slot);
    const dq1 = v128.load(dq + at);
    const dr = f32x4.mul(dq1, v128.load(hDropped + at));
    storeLanes(d + at + slot, f32x4.mul(dr, slope(sigma, r)), n);
    storeLanes(dDropped + at, f32x4.mul(dq1, r), n);
  }
}

/** → d: δi | δf | δg | δo, and cellOut = dc ⊙ f. */
export function lstmBack(H: i32, carry: usize, dy: usize, cell: usize, gates: usize, cBefore: usize, d: usize, cellOut: usize, phi: i32, sigma: i32, zeros: usize): void {
  const slot = <usize>H * 4;
  activate(phi, cellOut, gates + 4 * slot, zeros, H); // φ(c) until dc ⊙ f takes its place
  for (let j = 0; j < H; j += 4) {
    const at = <usize>j * 4;
    const n = H - j;
    const dh = arriving(carry + at, dy ? dy + at : 0);
    const from = gates + at;
    const i = v128.load(from);
    const f = v128.load(from + slot);
    const g = v128.load(from + 2 * slot);
    const o = v128.load(from + 3 * slot);
    const shown = v128.load(cellOut + at);
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
  for (let j = 0; j < H; j += 4) {
    const at = <usize>j * 4;
    const n = H - j;
    const dh = arriving(carry + at, dy ? dy + at : 0);
    storeLanes(d + at, f32x4.mul(dh, slope(phi, v128.load(h + at))), n);
  }
}
