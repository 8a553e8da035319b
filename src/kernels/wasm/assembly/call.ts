/**
 * The arguments of a recurrent call (RecurrentCall and RecurrentGradients in kernels.ts) and the sizes that follow from them.
 * Internal rows are padded to whole panels.
 */
import { arg, argPtr, WIDEST } from "./args";

export const GRU = 0;
export const LSTM = 1;

@inline export function cell(): i32 { return arg(0); } // prettier-ignore
@inline export function B(): i32 { return arg(1); } // prettier-ignore
@inline export function T(): i32 { return arg(2); } // prettier-ignore
@inline export function D(): i32 { return arg(3); } // prettier-ignore
@inline export function H(): i32 { return arg(4); } // prettier-ignore
@inline export function reverse(): bool { return arg(5) != 0; } // prettier-ignore
@inline export function x(): usize { return argPtr(6); } // prettier-ignore
@inline export function W(): usize { return argPtr(7); } // prettier-ignore
@inline export function U(): usize { return argPtr(8); } // prettier-ignore
@inline export function b(): usize { return argPtr(9); } // prettier-ignore
@inline export function h0(): usize { return argPtr(10); } // prettier-ignore
@inline export function mask(): usize { return argPtr(11); } // prettier-ignore
@inline export function stateDropout(): usize { return TRAINS ? argPtr(12) : 0; } // prettier-ignore
@inline export function activation(): i32 { return arg(13); } // prettier-ignore
@inline export function recurrentActivation(): i32 { return arg(14); } // prettier-ignore
@inline export function resetAfter(): bool { return arg(15) != 0; } // prettier-ignore
@inline export function zeroOutputForMask(): bool { return arg(16) != 0; } // prettier-ignore
@inline export function y(): usize { return argPtr(17); } // prettier-ignore
@inline export function hT(): usize { return argPtr(18); } // prettier-ignore
@inline export function saved(): usize { return TRAINS ? argPtr(19) : 0; } // prettier-ignore
@inline export function c0(): usize { return argPtr(20); } // prettier-ignore
@inline export function cT(): usize { return argPtr(21); } // prettier-ignore
@inline export function scratch(): usize { return argPtr(22); } // prettier-ignore
@inline export function dy(): usize { return argPtr(23); } // prettier-ignore
@inline export function dhT(): usize { return argPtr(24); } // prettier-ignore
@inline export function dcT(): usize { return argPtr(25); } // prettier-ignore
@inline export function dx(): usize { return argPtr(26); } // prettier-ignore
@inline export function dW(): usize { return argPtr(27); } // prettier-ignore
@inline export function dU(): usize { return argPtr(28); } // prettier-ignore
@inline export function db(): usize { return argPtr(29); } // prettier-ignore
@inline export function dh0(): usize { return argPtr(30); } // prettier-ignore
@inline export function dc0(): usize { return argPtr(31); } // prettier-ignore
/** GRU-D's factors [B, T, H], room for the states as they enter the steps, and the factors' gradient. The first is 0 for all other cells. */
@inline export function decay(): usize { return SEQUENCES ? argPtr(56) : 0; } // prettier-ignore
@inline export function decayed(): usize { return argPtr(57); } // prettier-ignore
@inline export function ddecay(): usize { return argPtr(58); } // prettier-ignore

/** Gates: columns of W and U in units of H. */
export function gates(): i32 {
  return cell() == GRU ? 3 : cell() == LSTM ? 4 : 1;
}

/** Slots of H that each step saves beside h. */
export function savedSlots(): i32 {
  return cell() == GRU ? 4 : cell() == LSTM ? 5 : 0;
}

/** The GRU whose reset gate acts before the product with U_g: the one cell with two products in a row. */
export function resetBefore(): bool {
  return cell() == GRU && !resetAfter();
}

/** Slots of gate gradients: with resetAfter δz | δr | dq | δg, else one for each gate. */
export function gradientSlots(): i32 {
  return cell() == GRU && resetAfter() ? 4 : gates();
}

@inline
export function roundUp(n: i32): i32 {
  return (n + WIDEST - 1) & -WIDEST;
}

/** Bytes of n floats, a multiple of a cache line. */
@inline
export function bytes(n: i32): usize {
  return (<usize>n * 4 + 63) & ~63;
}

/** Time of running step s; one below 0 is before the first. */
@inline
export function timeOf(s: i32): i32 {
  return reverse() ? T() - 1 - s : s;
}

@inline
export function isUsed(row: i32, t: i32): bool {
  return mask() == 0 || load<i32>(mask() + (<usize>row * T() + t) * 4) != 0;
}

/** The first running step that the mask lets through, T when there is none. */
export function firstUsed(row: i32): i32 {
  let s = 0;
  while (s < T() && !isUsed(row, timeOf(s))) s++;
  return s;
}

/** State after running step s in `saved`, [B, H]; s = -1 is h0 or zeros. */
export function savedState(s: i32, zeros: usize): usize {
  if (s < 0) return h0() ? h0() : zeros;
  return saved() + <usize>timeOf(s) * B() * H() * 4;
}

/** Gates of running step s in `saved`, [B, S·H]. */
export function savedGates(s: i32): usize {
  return saved() + (<usize>T() + <usize>timeOf(s) * savedSlots()) * B() * H() * 4;
}
