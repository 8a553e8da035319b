/**
 * What all recurrent calls share: time in either direction, masked steps, dropout on the state, outputs, last states. Rows of
 * the batch do not meet each other, so each is walked through time on its own. A masked step carries h and c over.
 */
import type { Cell, Kernels, RecurrentCall, RecurrentGradients } from "../kernels.js";
import type { CellDefinition, Step, Weights } from "./cell.js";
import { gruCell } from "./gru.js";
import { lstmCell } from "./lstm.js";
import type { ReferenceMemory } from "./memory.js";
import { addInto } from "./products.js";
import { simpleRnnCell } from "./simple-rnn.js";

export const CELLS: Record<Cell, CellDefinition> = { gru: gruCell, lstm: lstmCell, simpleRnn: simpleRnnCell };

type Recurrent = Pick<Kernels, "savedLength" | "recurrentForward" | "recurrentBackward">;

export function recurrentKernels(memory: ReferenceMemory): Recurrent {
  return {
    savedLength: (cell, B, T, H) => T * B * H * (1 + CELLS[cell].S),

    recurrentForward(cell, call) {
      const definition = CELLS[cell];
      const weights = weightsAt(memory, definition, call, call);
      const saved = savedOf(memory, definition, call);
      for (let row = 0; row < call.B; row++) {
        let seen = false;
        for (const t of runningOrder(call)) {
          const step = stepAt(memory, definition, call, saved, row, t);
          definition.forward(call, weights, step);
          const used = isUsed(memory, call, row, t);
          if (!used) carryOver(definition, step);
          seen ||= used;
          const silent = used ? false : call.zeroOutputForMask || !seen;
          if (call.y) rowOf(memory, call.y, row * call.T + t, call.H).set(silent ? new Float64Array(call.H) : step.h);
        }
        if (call.hT) rowOf(memory, call.hT, row, call.H).set(lastState(memory, call, saved, row));
        if (call.cT) rowOf(memory, call.cT, row, call.H).set(lastCell(memory, definition, call, saved, row));
      }
    },

    recurrentBackward(cell, call, gradients) {
      const definition = CELLS[cell];
      const weights = weightsAt(memory, definition, call, call);
      const dWeights = weightsAt(memory, definition, call, { W: gradients.dW, U: gradients.dU, b: gradients.db });
      for (let row = 0; row < call.B; row++) backwardRow(memory, definition, call, gradients, weights, dWeights, row);
    },
  };
}

function backwardRow(
  memory: ReferenceMemory,
  definition: CellDefinition,
  call: RecurrentCall,
  gradients: RecurrentGradients,
  weights: Weights,
  dWeights: Weights,
  row: number,
): void {
  const { T, D, H } = call;
  const saved = savedOf(memory, definition, call);
  const order = runningOrder(call);
  const firstUsed = order.findIndex((t) => isUsed(memory, call, row, t));
  let dh: Float64Array = rowOf(memory, gradients.dhT, row, H).slice();
  let dc: Float64Array = rowOf(memory, gradients.dcT, row, H).slice();
  for (let k = T - 1; k >= 0; k--) {
    const t = order[k]!;
    const used = isUsed(memory, call, row, t);
    const silent = used ? false : call.zeroOutputForMask || firstUsed < 0 || k < firstUsed;
    if (!silent) addInto(dh, rowOf(memory, gradients.dy, row * T + t, H));
    const dx = rowOf(memory, gradients.dx, row * T + t, D);
    dx.fill(0);
    if (!used) continue;
    const step = stepAt(memory, definition, call, saved, row, t);
    const d = { dh, dc, dx, dhBefore: zeros(H), dhDropped: zeros(H), dcBefore: zeros(H) };
    definition.backward(call, weights, dWeights, step, d);
    const dropout = dropoutRow(memory, call, row);
    for (let j = 0; j < H; j++) d.dhBefore[j]! += d.dhDropped[j]! * dropout[j]!;
    [dh, dc] = [d.dhBefore, d.dcBefore];
  }
  rowOf(memory, gradients.dh0, row, H).set(dh);
  rowOf(memory, gradients.dc0, row, H).set(dc);
}

/** The time steps in the order in which they run. */
function runningOrder({ T, reverse }: RecurrentCall): number[] {
  return Array.from({ length: T }, (_, k) => (reverse ? T - 1 - k : k));
}

function isUsed(memory: ReferenceMemory, { mask, B, T }: RecurrentCall, row: number, t: number): boolean {
  return mask === 0 || memory.ints(mask, B * T)[row * T + t] !== 0;
}

/** The step's arrays; those of `saved` are views, so that what the cell writes stays there. */
function stepAt(
  memory: ReferenceMemory,
  definition: CellDefinition,
  call: RecurrentCall,
  saved: Saved,
  row: number,
  t: number,
): Step {
  const { T, D, H, reverse } = call;
  const before = reverse ? t + 1 : t - 1;
  const isFirst = before < 0 || before >= T;
  const hBefore = isFirst ? rowOf(memory, call.h0, row, H) : saved.h(before, row);
  const cBefore = isFirst ? rowOf(memory, call.c0, row, H) : cellState(definition, saved.gates(before, row), H);
  const dropout = dropoutRow(memory, call, row);
  return {
    x: rowOf(memory, call.x, row * T + t, D),
    hBefore,
    hDropped: hBefore.map((h, j) => h * dropout[j]!),
    cBefore,
    h: saved.h(t, row),
    gates: saved.gates(t, row),
  };
}

function carryOver(definition: CellDefinition, step: Step): void {
  step.h.set(step.hBefore);
  cellState(definition, step.gates, step.h.length).set(step.cBefore);
}

/** LSTM's cell state after the step; for the other cells an array that nobody reads. */
function cellState({ cellSlot }: CellDefinition, gates: Float64Array, H: number): Float64Array {
  return cellSlot === undefined ? zeros(H) : gates.subarray(cellSlot * H, (cellSlot + 1) * H);
}

function lastState(memory: ReferenceMemory, call: RecurrentCall, saved: Saved, row: number): Float64Array {
  const last = runningOrder(call).at(-1);
  return last === undefined ? rowOf(memory, call.h0, row, call.H) : saved.h(last, row);
}

function lastCell(
  memory: ReferenceMemory,
  definition: CellDefinition,
  call: RecurrentCall,
  saved: Saved,
  row: number,
): Float64Array {
  const last = runningOrder(call).at(-1);
  if (last === undefined) return rowOf(memory, call.c0, row, call.H);
  return cellState(definition, saved.gates(last, row), call.H);
}

function dropoutRow(memory: ReferenceMemory, call: RecurrentCall, row: number): Float64Array {
  return call.stateDropout ? rowOf(memory, call.stateDropout, row, call.H) : zeros(call.H).fill(1);
}

interface Saved {
  h(t: number, row: number): Float64Array;
  gates(t: number, row: number): Float64Array;
}

/** h [T, B, H], then gates [T, B, S·H]; at inference (0) in an array of our own. */
function savedOf(memory: ReferenceMemory, { S }: CellDefinition, { saved, B, T, H }: RecurrentCall): Saved {
  const length = T * B * H * (1 + S);
  const all = saved ? memory.floats(saved, length) : new Float64Array(length);
  const gates = all.subarray(T * B * H);
  return {
    h: (t, row) => all.subarray((t * B + row) * H, (t * B + row + 1) * H),
    gates: (t, row) => gates.subarray((t * B + row) * S * H, (t * B + row + 1) * S * H),
  };
}

export function weightsAt(
  memory: ReferenceMemory,
  { G }: CellDefinition,
  { D, H, resetAfter }: Pick<RecurrentCall, "D" | "H" | "resetAfter">,
  at: Pick<RecurrentCall, "W" | "U" | "b">,
): Weights {
  const biases = G === 3 && resetAfter ? 2 : 1;
  return {
    W: at.W ? memory.floats(at.W, D * G * H) : zeros(D * G * H),
    U: at.U ? memory.floats(at.U, H * G * H) : zeros(H * G * H),
    b: at.b ? memory.floats(at.b, biases * G * H) : zeros(0),
  };
}

/** Row i of an array [.., length]; zeros that nobody keeps where the array is absent. */
export function rowOf(memory: ReferenceMemory, ptr: number, i: number, length: number): Float64Array {
  return ptr ? memory.floats(ptr + i * length * memory.bytes, length) : zeros(length);
}

export function zeros(length: number): Float64Array {
  return new Float64Array(length);
}
