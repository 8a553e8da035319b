/**
 * Gradients of normalized-forward.ts: each thread walks its rows from the last running step to the first and leaves what arrives at
 * the gates in place of the gates; then the threads share the columns of the gains and biases.
 */
import { splitAt, WIDEST, panelWidth } from "../args";
import { activate, slope } from "../activation";
import { activation, B, b, bytes, c0, cell, db, dc0, dcT, dh0, dhT, dx, firstUsed, GRU, H, isUsed, LSTM, mask, recurrentActivation, savedGates, savedSlots, savedState, scratch, stateDropout, T, timeOf } from "../call"; // prettier-ignore
import { gruAfterBack } from "../cells";
import { product } from "../gemm";
import { outputGradient, packedUBytes, packTransposed, stateWidth, zeroBytes } from "../recurrent-backward";
import { flush, storeLanes } from "../simd";
import { barrier } from "../threads";
import { addInto, addProductOf, copyFloats, multiplyInto } from "../vectors";
import { normalizeGrad } from "./normalize";
import { cellBias, cellGain, columns, dcellBias, dcellGain, dgains, droppedStates, du, gains, gatesOfBlock, inputRow, savedCellHats, savedHats, savedScales } from "./normalized-call"; // prettier-ignore

/** Smaller ones are zero: they would soon be denormals. */
const TINY: f32 = 1e-25;

/** dh and dc, in and out, and dĥ: padded rows of the whole batch. */
function stateBytes(): usize {
  return bytes(B() * stateWidth());
}

/** Two rows for φ(s), ds ⊙ γ. */
function rowBytes(parts: i32): usize {
  return <usize>parts * 2 * bytes(stateWidth());
}

export function normalizedBackwardScratch(parts: i32): usize {
  return zeroBytes() + packedUBytes() + 5 * stateBytes() + rowBytes(parts);
}

export function normalizedBackward(part: i32, parts: i32, workspace: usize): void {
  const zeros = scratch();
  const packedU = zeros + zeroBytes();
  const states = packedU + packedUBytes();
  if (part == 0) memory.fill(zeros, 0, zeroBytes());
  packTransposed(packedU, packedU, part, parts);
  barrier(parts);
  const first = splitAt(B(), part, parts, 4);
  const rows = splitAt(B(), part + 1, parts, 4) - first;
  const own = states + 5 * stateBytes() + <usize>part * 2 * bytes(stateWidth());
  if (rows > 0) walkRows(first, rows, zeros, packedU, states, own, workspace);
  barrier(parts);
  addGainGradients(part, parts);
}

/** State number i of the five, of the rows from `row` on. */
@inline
function stateRow(states: usize, i: i32, row: i32): usize {
  return states + <usize>i * stateBytes() + <usize>row * stateWidth() * 4;
}

function walkRows(first: i32, rows: i32, zeros: usize, packedU: usize, states: usize, own: usize, workspace: usize): void {
  const width = <usize>stateWidth() * 4;
  const hBytes = <usize>H() * 4;
  const uBytes = <usize>columns() * 4;
  for (let i = 0; i < 5; i++) memory.fill(stateRow(states, i, first), 0, <usize>rows * width);
  for (let row = first; row < first + rows; row++) {
    if (dhT()) copyFloats(stateRow(states, T() & 1, row), dhT() + <usize>row * hBytes, H());
    if (dcT()) copyFloats(stateRow(states, 2 + (T() & 1), row), dcT() + <usize>row * hBytes, H());
  }
  for (let s = T() - 1; s >= 0; s--) {
    const t = timeOf(s);
    const hBefore = savedState(s - 1, zeros);
    const at = <usize>t * B() + first;
    const dropped = droppedStates() + at * hBytes;
    if (stateDropout()) multiplyInto(dropped, hBefore + <usize>first * hBytes, stateDropout() + <usize>first * hBytes, rows * H());
    else copyFloats(dropped, hBefore + <usize>first * hBytes, rows * H());
    for (let row = first; row < first + rows; row++) backRow(row, s, t, hBefore + <usize>row * hBytes, zeros, states, own);
    const out = stateRow(states, s & 1, first);
    const through = stateDropout() ? stateRow(states, 4, first) : out;
    if (stateDropout()) memory.fill(through, 0, <usize>rows * width);
    product(through, width, du() + at * uBytes, uBytes, packedU, <usize>panelWidth() * 4, <usize>(columns() * panelWidth()) * 4, rows, H(), columns(), through, width, false, workspace);
    if (!stateDropout()) continue;
    for (let i = 0; i < rows; i++) {
      const r = <usize>i;
      addProductOf(out + r * width, through + r * width, stateDropout() + (<usize>first + r) * hBytes, H());
    }
  }
  for (let row = first; row < first + rows; row++) {
    if (dh0()) copyFloats(dh0() + <usize>row * hBytes, stateRow(states, 0, row), H());
    if (dc0()) copyFloats(dc0() + <usize>row * hBytes, stateRow(states, 2, row), H());
  }
}

/** One row of running step s: what goes back but for the part through U, and the gradients at W x and U ĥ. */
function backRow(row: i32, s: i32, t: i32, hBefore: usize, zeros: usize, states: usize, own: usize): void {
  const hBytes = <usize>H() * 4;
  const carry = stateRow(states, (s + 1) & 1, row);
  const out = stateRow(states, s & 1, row);
  const cellIn = stateRow(states, 2 + ((s + 1) & 1), row);
  const cellOut = stateRow(states, 2 + (s & 1), row);
  const dyRow = outputGradient(row, s, mask() ? firstUsed(row) : 0);
  const d = savedGates(s) + <usize>row * savedSlots() * hBytes;
  const da = dx() + (<usize>row * T() + t) * columns() * 4;
  const duRow = du() + (<usize>t * B() + row) * columns() * 4;
  if (!isUsed(row, t)) {
    memory.fill(d, 0, <usize>savedSlots() * hBytes);
    memory.fill(da, 0, <usize>columns() * 4);
    memory.fill(duRow, 0, <usize>columns() * 4);
    copyFloats(out, carry, H());
    if (dyRow) addInto(out, dyRow, H());
    copyFloats(cellOut, cellIn, H());
    return;
  }
  if (cell() == GRU) {
    gruAfterBack(H(), carry, dyRow, d, hBefore, d, out, activation(), recurrentActivation());
  } else {
    const initial = c0() ? c0() + <usize>row * hBytes : zeros;
    const cBefore = s > 0 ? savedGates(s - 1) + (<usize>row * 5 + 4) * hBytes : initial;
    memory.fill(out, 0, hBytes);
    lstmBack(row, t, carry, dyRow, cellIn, cBefore, d, cellOut, own, zeros);
  }
  let scales = savedScales(t, row);
  const beta = gains() + <usize>columns() * 4;
  for (let gate = 0; gate * H() < columns(); ) {
    const at = <usize>gate * hBytes;
    const n = gatesOfBlock(gate) * H();
    // A GRU's slots are δz | δr | dq | δg: dq arrives at U ĥ, δg at W x.
    const atInput = cell() == GRU && gate == 2 ? d + 3 * hBytes : d + at;
    normalizeGrad(da + at, atInput, inputRow(row, t) + at, gains() + at, load<f32>(scales), n, false);
    normalizeGrad(duRow + at, d + at, savedHats(t, row) + at, beta + at, load<f32>(scales, 4), n, false);
    scales += 8;
    gate += gatesOfBlock(gate);
  }
}

/** → d: δi | δf | δg | δo | ds, where s = γ ⊙ N(c) + d; cellOut = dc ⊙ f. */
function lstmBack(row: i32, t: i32, carry: usize, dyRow: usize, cellIn: usize, cBefore: usize, d: usize, cellOut: usize, own: usize, zeros: usize): void {
  const slot = <usize>H() * 4;
  const shown = own;
  const s = own + bytes(stateWidth());
  const hat = savedCellHats(t, row);
  const phi = activation();
  const sigma = recurrentActivation();
  copyFloats(s, cellBias(), H());
  addProductOf(s, hat, cellGain(), H());
  activate(phi, shown, s, zeros, H());
  for (let j = 0; j < H(); j += 4) {
    const at = <usize>j * 4;
    let dh = v128.load(carry + at);
    if (dyRow) dh = f32x4.add(dh, v128.load(dyRow + at));
    dh = flush(dh, TINY);
    const o = v128.load(d + 3 * slot + at);
    const value = v128.load(shown + at);
    storeLanes(d + 3 * slot + at, f32x4.mul(f32x4.mul(dh, value), slope(sigma, o)), H() - j);
    storeLanes(d + 4 * slot + at, f32x4.mul(f32x4.mul(dh, o), slope(phi, value)), H() - j);
  }
  copyFloats(cellOut, cellIn, H());
  normalizeGrad(cellOut, d + 4 * slot, hat, cellGain(), load<f32>(savedScales(t, row), 8), H(), true);
  for (let j = 0; j < H(); j += 4) {
    const at = d + <usize>j * 4;
    const n = H() - j;
    const dc = flush(v128.load(cellOut + <usize>j * 4), TINY);
    const i = v128.load(at);
    const f = v128.load(at + slot);
    const g = v128.load(at + 2 * slot);
    storeLanes(at, f32x4.mul(f32x4.mul(dc, g), slope(sigma, i)), n);
    storeLanes(at + slot, f32x4.mul(f32x4.mul(dc, v128.load(cBefore + <usize>j * 4)), slope(sigma, f)), n);
    storeLanes(at + 2 * slot, f32x4.mul(f32x4.mul(dc, i), slope(phi, g)), n);
    storeLanes(cellOut + <usize>j * 4, f32x4.mul(dc, f), n);
  }
}

/** Gains and biases, gate by gate; each thread takes columns and adds them up over all rows in the order of time. */
function addGainGradients(part: i32, parts: i32): void {
  const begin = splitAt(H(), part, parts, WIDEST);
  const n = splitAt(H(), part + 1, parts, WIDEST) - begin;
  if (n <= 0) return;
  const G = columns() / H();
  const hBytes = <usize>H() * 4;
  const half = <usize>columns() * 4;
  const recurrentBias = db() && cell() == GRU ? db() + half : 0;
  for (let t = 0; t < T(); t++) {
    for (let row = 0; row < B(); row++) {
      const d = savedGates(timeOf(t)) + <usize>row * savedSlots() * hBytes + <usize>begin * 4;
      for (let gate = 0; gate < G; gate++) {
        const at = (<usize>gate * H() + begin) * 4;
        const atState = d + <usize>gate * hBytes;
        const atInput = cell() == GRU && gate == 2 ? atState + hBytes : atState;
        if (dgains()) {
          addProductOf(dgains() + at, atInput, inputRow(row, t) + at, n);
          addProductOf(dgains() + half + at, atState, savedHats(t, row) + at, n);
        }
        if (db()) addInto(db() + at, atInput, n);
        if (recurrentBias) addInto(recurrentBias + at, atState, n);
      }
      if (cell() != LSTM) continue;
      if (dcellGain()) addProductOf(dcellGain() + <usize>begin * 4, d + 4 * hBytes, savedCellHats(t, row) + <usize>begin * 4, n);
      if (dcellBias()) addInto(dcellBias() + <usize>begin * 4, d + 4 * hBytes, n);
    }
  }
}
