/** GRU-D's recurrence (kernels/decay.ts): each row step by step, every step a call of the plain GRU on the state that has decayed. */
import type { DecayedCall, DecayedGradients } from "../decay.js";
import type { Kernels } from "../kernels.js";
import type { ReferenceMemory } from "./memory.js";

/** Row i of an array [.., length]; 0 where it is absent. */
function rowOf(memory: ReferenceMemory, ptr: number, i: number, length: number): number {
  return ptr && ptr + i * length * memory.bytes;
}

/**
 * One step of one row as a GRU call of its own, B = T = 1. What it keeps lies at its place of `saved` as h, z, r, g, q side by side;
 * the state that enters it at its place of `decayed`.
 */
function stepCall(memory: ReferenceMemory, call: DecayedCall, row: number, t: number): DecayedCall {
  const { B, T, D, H, saved } = call;
  const entering = rowOf(memory, call.decayed, saved ? t * B + row : row, H);
  return {
    ...call, B: 1, T: 1, x: rowOf(memory, call.x, row * T + t, D), h0: entering, mask: 0, y: 0,
    stateDropout: rowOf(memory, call.stateDropout, row, H), hT: rowOf(memory, call.hT, row, H),
    saved: rowOf(memory, saved, t * B + row, 5 * H), decay: rowOf(memory, call.decay, row * T + t, H),
  }; // prettier-ignore
}

/** The steps of a row that count, in running order. */
function stepsOf(memory: ReferenceMemory, { B, T, reverse, mask }: DecayedCall, row: number): number[] {
  const used = mask ? memory.ints(mask, B * T) : null;
  const steps = Array.from({ length: T }, (_, i) => (reverse ? T - 1 - i : i));
  return steps.filter((t) => !used || used[row * T + t]);
}

export function runDecayed(
  memory: ReferenceMemory,
  forward: Kernels["recurrentForward"],
  call: DecayedCall,
  row: number,
): void {
  const { T, H } = call;
  const h = memory.floats(rowOf(memory, call.hT, row, H), H);
  if (call.h0) h.set(memory.floats(rowOf(memory, call.h0, row, H), H));
  else h.fill(0);
  const counting = stepsOf(memory, call, row);
  for (let i = 0; i < T; i++) {
    const t = call.reverse ? T - 1 - i : i;
    const used = counting.includes(t);
    if (used) {
      const step = stepCall(memory, call, row, t);
      const decay = memory.floats(step.decay, H);
      memory.floats(step.h0, H).set(h.map((v, j) => v * decay[j]!));
      forward("gru", step);
    }
    if (!call.y) continue;
    const shown = used || (!call.zeroOutputForMask && isAfter(call, counting[0], t));
    memory.floats(rowOf(memory, call.y, row * T + t, H), H).set(shown ? h : new Float64Array(H));
  }
}

/** Whether t runs after the first step that counts. */
function isAfter({ reverse }: DecayedCall, first: number | undefined, t: number): boolean {
  return first !== undefined && (reverse ? t < first : t > first);
}

export function runDecayedBack(
  memory: ReferenceMemory,
  backward: Kernels["recurrentBackward"],
  call: DecayedCall,
  gradients: DecayedGradients,
  row: number,
): void {
  const { B, T, D, H } = call;
  const counting = stepsOf(memory, call, row);
  const [dh, dEntering] = [H, H].map((n) => memory.arena.alloc(n * memory.bytes)) as [number, number];
  const carried = memory.floats(dh, H).fill(0);
  if (gradients.dhT) carried.set(memory.floats(rowOf(memory, gradients.dhT, row, H), H));
  for (let i = T - 1; i >= 0; i--) {
    const t = call.reverse ? T - 1 - i : i;
    const used = counting.includes(t);
    const shown = used || (!call.zeroOutputForMask && isAfter(call, counting[0], t));
    const dy = shown && gradients.dy ? memory.floats(rowOf(memory, gradients.dy, row * T + t, H), H) : [];
    for (const [j, v] of dy.entries()) carried[j]! += v;
    const [dx, ddecay] = [rowOf(memory, gradients.dx, row * T + t, D), rowOf(memory, gradients.ddecay, row * T + t, H)];
    if (dx) memory.floats(dx, D).fill(0);
    if (ddecay) memory.floats(ddecay, H).fill(0);
    if (!used) continue;
    const step = stepCall(memory, call, row, t);
    backward("gru", step, { ...gradients, dy: 0, dhT: dh, dx, dh0: dEntering });
    const before = counting[counting.indexOf(t) - 1];
    const at =
      before === undefined ? rowOf(memory, call.h0, row, H) : rowOf(memory, call.saved, before * B + row, 5 * H);
    const decay = memory.floats(step.decay, H);
    for (const [j, d] of memory.floats(dEntering, H).entries()) {
      if (ddecay) memory.floats(ddecay, H)[j] = at ? d * memory.floats(at, H)[j]! : 0;
      carried[j] = d * decay[j]!;
    }
  }
  if (gradients.dh0) memory.floats(rowOf(memory, gradients.dh0, row, H), H).set(carried);
}
