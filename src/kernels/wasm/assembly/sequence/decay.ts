/** Factors by which GRU-D lets its state decay, and what they do to the state inside the recurrent loops. */
import { arg, argPtr, splitAt } from "../args";
import { B, ddecay, decay, decayed, H, isUsed, saved, savedState, T } from "../call";
import { exp, relu } from "../math";
import { flush, storeLanes } from "../simd";
import { multiplyInto } from "../vectors";

/** A smaller factor is zero: times a state it would soon be a denormal. */
const TINY_FACTOR: f32 = 1e-25;

/** y = exp(-max(0, a + b)) by rows, 1 in masked ones. Slots: y, a, b, mask, rows, cols. */
export function decayFactors(part: i32, parts: i32): void {
  const cols = arg(5);
  const end = splitAt(arg(4), part + 1, parts, 4);
  for (let row = splitAt(arg(4), part, parts, 4); row < end; row++) {
    const counts = argPtr(3) == 0 || load<i32>(argPtr(3) + <usize>row * 4) != 0;
    const at = <usize>row * cols * 4;
    for (let j = 0; j < cols; j += 4) {
      const a = f32x4.add(v128.load(argPtr(1) + at + <usize>j * 4), v128.load(argPtr(2) + <usize>j * 4));
      const y = counts ? flush(exp(f32x4.neg(relu(a))), TINY_FACTOR) : f32x4.splat(1);
      storeLanes(argPtr(0) + at + <usize>j * 4, y, cols - j);
    }
  }
}

/** da = -dy ⊙ y where y is below 1. Slots: da, dy, y, n. */
export function decayFactorsGrad(part: i32, parts: i32): void {
  const n = arg(3);
  const end = splitAt(n, part + 1, parts, 16);
  for (let i = splitAt(n, part, parts, 16); i < end; i += 4) {
    const at = <usize>i * 4;
    const y = v128.load(argPtr(2) + at);
    const da = f32x4.neg(f32x4.mul(v128.load(argPtr(1) + at), y));
    storeLanes(argPtr(0) + at, v128.and(da, f32x4.lt(y, f32x4.splat(1))), end - i);
  }
}

@inline
function factorsOf(row: i32, t: i32): usize {
  return (<usize>row * T() + t) * H() * 4;
}

/** States [B, H] as they enter the step at time t. */
@inline
export function decayedState(t: i32): usize {
  return decayed() + (saved() ? <usize>t * B() * H() * 4 : 0);
}

/** Lets the states of this part's rows decay as they enter the step at time t; says where they are. */
export function enterStep(h: usize, t: i32, first: i32, rows: i32): usize {
  const hBytes = <usize>H() * 4;
  const entering = decayedState(t) + <usize>first * hBytes;
  for (let row = 0; row < rows; row++) {
    const at = <usize>row * hBytes;
    multiplyInto(entering + at, h + at, decay() + factorsOf(first + row, t), H());
  }
  return entering;
}

/** From the gradient at the states that entered running step s to the one at the states before it, in place; writes that of the factors. */
export function leaveStep(dh: usize, width: usize, s: i32, t: i32, first: i32, rows: i32, zeros: usize): void {
  const before = savedState(s - 1, zeros);
  for (let row = 0; row < rows; row++) {
    const d = dh + <usize>row * width;
    const h = before + <usize>(first + row) * H() * 4;
    const factors = factorsOf(first + row, t);
    if (!isUsed(first + row, t)) {
      if (ddecay()) memory.fill(ddecay() + factors, 0, <usize>H() * 4);
      continue;
    }
    for (let j = 0; j < H(); j += 4) {
      const at = <usize>j * 4;
      const dEntering = v128.load(d + at);
      const factor = v128.load(decay() + factors + at);
      if (ddecay()) storeLanes(ddecay() + factors + at, f32x4.mul(dEntering, v128.load(h + at)), H() - j);
      storeLanes(d + at, f32x4.mul(dEntering, factor), H() - j);
    }
  }
}
