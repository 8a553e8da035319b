/**
 * Gradients of a recurrent layer, last running step first. Some steps at a time, each thread walks its rows of the batch and
 * leaves the gates' gradients; then the threads share the weights' gradients of those steps, one product each, by columns.
 * The buffers of the steps are two in turn, so one barrier for each round is enough.
 */
import { panelWidth, splitAt, WIDEST } from "./args";
import { activation, B, bytes, c0, cell, D, db, dc0, dcT, decay, dh0, dhT, dU, dW, dx, dy, firstUsed, gates, gradientSlots, GRU, H, isUsed, LSTM, mask, recurrentActivation, resetAfter, resetBefore, roundUp, savedGates, savedSlots, savedState, scratch, stateDropout, T, timeOf, U, W, x, zeroOutputForMask } from "./call"; // prettier-ignore
import { gruAfterBack, gruBeforeBack, gruBeforeBackReset, lstmBack, simpleRnnBack } from "./cells";
import { multiply, product } from "./gemm";
import { pack } from "./pack";
import { decayedState, leaveStep } from "./sequence/decay";
import { barrier } from "./threads";
import { addColumnSums, addInto, addProductOf, copyFloats, multiplyInto } from "./vectors";

/** Rows of one round: the depth of a block of the weights' products. */
export const ROUND_ROWS = 256;
/** Fewer rows than this at one time: dx is computed row by row over the steps of a round instead. */
const FEW_ROWS = 4;

function roundSteps(): i32 {
  return min(T(), max(1, ROUND_ROWS / B()));
}

/** Padded state of one row. */
export function stateWidth(): i32 {
  return roundUp(H());
}

export function zeroBytes(): usize {
  return bytes(max(B() * H(), max(roundUp(D()), stateWidth())));
}

export function packedUBytes(): usize {
  return bytes(stateWidth() * gates() * H());
}

export function packedWBytes(): usize {
  return dx() ? bytes(roundUp(D()) * gates() * H()) : 0;
}

/** One of the two sets of buffers of a round: gates' gradients, x and ĥ of its rows. */
function roundBytes(): usize {
  const rows = roundSteps() * B();
  return bytes(rows * gradientSlots() * H() + 16) + bytes(rows * D()) + bytes(rows * H());
}

export function stateBytes(): usize {
  return bytes(B() * stateWidth());
}

/** Six states of all rows: dh and dc in and out, dq, dĥ; and one that says from which running step a row's outputs count. */
export function backwardScratch(): usize {
  return zeroBytes() + packedUBytes() + packedWBytes() + 2 * roundBytes() + 6 * stateBytes() + bytes(B());
}

export function recurrentBackward(part: i32, parts: i32, workspace: usize): void {
  const zeros = scratch();
  const packedU = zeros + zeroBytes();
  const packedW = packedU + packedUBytes();
  const rounds = packedW + packedWBytes();
  const first = splitAt(B(), part, parts, 4);
  const rows = splitAt(B(), part + 1, parts, 4) - first;
  const states = rounds + 2 * roundBytes() + <usize>first * stateWidth() * 4;
  const counts = rounds + 2 * roundBytes() + 6 * stateBytes();
  if (part == 0) memory.fill(zeros, 0, zeroBytes());
  packTransposed(packedU, packedW, part, parts);
  startStates(states, first, rows);
  for (let row = first; row < first + rows; row++) store<i32>(counts + <usize>row * 4, mask() ? firstUsed(row) : 0);
  barrier(parts);
  let flip = 0;
  for (let end = T(); end > 0; end -= roundSteps()) {
    const begin = max(0, end - roundSteps());
    const d = rounds + <usize>flip * roundBytes();
    if (rows > 0) walkRows(begin, end, first, rows, d, states, counts, zeros, packedU, workspace);
    if (rows > 0 && dx()) inputGradient(begin, end, first, rows, d, packedW, zeros, workspace);
    barrier(parts);
    addWeightGradients(begin, end, d, part, parts, workspace);
    flip = 1 - flip;
  }
  finishStates(states, first, rows);
}

/** Uᵀ and Wᵀ, gate by gate as the products want them: z|r and g apart for the GRU. */
export function packTransposed(packedU: usize, packedW: usize, part: i32, parts: i32): void {
  const split = isSplit() ? 2 * H() : gates() * H();
  packPart(packedU, U(), 0, joinedU(), H(), part, parts);
  if (joinedU() < gates() * H()) packPart(packedU, U(), joinedU(), gates() * H() - joinedU(), H(), part, parts);
  if (!dx()) return;
  packPart(packedW, W(), 0, split, D(), part, parts);
  if (split < gates() * H()) packPart(packedW, W(), split, gates() * H() - split, D(), part, parts);
}

/** Whether δg for W and dq for U are different slots. */
export function isSplit(): bool {
  return cell() == GRU && resetAfter();
}

/** Gates that meet Uᵀ in one product. */
export function joinedU(): i32 {
  return resetBefore() ? 2 * H() : gates() * H();
}

/** Columns `from` to `from + K` of weights [N, gates·H], transposed, behind those before them. */
function packPart(dst: usize, weights: usize, from: i32, K: i32, N: i32, part: i32, parts: i32): void {
  const stride = <usize>gates() * H() * 4;
  const begin = splitAt(N, part, parts, WIDEST);
  const end = splitAt(N, part + 1, parts, WIDEST);
  const to = dst + (<usize>roundUp(N) * from + <usize>begin * K) * 4;
  if (end > begin) pack(to, weights + <usize>begin * stride + <usize>from * 4, 4, stride, K, end - begin, panelWidth());
}

/** State number i of the six, this part's rows. */
@inline
function stateAt(states: usize, i: i32): usize {
  return states + <usize>i * stateBytes();
}

function startStates(states: usize, first: i32, rows: i32): void {
  const width = <usize>stateWidth() * 4;
  const hBytes = <usize>H() * 4;
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < 6; i++) memory.fill(stateAt(states, i) + <usize>row * width, 0, width);
    if (dhT()) copyFloats(stateAt(states, T() & 1) + <usize>row * width, dhT() + <usize>(first + row) * hBytes, H());
    if (dcT()) copyFloats(stateAt(states, 2 + (T() & 1)) + <usize>row * width, dcT() + <usize>(first + row) * hBytes, H());
  }
}

function finishStates(states: usize, first: i32, rows: i32): void {
  const width = <usize>stateWidth() * 4;
  const hBytes = <usize>H() * 4;
  for (let row = 0; row < rows; row++) {
    if (dh0()) copyFloats(dh0() + <usize>(first + row) * hBytes, stateAt(states, 0) + <usize>row * width, H());
    if (dc0()) copyFloats(dc0() + <usize>(first + row) * hBytes, stateAt(states, 2) + <usize>row * width, H());
  }
}

/** Position of time t's rows among those of a round. */
@inline
function roundRow(t: i32, begin: i32, end: i32): i32 {
  return (t - min(timeOf(begin), timeOf(end - 1))) * B();
}

/** dh and dc of running step s go in from the states of step s + 1's parity and out to those of s's. */
function walkRows(begin: i32, end: i32, first: i32, rows: i32, d: usize, states: usize, counts: usize, zeros: usize, packedU: usize, workspace: usize): void {
  const width = <usize>stateWidth() * 4;
  const hBytes = <usize>H() * 4;
  const dBytes = <usize>gradientSlots() * hBytes;
  const separate = stateDropout() != 0 || resetBefore();
  for (let s = end - 1; s >= begin; s--) {
    const t = timeOf(s);
    const at = <usize>(roundRow(t, begin, end) + first);
    const dStep = d + at * dBytes;
    const hDropped = hiddenOf(d) + at * hBytes;
    const hBefore = (decay() ? decayedState(t) : savedState(s - 1, zeros)) + <usize>first * hBytes;
    const out = stateAt(states, s & 1);
    const through = separate ? stateAt(states, 5) : out; // where dĥ is added up
    if (stateDropout()) multiplyInto(hDropped, hBefore, stateDropout() + <usize>first * hBytes, rows * H());
    else copyFloats(hDropped, hBefore, rows * H());
    for (let row = 0; row < rows; row++) {
      const r = <usize>row;
      const dyRow = outputGradient(first + row, s, load<i32>(counts + (<usize>first + r) * 4));
      const cellStates = stateAt(states, 2) + r * width;
      const xRow = inputsOf(d) + (at + r) * D() * 4;
      if (isUsed(first + row, t)) {
        copyFloats(xRow, x() + ((<usize>first + r) * T() + t) * D() * 4, D());
        backRow(first + row, s, stateAt(states, (s + 1) & 1) + r * width, dyRow, hBefore + r * hBytes, dStep + r * dBytes, out + r * width, cellStates, zeros);
      } else {
        memory.fill(xRow, 0, <usize>D() * 4);
        memory.fill(dStep + r * dBytes, 0, dBytes);
        passRow(s, stateAt(states, (s + 1) & 1) + r * width, dyRow, out + r * width, cellStates);
      }
    }
    if (separate) memory.fill(through, 0, <usize>rows * width);
    if (resetBefore()) backThroughReset(s, t, first, rows, dStep, hDropped, stateAt(states, 4), through, packedU, zeros, workspace);
    product(through, width, dStep, dBytes, packedU, <usize>panelWidth() * 4, <usize>(joinedU() * panelWidth()) * 4, rows, H(), joinedU(), through, width, false, workspace);
    for (let row = 0; separate && row < rows; row++) {
      const r = <usize>row;
      if (stateDropout()) addProductOf(out + r * width, through + r * width, stateDropout() + (<usize>first + r) * hBytes, H());
      else addInto(out + r * width, through + r * width, H());
    }
    if (decay()) leaveStep(out, width, s, t, first, rows, zeros);
  }
}

@inline
function inputsOf(round: usize): usize {
  return round + bytes(roundSteps() * B() * gradientSlots() * H() + 16);
}

@inline
function hiddenOf(round: usize): usize {
  return inputsOf(round) + bytes(roundSteps() * B() * D());
}

/** The row of dy at running step s, 0 where the output was a constant zero. */
export function outputGradient(row: i32, s: i32, firstCounting: i32): usize {
  if (!dy()) return 0;
  const t = timeOf(s);
  if (mask() && !isUsed(row, t) && (zeroOutputForMask() || s < firstCounting)) return 0;
  return dy() + (<usize>row * T() + t) * H() * 4;
}

/** A masked step hands on what it got. */
function passRow(s: i32, carry: usize, dyRow: usize, out: usize, cellStates: usize): void {
  copyFloats(out, carry, H());
  if (dyRow) addInto(out, dyRow, H());
  copyFloats(cellStates + <usize>(s & 1) * stateBytes(), cellStates + <usize>((s + 1) & 1) * stateBytes(), H());
}

function backRow(row: i32, s: i32, carry: usize, dyRow: usize, hBefore: usize, d: usize, out: usize, cellStates: usize, zeros: usize): void {
  const hBytes = <usize>H() * 4;
  const gatesRow = savedGates(s) + <usize>row * savedSlots() * hBytes;
  const phi = activation();
  const sigma = recurrentActivation();
  if (cell() == GRU) {
    if (resetAfter()) gruAfterBack(H(), carry, dyRow, gatesRow, hBefore, d, out, phi, sigma);
    else gruBeforeBack(H(), carry, dyRow, gatesRow, hBefore, d, out, phi, sigma);
    return;
  }
  memory.fill(out, 0, hBytes);
  if (cell() == LSTM) {
    const initial = c0() ? c0() + <usize>row * hBytes : zeros;
    const cBefore = s > 0 ? savedGates(s - 1) + (<usize>row * 5 + 4) * hBytes : initial;
    const cellIn = cellStates + <usize>((s + 1) & 1) * stateBytes();
    lstmBack(H(), carry, dyRow, cellIn, gatesRow, cBefore, d, cellStates + <usize>(s & 1) * stateBytes(), phi, sigma, zeros);
  } else {
    simpleRnnBack(H(), carry, dyRow, savedState(s, zeros) + <usize>row * hBytes, d, phi);
  }
}

/** Reset before: dq = U_gᵀ δg, then δr, and dq ⊙ r on its way to ĥ. */
function backThroughReset(s: i32, t: i32, first: i32, rows: i32, d: usize, hDropped: usize, dq: usize, through: usize, packedU: usize, zeros: usize, workspace: usize): void {
  const width = <usize>stateWidth() * 4;
  const hBytes = <usize>H() * 4;
  const packedG = packedU + <usize>stateWidth() * joinedU() * 4;
  product(dq, width, d + 2 * hBytes, 3 * hBytes, packedG, <usize>panelWidth() * 4, <usize>(H() * panelWidth()) * 4, rows, H(), H(), zeros, 0, false, workspace);
  for (let row = 0; row < rows; row++) {
    const r = <usize>row;
    if (!isUsed(first + row, t)) continue;
    const gatesRow = savedGates(s) + (<usize>first + r) * 4 * hBytes;
    gruBeforeBackReset(H(), dq + r * width, gatesRow, hDropped + r * hBytes, d + r * 3 * hBytes, through + r * width, recurrentActivation());
  }
}

/** dx of a round, this part's rows: δ · Wᵀ. */
function inputGradient(begin: i32, end: i32, first: i32, rows: i32, d: usize, packedW: usize, zeros: usize, workspace: usize): void {
  const count = end - begin;
  const earliest = min(timeOf(begin), timeOf(end - 1));
  const dBytes = <usize>gradientSlots() * H() * 4;
  const xBytes = <usize>D() * 4;
  const out = dx() + (<usize>first * T() + earliest) * xBytes;
  const from = d + <usize>first * dBytes;
  if (B() >= FEW_ROWS) {
    for (let i = 0; i < count; i++) {
      const at = <usize>i;
      throughInput(out + at * xBytes, <usize>T() * xBytes, from + at * B() * dBytes, dBytes, packedW, rows, zeros, workspace);
    }
  } else {
    for (let row = 0; row < rows; row++) {
      const r = <usize>row;
      throughInput(out + r * T() * xBytes, xBytes, from + r * dBytes, <usize>B() * dBytes, packedW, count, zeros, workspace);
    }
  }
}

export function throughInput(out: usize, outStride: usize, d: usize, dStride: usize, packedW: usize, rows: i32, zeros: usize, workspace: usize): void {
  const K = isSplit() ? 2 * H() : gates() * H();
  product(out, outStride, d, dStride, packedW, <usize>panelWidth() * 4, <usize>(K * panelWidth()) * 4, rows, D(), K, zeros, 0, true, workspace);
  if (!isSplit()) return;
  const packedG = packedW + <usize>roundUp(D()) * K * 4;
  const dg = d + <usize>3 * H() * 4;
  product(out, outStride, dg, dStride, packedG, <usize>panelWidth() * 4, <usize>(H() * panelWidth()) * 4, rows, D(), H(), out, outStride, true, workspace);
}

/** dW += Xᵀ δ, dU += Ĥᵀ δ, db += Σ δ over the rows of a round. */
function addWeightGradients(begin: i32, end: i32, d: usize, part: i32, parts: i32, workspace: usize): void {
  const rows = (end - begin) * B();
  const H1 = H();
  const G = gates() * H1;
  const xs = inputsOf(d);
  const hs = hiddenOf(d);
  if (isSplit()) {
    addOuter(dW(), D(), xs, D(), d, 0, 0, 2 * H1, rows, part, parts, workspace);
    addOuter(dW(), D(), xs, D(), d, 3 * H1, 2 * H1, H1, rows, part, parts, workspace);
    addOuter(dU(), H1, hs, H1, d, 0, 0, G, rows, part, parts, workspace);
  } else {
    addOuter(dW(), D(), xs, D(), d, 0, 0, G, rows, part, parts, workspace);
    addOuter(dU(), H1, hs, H1, d, 0, 0, joinedU(), rows, part, parts, workspace);
    if (resetBefore()) addResetOuter(begin, end, d, part, parts, workspace);
  }
  if (!db()) return;
  const c = isSplit() ? db() + <usize>G * 4 : 0; // δz and δr are the gradients of b and of c
  addBias(db(), c, d, 0, isSplit() ? 2 * H1 : G, rows, part, parts);
  if (!isSplit()) return;
  addBias(db() + <usize>2 * H1 * 4, 0, d, 3 * H1, H1, rows, part, parts);
  addBias(c + <usize>2 * H1 * 4, 0, d, 2 * H1, H1, rows, part, parts);
}

/** Columns `column` … of a gradient [M, gates·H] += inᵀ · δ's columns from `slot`, N of them, dealt out among the threads. */
export function addOuter(out: usize, M: i32, input: usize, inWidth: i32, d: usize, slot: i32, column: i32, N: i32, rows: i32, part: i32, parts: i32, workspace: usize): void {
  if (!out) return;
  const from = splitAt(N, part, parts, WIDEST);
  const n = splitAt(N, part + 1, parts, WIDEST) - from;
  const stride = <usize>gates() * H() * 4;
  const dBytes = <usize>gradientSlots() * H() * 4;
  if (n > 0) multiply(out + <usize>(column + from) * 4, stride, input, 4, <usize>inWidth * 4, d + <usize>(slot + from) * 4, dBytes, 4, M, n, rows, true, workspace);
}

/** dU_g += qᵀ δg with the saved q = r ⊙ ĥ; time by time, since they lie in time's order. */
function addResetOuter(begin: i32, end: i32, d: usize, part: i32, parts: i32, workspace: usize): void {
  if (!dU()) return;
  const hBytes = <usize>H() * 4;
  const from = splitAt(H(), part, parts, WIDEST);
  const n = splitAt(H(), part + 1, parts, WIDEST) - from;
  if (n <= 0) return;
  const earliest = reverseSafe(begin, end);
  const q = savedGates(earliest) + 3 * hBytes;
  multiply(dU() + (<usize>2 * H() + from) * 4, 3 * hBytes, q, 4, 4 * hBytes, d + (<usize>2 * H() + from) * 4, 3 * hBytes, 4, H(), n, (end - begin) * B(), true, workspace);
}

/** The running step of a round whose time is the smallest. */
function reverseSafe(begin: i32, end: i32): i32 {
  return timeOf(begin) < timeOf(end - 1) ? begin : end - 1;
}

export function addBias(out: usize, also: usize, d: usize, slot: i32, N: i32, rows: i32, part: i32, parts: i32): void {
  const from = splitAt(N, part, parts, WIDEST);
  const n = splitAt(N, part + 1, parts, WIDEST) - from;
  if (n > 0) addColumnSums(out + <usize>from * 4, also ? also + <usize>from * 4 : 0, d + <usize>(slot + from) * 4, <usize>gradientSlots() * H() * 4, rows, n);
}
