/**
 * A recurrent call with layer normalisation in the cell (NormalizedCall in kernels/normalized.ts): call.ts's slots, D = 0, and those
 * below; and where the parts of `saved` lie beyond those that every recurrent call has.
 */
import { argFloat, argPtr } from "../args";
import { B, cell, gates, GRU, H, LSTM, saved, savedSlots, T, x } from "../call";

/** [B, T, GH] W x, then N(W x) */
@inline export function inputs(): usize { return x(); } // prettier-ignore
@inline export function gains(): usize { return argPtr(40); } // prettier-ignore
@inline export function cellGain(): usize { return argPtr(41); } // prettier-ignore
@inline export function cellBias(): usize { return argPtr(42); } // prettier-ignore
@inline export function epsilon(): f32 { return argFloat(43); } // prettier-ignore
@inline export function du(): usize { return argPtr(44); } // prettier-ignore
@inline export function droppedStates(): usize { return argPtr(45); } // prettier-ignore
@inline export function dgains(): usize { return argPtr(46); } // prettier-ignore
@inline export function dcellGain(): usize { return argPtr(47); } // prettier-ignore
@inline export function dcellBias(): usize { return argPtr(48); } // prettier-ignore

/** Columns of W x and of U ĥ. */
@inline
export function columns(): i32 {
  return gates() * H();
}

/** How many gates from `first` on are normalised together: z and r, then g; all four of an LSTM. */
@inline
export function gatesOfBlock(first: i32): i32 {
  return cell() == LSTM ? 4 : first == 0 ? 2 : 1;
}

/** Scales of a step's row: of W x and U ĥ in turn for each block, then of c. */
@inline
export function scaleCount(): i32 {
  return cell() == GRU ? 4 : 3;
}

/** [B, T, GH] */
@inline
export function inputRow(row: i32, t: i32): usize {
  return inputs() + (<usize>row * T() + t) * columns() * 4;
}

function steps(): usize {
  return <usize>T() * B();
}

/** N(U ĥ) of the rows from `row` on at time t, [T, B, GH]. */
export function savedHats(t: i32, row: i32): usize {
  return saved() + (steps() * (1 + savedSlots()) * H() + (<usize>t * B() + row) * columns()) * 4;
}

/** LSTM: N(c), [T, B, H]. */
export function savedCellHats(t: i32, row: i32): usize {
  return saved() + (steps() * ((1 + savedSlots()) * H() + columns()) + (<usize>t * B() + row) * H()) * 4;
}

/** [T, B, scaleCount] */
export function savedScales(t: i32, row: i32): usize {
  const perStep = (1 + savedSlots() + (cell() == LSTM ? 1 : 0)) * H() + columns();
  return saved() + (steps() * perStep + (<usize>t * B() + row) * scaleCount()) * 4;
}
