/** GRU and LSTM with layer normalisation inside, over all steps: each thread takes rows of the batch through time on its own. */
import { splitAt } from "../args";
import { activate } from "../activation";
import { activation, B, b, bytes, c0, cell, cT, GRU, H, h0, hT, isUsed, LSTM, mask, recurrentActivation, saved, savedGates, savedSlots, savedState, scratch, stateDropout, T, timeOf, U, y } from "../call"; // prettier-ignore
import { gruAfter, lstm } from "../cells";
import { fixSilentOutputs, packedBytes, packWeights, rowWidth, throughWeights, zeroBytes } from "../recurrent-forward";
import { barrier } from "../threads";
import { copyFloats, multiplyInto } from "../vectors";
import { normalize } from "./normalize";
import { cellBias, cellGain, columns, epsilon, gains, gatesOfBlock, inputRow, savedCellHats, savedHats, savedScales } from "./normalized-call"; // prettier-ignore

/** Gate inputs of one row, U ĥ of all, ĥ, two states, two sets of gates, scales. */
function partBytes(): usize {
  return 2 * bytes(rowWidth()) + bytes(B() * rowWidth()) + 3 * bytes(B() * H()) + 2 * bytes(B() * savedSlots() * H());
}

export function normalizedForwardScratch(parts: i32): usize {
  return zeroBytes() + packedBytes() + <usize>parts * partBytes();
}

export function normalizedForward(part: i32, parts: i32, workspace: usize): void {
  const zeros = scratch();
  const packedU = zeros + zeroBytes();
  if (part == 0) memory.fill(zeros, 0, zeroBytes());
  if (packedBytes()) packWeights(packedU, packedU, part, parts);
  barrier(parts);
  const first = splitAt(B(), part, parts, 4);
  const rows = splitAt(B(), part + 1, parts, 4) - first;
  if (rows > 0) runRows(first, rows, zeros, packedU, packedU + packedBytes() + <usize>part * partBytes(), workspace);
}

function runRows(first: i32, rows: i32, zeros: usize, packedU: usize, own: usize, workspace: usize): void {
  const width = <usize>rowWidth() * 4;
  const u = own + 2 * bytes(rowWidth());
  const dropped = u + bytes(B() * rowWidth());
  const states = dropped + bytes(B() * H());
  const gateRows = states + 2 * bytes(B() * H());
  const S = savedSlots();
  const hBytes = <usize>H() * 4;
  let h = h0() ? h0() + <usize>first * hBytes : zeros;
  let c = c0() ? c0() + <usize>first * hBytes : zeros;
  let cStride = hBytes;
  for (let s = 0; s < T(); s++) {
    const t = timeOf(s);
    const odd = <usize>(s & 1);
    const hNext = saved() ? savedState(s, zeros) + <usize>first * hBytes : states + odd * bytes(B() * H());
    const gatesNext = saved() ? savedGates(s) + <usize>first * S * hBytes : gateRows + odd * bytes(B() * S * H());
    let through = h;
    if (stateDropout()) {
      multiplyInto(dropped, h, stateDropout() + <usize>first * hBytes, rows * H());
      through = dropped;
    }
    throughWeights(u, width, through, hBytes, U(), packedU, 0, rows, columns(), H(), zeros, workspace);
    for (let i = 0; i < rows; i++) {
      const r = <usize>i;
      finishRow(first + i, t, own, u + r * width, h + r * hBytes, c + r * cStride, gatesNext + r * S * hBytes, hNext + r * hBytes, zeros);
    }
    h = hNext;
    if (cell() == LSTM) {
      c = gatesNext + 4 * hBytes;
      cStride = 5 * hBytes;
    }
  }
  if (mask()) fixSilentOutputs(first, rows);
  if (hT()) copyFloats(hT() + <usize>first * hBytes, h, rows * H());
  if (cT()) for (let i = 0; i < rows; i++) copyFloats(cT() + <usize>(first + i) * hBytes, c + <usize>i * cStride, H());
}

/** From U ĥ to the new state; a masked row keeps its own. */
function finishRow(row: i32, t: i32, a: usize, u: usize, hBefore: usize, cBefore: usize, gatesNow: usize, h: usize, zeros: usize): void {
  const out = y() ? y() + (<usize>row * T() + t) * H() * 4 : 0;
  const scales = saved() ? savedScales(t, row) : a + bytes(rowWidth());
  normalizeBlocks(row, t, a, u, scales);
  if (cell() == GRU) gruAfter(H(), a, u, hBefore, gatesNow, h, out, activation(), recurrentActivation());
  else lstmNormalized(a, u, cBefore, gatesNow, h, out, saved() ? savedCellHats(t, row) : 0, scales, zeros);
  if (isUsed(row, t)) return;
  copyFloats(h, hBefore, H());
  if (cell() == LSTM) copyFloats(gatesNow + <usize>H() * 16, cBefore, H());
  if (out) copyFloats(out, hBefore, H());
}

/** a = α ⊙ N(W x) + b, u = β ⊙ N(U ĥ) + c, block by block. */
function normalizeBlocks(row: i32, t: i32, a: usize, u: usize, scales: usize): void {
  const beta = gains() + <usize>columns() * 4;
  const recurrentBias = b() && cell() == GRU ? b() + <usize>columns() * 4 : 0;
  const x = inputRow(row, t);
  const hats = saved() ? savedHats(t, row) : 0;
  for (let gate = 0; gate * H() < columns(); ) {
    const at = <usize>gate * H() * 4;
    const n = gatesOfBlock(gate) * H();
    const kept = saved() ? x + at : 0;
    store<f32>(scales, normalize(a + at, kept, x + at, gains() + at, b() ? b() + at : 0, n, epsilon()));
    const own = recurrentBias ? recurrentBias + at : 0;
    store<f32>(scales, normalize(u + at, hats ? hats + at : 0, u + at, beta + at, own, n, epsilon()), 4);
    scales += 8;
    gate += gatesOfBlock(gate);
  }
}

/** a, u [4H] → gates i | f | g | o | c as without normalisation, then h = o ⊙ φ(γ ⊙ N(c) + d) in place of o ⊙ φ(c). */
function lstmNormalized(a: usize, u: usize, cBefore: usize, gatesNow: usize, h: usize, out: usize, cellHat: usize, scales: usize, zeros: usize): void {
  const slot = <usize>H() * 4;
  lstm(H(), a, u, cBefore, gatesNow, h, 0, activation(), recurrentActivation(), zeros);
  store<f32>(scales, normalize(a, cellHat, gatesNow + 4 * slot, cellGain(), cellBias(), H(), epsilon()), 8);
  activate(activation(), u, a, zeros, H());
  multiplyInto(h, gatesNow + 3 * slot, u, H());
  if (out) copyFloats(out, h, H());
}
