/** GRU-D's kernels (kernels/decay.ts) by their equations: each variable of each row is walked through time on its own. */
import type { DecayKernels, ImputeCall, ImputeGradients } from "../decay.js";
import { runDecayed, runDecayedBack } from "./decayed-gru.js";
import type { ReferenceMemory } from "./memory.js";
import { recurrentKernels } from "./recurrent.js";

export function decayKernels(memory: ReferenceMemory): DecayKernels {
  const { recurrentForward, recurrentBackward } = recurrentKernels(memory);
  return {
    impute(call) {
      for (let row = 0; row < call.B; row++) for (let d = 0; d < call.D; d++) imputeOne(memory, call, row, d);
    },
    imputeGrad(call, gradients) {
      const { B, T, D } = call;
      if (gradients.dx) memory.floats(gradients.dx, B * T * 3 * D).fill(0);
      for (let row = 0; row < B; row++) for (let d = 0; d < D; d++) imputeOneBack(memory, call, gradients, row, d);
    },
    decay(y, a, b, mask, rows, cols) {
      const [out, from, bias] = [memory.floats(y, rows * cols), memory.floats(a, rows * cols), memory.floats(b, cols)];
      const used = mask ? memory.ints(mask, rows) : null;
      for (let i = 0; i < rows * cols; i++) {
        out[i] = !used || used[Math.floor(i / cols)] ? factor(from[i]! + bias[i % cols]!) : 1;
      }
    },
    decayGrad(da, dy, y, n) {
      const [to, from, value] = [memory.floats(da, n), memory.floats(dy, n), memory.floats(y, n)];
      for (let i = 0; i < n; i++) to[i] = value[i]! < 1 ? -from[i]! * value[i]! : 0;
    },
    gruDecayed(call) {
      const mark = memory.arena.mark();
      for (let row = 0; row < call.B; row++) runDecayed(memory, recurrentForward, call, row);
      memory.arena.release(mark);
    },
    gruDecayedGrad(call, gradients) {
      const mark = memory.arena.mark();
      for (let row = 0; row < call.B; row++) runDecayedBack(memory, recurrentBackward, call, gradients, row);
      memory.arena.release(mark);
    },
  };
}

function factor(a: number): number {
  return Math.exp(-Math.max(0, a));
}

/** One variable of one row: what is read at a time, over the steps that count, in running order. */
interface Walk {
  steps: number[];
  x: (t: number) => number;
  observed: (t: number) => boolean;
  gap: (t: number) => number;
  m: (t: number) => number;
}

function walkOf(memory: ReferenceMemory, { B, T, D, x, mask, reverse }: ImputeCall, row: number, d: number): Walk {
  const all = memory.floats(x, B * T * 3 * D);
  const used = mask ? memory.ints(mask, B * T) : null;
  const at = (t: number, part: number) => all[((row * T + t) * 3 + part) * D + d]!;
  const steps = Array.from({ length: T }, (_, i) => (reverse ? T - 1 - i : i));
  return {
    steps: steps.filter((t) => !used || used[row * T + t]),
    x: (t) => at(t, 0),
    m: (t) => at(t, 1),
    observed: (t) => at(t, 1) > 0.5,
    gap: (t) => at(t, 2),
  };
}

/**
 * The gaps in the direction of the run. Forward δ_t = s_t - s_{t-1} + (1 - m_{t-1}) δ_{t-1} with the times s (the paper's section
 * 3.1), so the time that passes before step t + 1 is δ_{t+1} - (1 - m_t) δ_t; backward the same recursion runs on these.
 */
function gapsOf(walk: Walk, reverse: boolean): number[] {
  const gaps: number[] = [];
  for (const [i, t] of walk.steps.entries()) {
    if (!reverse) gaps.push(walk.gap(t));
    else if (i === 0) gaps.push(0);
    else {
      const later = walk.steps[i - 1]!;
      const passed = walk.gap(later) - (walk.observed(t) ? 0 : walk.gap(t));
      gaps.push(passed + (walk.observed(later) ? 0 : gaps[i - 1]!));
    }
  }
  return gaps;
}

function imputeOne(memory: ReferenceMemory, call: ImputeCall, row: number, d: number): void {
  const { B, T, D } = call;
  const walk = walkOf(memory, call, row, d);
  const gaps = gapsOf(walk, call.reverse);
  const [y, gapsOut] = [memory.floats(call.y, B * T * 2 * D), memory.floats(call.gaps, B * T * D)];
  const before = call.before ? memory.floats(call.before, B * T * D) : null;
  const one = (ptr: number) => memory.floats(ptr, D)[d]!;
  const [w, b, mean] = [one(call.w), one(call.b), one(call.mean)];
  for (let t = 0; t < T; t++) {
    const at = row * T + t;
    y[2 * at * D + d] = y[(2 * at + 1) * D + d] = gapsOut[at * D + d] = 0;
    if (before) before[at * D + d] = 0;
  }
  let last = call.last0 ? memory.floats(call.last0, B * D)[row * D + d]! : 0;
  for (const [i, t] of walk.steps.entries()) {
    const at = row * T + t;
    if (before) before[at * D + d] = last;
    if (walk.observed(t)) last = walk.x(t) - mean;
    y[2 * at * D + d] = walk.observed(t) ? walk.x(t) : mean + factor(w * gaps[i]! + b) * last;
    y[(2 * at + 1) * D + d] = walk.m(t);
    gapsOut[at * D + d] = gaps[i]!;
  }
  memory.floats(call.lastT, B * D)[row * D + d] = last;
}

function imputeOneBack(
  memory: ReferenceMemory,
  call: ImputeCall,
  gradients: ImputeGradients,
  row: number,
  d: number,
): void {
  const { B, T, D, reverse } = call;
  const walk = walkOf(memory, call, row, d);
  const gaps = gapsOf(walk, reverse);
  const read = (ptr: number, i: number) => (ptr ? memory.floats(ptr, i + 1)[i]! : 0);
  const add = (ptr: number, i: number, value: number) => {
    if (ptr) memory.floats(ptr, i + 1)[i]! += value;
  };
  const [w, b] = [read(call.w, d), read(call.b, d)];
  let dlast = read(gradients.dlastT, row * D + d);
  let carried = 0; // the gradient at the gap of the step that ran after
  for (let i = walk.steps.length - 1; i >= 0; i--) {
    const t = walk.steps[i]!;
    const at = row * T + t;
    const place = (part: number) => (3 * at + part) * D + d;
    const dy = read(gradients.dy, 2 * at * D + d);
    const missing = walk.observed(t) ? 0 : 1;
    let dgap = read(gradients.dgaps, at * D + d);
    if (missing === 0) {
      add(gradients.dx, place(0), dy + dlast);
      add(gradients.dmean, d, -dlast);
      dlast = 0;
    } else {
      const a = w * gaps[i]! + b;
      const da = a > 0 ? -dy * factor(a) * read(call.before, at * D + d) : 0;
      add(gradients.dw, d, da * gaps[i]!);
      add(gradients.db, d, da);
      add(gradients.dmean, d, dy);
      dgap += da * w;
      dlast += dy * factor(a);
    }
    add(gradients.dx, place(1), read(gradients.dy, (2 * at + 1) * D + d));
    if (!reverse) add(gradients.dx, place(2), dgap);
    else {
      const total = i === 0 ? 0 : dgap + missing * carried; // the first gap is 0 whatever comes
      add(gradients.dx, place(2), carried - missing * total);
      carried = total;
    }
  }
  if (gradients.dlast0) memory.floats(gradients.dlast0, B * D)[row * D + d] = dlast;
}
