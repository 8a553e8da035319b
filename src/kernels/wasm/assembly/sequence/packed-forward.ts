/**
 * A recurrent layer over packed sequences in one call: recurrent-forward.ts with rows that end, so that the work is that of the
 * real steps. Each thread takes sequences through time on its own; W x + b is computed for some steps at a time.
 */
import { activation, B, b, bytes, c0, cell, cT, D, gates, GRU, H, h0, LSTM, recurrentActivation, resetAfter, resetBefore, reverse, roundUp, saved, savedSlots, scratch, stateDropout, T, timeOf, U, W, x, y } from "../call"; // prettier-ignore
import { gruAfter, gruBeforeGates, gruBeforeState, lstm, simpleRnn } from "../cells";
import { ENOUGH_ROWS, isPacked, packedBytes, packWeights, rowWidth, stateProduct, throughWeights, zeroBytes } from "../recurrent-forward"; // prettier-ignore
import { barrier } from "../threads";
import { copyFloats, multiplyInto } from "../vectors";
import { gatherBefore, lengthOf, offset, rowsAt, rowsBefore, splitSequences, timeBefore } from "./packed-call";

/** W x of the steps of a chunk: fewer rows than are enough, and one step more. */
function inputBytes(): usize {
  return bytes((ENOUGH_ROWS + B()) * rowWidth());
}

function partBytes(): usize {
  return inputBytes() + bytes(B() * rowWidth()) + 2 * bytes(B() * H()) + 2 * bytes(B() * savedSlots() * H());
}

export function packedForwardScratch(parts: i32): usize {
  return zeroBytes() + packedBytes() + <usize>parts * partBytes();
}

export function packedForward(part: i32, parts: i32, workspace: usize): void {
  const zeros = scratch();
  const packedW = zeros + zeroBytes();
  const packedU = packedW + (isPacked() ? bytes(rowWidth() * D()) : 0);
  if (part == 0) memory.fill(zeros, 0, zeroBytes());
  if (isPacked()) packWeights(packedW, packedU, part, parts);
  barrier(parts);
  const first = splitSequences(part, parts);
  const rows = splitSequences(part + 1, parts) - first;
  const own = zeros + zeroBytes() + packedBytes() + <usize>part * partBytes();
  if (rows > 0) runSequences(first, rows, zeros, packedW, packedU, own, workspace);
}

function runSequences(first: i32, rows: i32, zeros: usize, packedW: usize, packedU: usize, own: usize, workspace: usize): void {
  const u = own + inputBytes();
  const dropped = u + bytes(B() * rowWidth());
  const gathered = dropped + bytes(B() * H());
  const gateRows = gathered + bytes(B() * H());
  const width = <usize>rowWidth() * 4;
  const slotBytes = <usize>savedSlots() * H() * 4;
  const hBytes = <usize>H() * 4;
  let gatesBefore: usize = 0;
  for (let s = 0; s < T(); ) {
    let count = 0;
    let total = 0;
    while (s + count < T() && total < ENOUGH_ROWS) {
      total += rowsAt(timeOf(s + count), first, rows);
      count++;
    }
    projectInput(own, min(timeOf(s), timeOf(s + count - 1)), count, first, rows, total, packedW, zeros, workspace);
    let at = reverse() ? total : 0; // of the chunk's rows, in the order of time
    for (const end = s + count; s < end; s++) {
      const t = timeOf(s);
      const n = rowsAt(t, first, rows);
      if (n == 0) continue;
      if (reverse()) at -= n;
      const m = rowsBefore(s, t, first, n);
      const gatesNow = saved() ? saved() + <usize>(offset(t) + first) * slotBytes : gateRows + <usize>(s & 1) * bytes(B() * savedSlots() * H());
      const h = statesBefore(t, first, m, n, gathered, zeros);
      step(t, first, n, m, own + <usize>at * width, u, h, dropped, gatesBefore, gatesNow, packedU, zeros, workspace);
      if (cT()) keepLastCells(t, first, n, gatesNow);
      gatesBefore = gatesNow;
      if (!reverse()) at += n;
    }
  }
}

/** a [total, width] = W x + b for the chunk's rows of this part: one product where all sequences are of this part. */
function projectInput(a: usize, earliest: i32, count: i32, first: i32, rows: i32, total: i32, packedW: usize, zeros: usize, workspace: usize): void {
  const width = <usize>rowWidth() * 4;
  const xRow = <usize>D() * 4;
  const bias = b() ? b() : zeros;
  const N = gates() * H();
  if (rows == B()) {
    if (total > 0) throughWeights(a, width, x() + <usize>offset(earliest) * xRow, xRow, W(), packedW, 0, total, N, D(), bias, workspace);
    return;
  }
  for (let t = earliest; t < earliest + count; t++) {
    const n = rowsAt(t, first, rows);
    if (n == 0) continue;
    throughWeights(a, width, x() + <usize>(offset(t) + first) * xRow, xRow, W(), packedW, 0, n, N, D(), bias, workspace);
    a += <usize>n * width;
  }
}

/** The states before a step: where they lie, or gathered when sequences begin at it while others go on. */
function statesBefore(t: i32, first: i32, m: i32, n: i32, gathered: usize, zeros: usize): usize {
  const hBytes = <usize>H() * 4;
  if (m == 0) return h0() ? h0() + <usize>first * hBytes : zeros;
  const states = y() + <usize>(offset(timeBefore(t)) + first) * hBytes;
  if (m == n) return states;
  gatherBefore(gathered, states, first, m, n);
  return gathered;
}

/** One step of n sequences; the first m of them have a step before it, whose gates begin at gatesBefore. */
function step(t: i32, first: i32, n: i32, m: i32, a: usize, u: usize, h: usize, dropped: usize, gatesBefore: usize, gatesNow: usize, packedU: usize, zeros: usize, workspace: usize): void {
  const width = <usize>rowWidth() * 4;
  const hBytes = <usize>H() * 4;
  const slotBytes = <usize>savedSlots() * hBytes;
  const phi = activation();
  const sigma = recurrentActivation();
  let out = y() + <usize>(offset(t) + first) * hBytes;
  let through = h;
  if (stateDropout()) {
    multiplyInto(dropped, h, stateDropout() + <usize>first * hBytes, n * H());
    through = dropped;
  }
  stateProduct(u, width, through, packedU, n, zeros, workspace);
  if (resetBefore()) {
    for (let i = 0; i < n; i++) {
      const r = <usize>i;
      gruBeforeGates(H(), a + r * width, u + r * width, through + r * hBytes, gatesNow + r * slotBytes, sigma);
    }
    const packedG = packedU + <usize>roundUp(2 * H()) * hBytes;
    throughWeights(u + 2 * hBytes, width, gatesNow + 3 * hBytes, slotBytes, U(), packedG, 2 * H(), n, H(), H(), zeros, workspace);
  }
  for (let i = 0; i < n; i++) {
    if (cell() == LSTM) {
      const initial = c0() ? c0() + <usize>(first + i) * hBytes : zeros;
      const cBefore = i < m ? gatesBefore + <usize>i * slotBytes + 4 * hBytes : initial;
      lstm(H(), a, u, cBefore, gatesNow, out, 0, phi, sigma, zeros);
    } else if (cell() != GRU) simpleRnn(H(), a, u, out, 0, phi);
    else if (resetAfter()) gruAfter(H(), a, u, h, gatesNow, out, 0, phi, sigma);
    else gruBeforeState(H(), a, u, h, gatesNow, out, 0, phi);
    a += width;
    u += width;
    h += hBytes;
    gatesNow += slotBytes;
    out += hBytes;
  }
}

/** LSTM's last cell states, of the sequences that end with this step. */
function keepLastCells(t: i32, first: i32, n: i32, gatesNow: usize): void {
  const hBytes = <usize>H() * 4;
  for (let i = 0; i < n; i++) {
    const last = reverse() ? 0 : lengthOf(first + i) - 1;
    if (t == last) copyFloats(cT() + <usize>(first + i) * hBytes, gatesNow + (<usize>i * 5 + 4) * hBytes, H());
  }
}
