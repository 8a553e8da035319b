/**
 * Gradients of a recurrent layer over packed sequences, last running step first: recurrent-backward.ts with rows that end. The
 * rows of a round of steps are contiguous in x as in the gates' gradients, so the weights' products read them where they lie.
 */
import { panelWidth, splitAt, WIDEST } from "../args";
import { activation, B, bytes, c0, cell, D, db, dc0, dcT, dh0, dU, dW, dx, dy, gates, gradientSlots, GRU, H, LSTM, recurrentActivation, resetAfter, resetBefore, reverse, saved, savedSlots, scratch, stateDropout, T, timeOf, x, y } from "../call"; // prettier-ignore
import { gruAfterBack, gruBeforeBack, gruBeforeBackReset, lstmBack, simpleRnnBack } from "../cells";
import { multiply, product } from "../gemm";
import { addBias, addOuter, isSplit, joinedU, packedUBytes, packedWBytes, packTransposed, ROUND_ROWS, stateBytes, stateWidth, throughInput, zeroBytes } from "../recurrent-backward"; // prettier-ignore
import { barrier } from "../threads";
import { addInto, addProductOf, copyFloats, multiplyInto } from "../vectors";
import { gatherBefore, lengthOf, offset, rowsAt, rowsBefore, splitSequences, timeBefore } from "./packed-call";

/** The first running step of the round that ends before `end`: as many steps as have ROUND_ROWS rows, at least one. */
function roundBegin(end: i32): i32 {
  let begin = end - 1;
  let rows = rowsAt(timeOf(begin), 0, B());
  while (begin > 0) {
    rows += rowsAt(timeOf(begin - 1), 0, B());
    if (rows > ROUND_ROWS) break;
    begin--;
  }
  return begin;
}

function mostRows(): i32 {
  return min(max(ROUND_ROWS, B()), offset(T()));
}

/** One of the two sets of buffers of a round: gates' gradients and ĥ of its rows. */
function roundBytes(): usize {
  return deltaBytes() + bytes(mostRows() * H());
}

function deltaBytes(): usize {
  return bytes(mostRows() * gradientSlots() * H() + 16);
}

/** Six states of all sequences as in recurrent-backward.ts, and the states before a step where dropout makes them differ from ĥ. */
export function packedBackwardScratch(): usize {
  return zeroBytes() + packedUBytes() + packedWBytes() + 2 * roundBytes() + 6 * stateBytes() + bytes(B() * H());
}

export function packedBackward(part: i32, parts: i32, workspace: usize): void {
  const zeros = scratch();
  const packedU = zeros + zeroBytes();
  const packedW = packedU + packedUBytes();
  const rounds = packedW + packedWBytes();
  const first = splitSequences(part, parts);
  const rows = splitSequences(part + 1, parts) - first;
  const states = rounds + 2 * roundBytes() + <usize>first * stateWidth() * 4;
  const before = rounds + 2 * roundBytes() + 6 * stateBytes() + <usize>first * H() * 4;
  if (part == 0) memory.fill(zeros, 0, zeroBytes());
  packTransposed(packedU, packedW, part, parts);
  startStates(states, first, rows);
  barrier(parts);
  let flip = 0;
  for (let end = T(); end > 0; ) {
    const begin = roundBegin(end);
    const lowest = offset(min(timeOf(begin), timeOf(end - 1)));
    const total = offset(max(timeOf(begin), timeOf(end - 1)) + 1) - lowest;
    const d = rounds + <usize>flip * roundBytes();
    for (let s = end - 1; s >= begin; s--) {
      const n = rowsAt(timeOf(s), first, rows);
      if (n > 0) walkStep(s, lowest, first, n, d, states, before, zeros, packedU, workspace);
    }
    barrier(parts);
    if (dx()) inputGradient(d, lowest, total, part, parts, packedW, zeros, workspace);
    addWeightGradients(d, lowest, total, part, parts, workspace);
    flip = 1 - flip;
    end = begin;
  }
  finishStates(states, first, rows);
}

@inline
function stateAt(states: usize, i: i32): usize {
  return states + <usize>i * stateBytes();
}

/** Which of the two places holds a sequence's state does not matter before its last step: both begin with what arrives there. */
function startStates(states: usize, first: i32, rows: i32): void {
  const width = <usize>stateWidth() * 4;
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < 6; i++) {
      const state = stateAt(states, i) + <usize>row * width;
      memory.fill(state, 0, width);
      if (dcT() && (i == 2 || i == 3)) copyFloats(state, dcT() + <usize>(first + row) * H() * 4, H());
    }
  }
}

function finishStates(states: usize, first: i32, rows: i32): void {
  const width = <usize>stateWidth() * 4;
  const hBytes = <usize>H() * 4;
  for (let row = 0; row < rows; row++) {
    const firstStep = reverse() ? T() - lengthOf(first + row) : 0;
    const r = <usize>row;
    if (dh0()) copyFloats(dh0() + (<usize>first + r) * hBytes, stateAt(states, firstStep & 1) + r * width, H());
    if (dc0()) copyFloats(dc0() + (<usize>first + r) * hBytes, stateAt(states, 2 + (firstStep & 1)) + r * width, H());
  }
}

/** Running step s of n sequences: dh and dc go in from the states of the parity of s + 1 and out to those of s's. */
function walkStep(s: i32, lowest: i32, first: i32, n: i32, d: usize, states: usize, before: usize, zeros: usize, packedU: usize, workspace: usize): void {
  const t = timeOf(s);
  const width = <usize>stateWidth() * 4;
  const hBytes = <usize>H() * 4;
  const dBytes = <usize>gradientSlots() * hBytes;
  const separate = stateDropout() != 0 || resetBefore();
  const at = <usize>(offset(t) - lowest + first);
  const dStep = d + at * dBytes;
  const hDropped = d + deltaBytes() + at * hBytes;
  const hBefore = stateDropout() ? before : hDropped;
  const out = stateAt(states, s & 1);
  const through = separate ? stateAt(states, 5) : out; // where dĥ is added up
  const m = rowsBefore(s, t, first, n);
  gatherBefore(hBefore, m > 0 ? y() + <usize>(offset(timeBefore(t)) + first) * hBytes : 0, first, m, n);
  if (stateDropout()) multiplyInto(hDropped, hBefore, stateDropout() + <usize>first * hBytes, n * H());
  for (let i = 0; i < n; i++) backRow(s, t, first, i, i < m, states, hBefore + <usize>i * hBytes, dStep + <usize>i * dBytes, zeros);
  if (separate) memory.fill(through, 0, <usize>n * width);
  if (resetBefore()) backThroughReset(t, first, n, dStep, hDropped, stateAt(states, 4), through, packedU, zeros, workspace);
  product(through, width, dStep, dBytes, packedU, <usize>panelWidth() * 4, <usize>(joinedU() * panelWidth()) * 4, n, H(), joinedU(), through, width, false, workspace);
  if (!separate) return;
  for (let i = 0; i < n; i++) {
    const r = <usize>i;
    if (stateDropout()) addProductOf(out + r * width, through + r * width, stateDropout() + (<usize>first + r) * hBytes, H());
    else addInto(out + r * width, through + r * width, H());
  }
}

function backRow(s: i32, t: i32, first: i32, i: i32, hasBefore: bool, states: usize, hBefore: usize, d: usize, zeros: usize): void {
  const hBytes = <usize>H() * 4;
  const row = <usize>i * stateWidth() * 4;
  const at = <usize>(offset(t) + first + i);
  const carry = stateAt(states, (s + 1) & 1) + row;
  const out = stateAt(states, s & 1) + row;
  const gatesRow = saved() + at * savedSlots() * hBytes;
  const dyRow = dy() ? dy() + at * hBytes : 0;
  const phi = activation();
  const sigma = recurrentActivation();
  if (cell() == GRU) {
    if (resetAfter()) gruAfterBack(H(), carry, dyRow, gatesRow, hBefore, d, out, phi, sigma);
    else gruBeforeBack(H(), carry, dyRow, gatesRow, hBefore, d, out, phi, sigma);
    return;
  }
  memory.fill(out, 0, hBytes);
  if (cell() == LSTM) {
    const initial = c0() ? c0() + <usize>(first + i) * hBytes : zeros;
    const cBefore = hasBefore ? saved() + (<usize>(offset(timeBefore(t)) + first + i) * 5 + 4) * hBytes : initial;
    lstmBack(H(), carry, dyRow, stateAt(states, 2 + ((s + 1) & 1)) + row, gatesRow, cBefore, d, stateAt(states, 2 + (s & 1)) + row, phi, sigma, zeros);
  } else {
    simpleRnnBack(H(), carry, dyRow, y() + at * hBytes, d, phi);
  }
}

/** Reset before: dq = U_gᵀ δg, then δr, and dq ⊙ r on its way to ĥ. */
function backThroughReset(t: i32, first: i32, n: i32, d: usize, hDropped: usize, dq: usize, through: usize, packedU: usize, zeros: usize, workspace: usize): void {
  const width = <usize>stateWidth() * 4;
  const hBytes = <usize>H() * 4;
  const packedG = packedU + <usize>stateWidth() * joinedU() * 4;
  product(dq, width, d + 2 * hBytes, 3 * hBytes, packedG, <usize>panelWidth() * 4, <usize>(H() * panelWidth()) * 4, n, H(), H(), zeros, 0, false, workspace);
  for (let i = 0; i < n; i++) {
    const r = <usize>i;
    const gatesRow = saved() + <usize>(offset(t) + first + i) * 4 * hBytes;
    gruBeforeBackReset(H(), dq + r * width, gatesRow, hDropped + r * hBytes, d + r * 3 * hBytes, through + r * width, recurrentActivation());
  }
}

/** dx of a round: its rows are dealt out evenly. */
function inputGradient(d: usize, lowest: i32, total: i32, part: i32, parts: i32, packedW: usize, zeros: usize, workspace: usize): void {
  const from = splitAt(total, part, parts, 4);
  const n = splitAt(total, part + 1, parts, 4) - from;
  const dBytes = <usize>gradientSlots() * H() * 4;
  const xBytes = <usize>D() * 4;
  if (n > 0) throughInput(dx() + <usize>(lowest + from) * xBytes, xBytes, d + <usize>from * dBytes, dBytes, packedW, n, zeros, workspace);
}

/** dW += Xᵀ δ, dU += Ĥᵀ δ, db += Σ δ over the rows of a round. */
function addWeightGradients(d: usize, lowest: i32, rows: i32, part: i32, parts: i32, workspace: usize): void {
  const H1 = H();
  const G = gates() * H1;
  const xs = x() + <usize>lowest * D() * 4;
  const hs = d + deltaBytes();
  if (isSplit()) {
    addOuter(dW(), D(), xs, D(), d, 0, 0, 2 * H1, rows, part, parts, workspace);
    addOuter(dW(), D(), xs, D(), d, 3 * H1, 2 * H1, H1, rows, part, parts, workspace);
    addOuter(dU(), H1, hs, H1, d, 0, 0, G, rows, part, parts, workspace);
  } else {
    addOuter(dW(), D(), xs, D(), d, 0, 0, G, rows, part, parts, workspace);
    addOuter(dU(), H1, hs, H1, d, 0, 0, joinedU(), rows, part, parts, workspace);
    if (resetBefore()) addResetOuter(d, lowest, rows, part, parts, workspace);
  }
  if (!db()) return;
  const c = isSplit() ? db() + <usize>G * 4 : 0; // δz and δr are the gradients of b and of c
  addBias(db(), c, d, 0, isSplit() ? 2 * H1 : G, rows, part, parts);
  if (!isSplit()) return;
  addBias(db() + <usize>2 * H1 * 4, 0, d, 3 * H1, H1, rows, part, parts);
  addBias(c + <usize>2 * H1 * 4, 0, d, 2 * H1, H1, rows, part, parts);
}

/** dU_g += qᵀ δg with the saved q = r ⊙ ĥ. */
function addResetOuter(d: usize, lowest: i32, rows: i32, part: i32, parts: i32, workspace: usize): void {
  if (!dU()) return;
  const hBytes = <usize>H() * 4;
  const from = splitAt(H(), part, parts, WIDEST);
  const n = splitAt(H(), part + 1, parts, WIDEST) - from;
  const q = saved() + (<usize>lowest * 4 + 3) * hBytes;
  if (n > 0) multiply(dU() + (<usize>2 * H() + from) * 4, 3 * hBytes, q, 4, 4 * hBytes, d + (<usize>2 * H() + from) * 4, 3 * hBytes, 4, H(), n, rows, true, workspace);
}
