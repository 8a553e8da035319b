/**
 * A recurrent call on packed sequences (PackedCall in sequence-kernels.ts): call.ts's slots, where x, y and saved stand for rows
 * [N, …] in the order of time, longest sequence first within a step; so the rows of a step, and of several steps, are contiguous.
 */
import { argPtr, ARGS } from "../args";
import { B, H, h0, reverse, T } from "../call";

@inline export function offsets(): usize { return argPtr(40); } // prettier-ignore
@inline export function lengths(): usize { return argPtr(41); } // prettier-ignore

/** How a call says what scratch it will need: in the slot where the scratch's address goes. */
export function answerScratch(bytes: usize): void {
  store<usize>(ARGS + 22 * 4, bytes);
}

/** The first row of step t; t = T gives N. */
@inline
export function offset(t: i32): i32 {
  return load<i32>(offsets() + <usize>t * 4);
}

@inline
export function lengthOf(sequence: i32): i32 {
  return load<i32>(lengths() + <usize>sequence * 4);
}

/** How many of the sequences `first` to `first + most` have a step t: the first so many, since longer ones come first. */
@inline
export function rowsAt(t: i32, first: i32, most: i32): i32 {
  return max(0, min(most, offset(t + 1) - offset(t) - first));
}

/** Of `n` sequences at running step s, time t, so many had a step before it; the others start from the initial state. */
@inline
export function rowsBefore(s: i32, t: i32, first: i32, n: i32): i32 {
  if (s == 0) return 0;
  return reverse() ? rowsAt(t + 1, first, n) : n;
}

/** The time that runs before t. */
@inline
export function timeBefore(t: i32): i32 {
  return reverse() ? t + 1 : t - 1;
}

/**
 * Where part `part`'s sequences begin, in fours: the steps of all sequences are dealt out evenly, not the sequences, since the
 * first ones are the longest.
 */
export function splitSequences(part: i32, parts: i32): i32 {
  if (part == parts) return B();
  const wanted = <i32>((<i64>offset(T()) * part) / parts);
  let done = 0;
  let row = 0;
  for (; row < B(); row += 4) {
    let block = 0;
    for (let i = row; i < min(B(), row + 4); i++) block += lengthOf(i);
    if (done + block / 2 >= wanted) break;
    done += block;
  }
  return min(B(), row);
}

/** Copies the states before a step of `n` sequences: `m` rows of `states` as they lie, then initial ones. */
export function gatherBefore(to: usize, states: usize, first: i32, m: i32, n: i32): void {
  const hBytes = <usize>H() * 4;
  if (m > 0) memory.copy(to, states, <usize>m * hBytes);
  if (m == n) return;
  const rest = to + <usize>m * hBytes;
  if (h0()) memory.copy(rest, h0() + <usize>(first + m) * hBytes, <usize>(n - m) * hBytes);
  else memory.fill(rest, 0, <usize>(n - m) * hBytes);
}
