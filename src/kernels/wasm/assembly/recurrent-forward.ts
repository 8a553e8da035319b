/**
 * A recurrent layer over all time steps in one call. Each thread takes rows of the batch through time on its own; W and U are
 * packed once, together. W x + b is computed for a few steps at a time, so that it is a product of enough rows and its
 * result is still in the cache when the step needs it.
 */
import { panelWidth, splitAt, WIDEST } from "./args";
import { activation, B, b, bytes, c0, cell, cT, D, decay, firstUsed, gates, GRU, H, h0, hT, isUsed, LSTM, mask, recurrentActivation, resetAfter, resetBefore, roundUp, saved, savedGates, savedSlots, savedState, scratch, stateDropout, T, timeOf, U, W, x, y, zeroOutputForMask } from "./call"; // prettier-ignore
import { gruAfter, gruBeforeGates, gruBeforeState, lstm, simpleRnn } from "./cells";
import { product } from "./gemm";
import { pack } from "./pack";
import { enterStep } from "./sequence/decay";
import { barrier } from "./threads";
import { copyFloats, multiplyInto } from "./vectors";

/** Rows that make a product efficient: so many rows of W x are computed at once. */
export const ENOUGH_ROWS = 32;
/** With fewer rows than this in all steps together, packing the weights would cost more than it gains. */
const PACKING_PAYS = 16;

/** Floats of a row of gate inputs: room for whole panels, and for U_g's own panels after z and r. */
export function rowWidth(): i32 {
  return roundUp(gates() * H()) + WIDEST;
}

/** One row alone streams through the weights as they lie. */
export function isPacked(): bool {
  return B() > 1 && B() * T() >= PACKING_PAYS;
}

function chunkSteps(): i32 {
  return min(T(), max(1, ENOUGH_ROWS / B()));
}

export function packedBytes(): usize {
  const columns = rowWidth();
  return isPacked() ? bytes(columns * D()) + bytes(columns * H()) : 0;
}

function partBytes(rows: i32): usize {
  return bytes(chunkSteps() * rows * rowWidth()) + bytes(rows * rowWidth()) + bytes(rows * H()) + 2 * bytes(rows * H()) + 2 * bytes(rows * savedSlots() * H());
}

export function zeroBytes(): usize {
  return bytes(max(B() * H(), rowWidth()));
}

export function forwardScratch(parts: i32): usize {
  return zeroBytes() + packedBytes() + <usize>parts * partBytes(min(B(), (B() / parts + 8) & ~3));
}

export function recurrentForward(part: i32, parts: i32, workspace: usize): void {
  const zeros = scratch();
  const packedW = zeros + zeroBytes();
  const packedU = packedW + (isPacked() ? bytes(rowWidth() * D()) : 0);
  if (part == 0) memory.fill(zeros, 0, zeroBytes());
  if (isPacked()) packWeights(packedW, packedU, part, parts);
  barrier(parts);
  const first = splitAt(B(), part, parts, 4);
  const rows = splitAt(B(), part + 1, parts, 4) - first;
  const most = min(B(), (B() / parts + 8) & ~3);
  if (rows > 0) runRows(first, rows, zeros, packedW, packedU, zeros + zeroBytes() + packedBytes() + <usize>part * partBytes(most), workspace);
}

/** Panels are dealt out among the threads. A GRU with reset before multiplies by U_z|U_r and by U_g apart. */
export function packWeights(packedW: usize, packedU: usize, part: i32, parts: i32): void {
  const N = gates() * H();
  packPanels(packedW, W(), D(), N, part, parts);
  const split = resetBefore() ? 2 * H() : N;
  packPanels(packedU, U(), H(), split, part, parts);
  if (split < N) packPanels(packedU + <usize>roundUp(split) * H() * 4, U() + <usize>split * 4, H(), N - split, part, parts);
}

/** Columns of [K, gates·H], as many as `N`. */
function packPanels(dst: usize, src: usize, K: i32, N: i32, part: i32, parts: i32): void {
  const from = splitAt(N, part, parts, WIDEST);
  const to = splitAt(N, part + 1, parts, WIDEST);
  const stride = <usize>gates() * H() * 4;
  if (to > from) pack(dst + <usize>from * K * 4, src + <usize>from * 4, stride, 4, K, to - from, panelWidth());
}

/** out rows = init row + in · weights, for columns `column` to `column + N` of W or U. */
export function throughWeights(out: usize, outStride: usize, input: usize, inStride: usize, weights: usize, packed: usize, column: i32, rows: i32, N: i32, K: i32, init: usize, workspace: usize): void {
  if (isPacked()) {
    product(out, outStride, input, inStride, packed, <usize>panelWidth() * 4, <usize>(K * panelWidth()) * 4, rows, N, K, init, 0, false, workspace);
  } else {
    const at = weights + <usize>column * 4;
    product(out, outStride, input, inStride, at, <usize>gates() * H() * 4, <usize>panelWidth() * 4, rows, N, K, init, 0, false, workspace);
  }
}

function runRows(first: i32, rows: i32, zeros: usize, packedW: usize, packedU: usize, own: usize, workspace: usize): void {
  const steps = chunkSteps();
  const width = <usize>rowWidth() * 4;
  const a = own;
  const u = a + bytes(steps * rows * rowWidth());
  const dropped = u + bytes(rows * rowWidth());
  const states = dropped + bytes(rows * H());
  const gateRows = states + 2 * bytes(rows * H());
  const S = savedSlots();
  const hBytes = <usize>H() * 4;
  let h = h0() ? h0() + <usize>first * hBytes : zeros;
  let c = c0() ? c0() + <usize>first * hBytes : zeros;
  let cStride = hBytes;
  for (let s = 0; s < T(); s += steps) {
    const count = min(steps, T() - s);
    const earliest = min(timeOf(s), timeOf(s + count - 1));
    projectInput(a, earliest, count, first, rows, packedW, b() ? b() : zeros, workspace);
    for (let i = s; i < s + count; i++) {
      const t = timeOf(i);
      const odd = <usize>(i & 1);
      const hNext = saved() ? savedState(i, zeros) + <usize>first * hBytes : states + odd * bytes(rows * H());
      const gatesNext = saved() ? savedGates(i) + <usize>first * S * hBytes : gateRows + odd * bytes(rows * S * H());
      const entering = decay() ? enterStep(h, t, first, rows) : h;
      let hDropped = entering;
      if (stateDropout()) {
        multiplyInto(dropped, entering, stateDropout() + <usize>first * hBytes, rows * H());
        hDropped = dropped;
      }
      const aStep = a + <usize>(t - earliest) * rows * width;
      stateProduct(u, width, hDropped, packedU, rows, zeros, workspace);
      if (resetBefore()) {
        for (let row = 0; row < rows; row++) {
          const r = <usize>row;
          gruBeforeGates(H(), aStep + r * width, u + r * width, hDropped + r * hBytes, gatesNext + r * 4 * hBytes, recurrentActivation());
        }
        const packedG = packedU + <usize>roundUp(2 * H()) * hBytes;
        throughWeights(u + 2 * hBytes, width, gatesNext + 3 * hBytes, 4 * hBytes, U(), packedG, 2 * H(), rows, H(), H(), zeros, workspace);
      }
      for (let row = 0; row < rows; row++) {
        const r = <usize>row;
        finishRow(first + row, t, aStep + r * width, u + r * width, entering + r * hBytes, c + r * cStride, gatesNext + r * S * hBytes, hNext + r * hBytes, zeros);
      }
      h = hNext;
      if (cell() == LSTM) {
        c = gatesNext + 4 * hBytes;
        cStride = 5 * hBytes;
      }
    }
  }
  if (mask()) fixSilentOutputs(first, rows);
  if (hT()) copyFloats(hT() + <usize>first * hBytes, h, rows * H());
  if (cT()) for (let row = 0; row < rows; row++) copyFloats(cT() + <usize>(first + row) * hBytes, c + <usize>row * cStride, H());
}

/** a [count, rows, width] = W x + b for times `earliest` and later; as few products as possible. */
function projectInput(a: usize, earliest: i32, count: i32, first: i32, rows: i32, packedW: usize, bias: usize, workspace: usize): void {
  const width = <usize>rowWidth() * 4;
  const xRow = <usize>D() * 4;
  const N = gates() * H();
  const from = x() + (<usize>first * T() + earliest) * xRow;
  if (count == 1) {
    throughWeights(a, width, from, <usize>T() * xRow, W(), packedW, 0, rows, N, D(), bias, workspace);
    return;
  }
  for (let row = 0; row < rows; row++) {
    const r = <usize>row;
    throughWeights(a + r * width, <usize>rows * width, from + r * T() * xRow, xRow, W(), packedW, 0, count, N, D(), bias, workspace);
  }
}

/** u = U ĥ + c, without the candidate's columns where the reset gate comes before. */
export function stateProduct(u: usize, width: usize, h: usize, packedU: usize, rows: i32, zeros: usize, workspace: usize): void {
  const after = cell() == GRU && resetAfter();
  const init = after && b() ? b() + <usize>gates() * H() * 4 : zeros;
  const N = resetBefore() ? 2 * H() : gates() * H();
  throughWeights(u, width, h, <usize>H() * 4, U(), packedU, 0, rows, N, H(), init, workspace);
}

/** From gate inputs to the new state; a masked row keeps its own. */
function finishRow(row: i32, t: i32, a: usize, u: usize, hBefore: usize, cBefore: usize, gatesNow: usize, h: usize, zeros: usize): void {
  const out = y() ? y() + (<usize>row * T() + t) * H() * 4 : 0;
  const phi = activation();
  const sigma = recurrentActivation();
  if (cell() == LSTM) lstm(H(), a, u, cBefore, gatesNow, h, out, phi, sigma, zeros);
  else if (cell() != GRU) simpleRnn(H(), a, u, h, out, phi);
  else if (resetAfter()) gruAfter(H(), a, u, hBefore, gatesNow, h, out, phi, sigma);
  else gruBeforeState(H(), a, u, hBefore, gatesNow, h, out, phi);
  if (mask() == 0 || isUsed(row, t)) return;
  copyFloats(h, hBefore, H());
  if (cell() == LSTM) copyFloats(gatesNow + <usize>H() * 16, cBefore, H());
  if (out) copyFloats(out, hBefore, H());
}

/** Masked steps put out zeros: all of them with zeroOutputForMask, else those before the first step that counts. */
export function fixSilentOutputs(first: i32, rows: i32): void {
  if (!y()) return;
  for (let row = first; row < first + rows; row++) {
    const until = zeroOutputForMask() ? T() : firstUsed(row);
    for (let s = 0; s < until; s++) {
      const t = timeOf(s);
      if (!isUsed(row, t)) memory.fill(y() + (<usize>row * T() + t) * H() * 4, 0, <usize>H() * 4);
    }
  }
}
