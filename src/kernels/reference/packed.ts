/** Packed sequences (kernels/packed.ts) by the equations of the cells: each sequence is walked through its own steps. */
import type { Cell } from "../kernels.js";
import type { PackedCall, PackedGradients, PackedKernels } from "../packed.js";
import type { CellDefinition, Step, Weights } from "./cell.js";
import type { ReferenceMemory } from "./memory.js";
import { addInto } from "./products.js";
import { CELLS, rowOf, weightsAt, zeros } from "./recurrent.js";

export function packedKernels(memory: ReferenceMemory): PackedKernels {
  return {
    packedForward(cell, call) {
      const run = runOf(memory, cell, call);
      for (let i = 0; i < call.B; i++) {
        let last = rowOf(memory, call.c0, i, call.H);
        for (const t of runningOrder(memory, call, i)) {
          const step = stepAt(run, i, t);
          run.definition.forward(call, run.weights, step);
          last = cellState(run, step);
        }
        if (call.cT) rowOf(memory, call.cT, i, call.H).set(last);
      }
    },

    packedBackward(cell, call, gradients) {
      const run = runOf(memory, cell, call);
      const dWeights = weightsAt(memory, run.definition, call, { W: gradients.dW, U: gradients.dU, b: gradients.db });
      for (let i = 0; i < call.B; i++) backwardSequence(run, gradients, dWeights, i);
    },
  };
}

interface Run {
  memory: ReferenceMemory;
  definition: CellDefinition;
  call: PackedCall;
  weights: Weights;
  offsets: Int32Array;
  /** [N, S·H]; of our own at inference */
  gates: Float64Array;
}

function runOf(memory: ReferenceMemory, cell: Cell, call: PackedCall): Run {
  const definition = CELLS[cell];
  const offsets = memory.ints(call.offsets, call.T + 1);
  const length = offsets[call.T]! * definition.S * call.H;
  const gates = call.gates ? memory.floats(call.gates, length) : zeros(length);
  return { memory, definition, call, weights: weightsAt(memory, definition, call, call), offsets, gates };
}

function backwardSequence(run: Run, gradients: PackedGradients, dWeights: Weights, i: number): void {
  const { memory, definition, call, weights, offsets } = run;
  const { D, H } = call;
  let dh: Float64Array = zeros(H);
  let dc: Float64Array = rowOf(memory, gradients.dcT, i, H).slice();
  for (const t of runningOrder(memory, call, i).reverse()) {
    const row = offsets[t]! + i;
    addInto(dh, rowOf(memory, gradients.dh, row, H));
    const dx = rowOf(memory, gradients.dx, row, D);
    dx.fill(0);
    const d = { dh, dc, dx, dhBefore: zeros(H), dhDropped: zeros(H), dcBefore: zeros(H) };
    definition.backward(call, weights, dWeights, stepAt(run, i, t), d);
    const dropout = dropoutOf(run, i);
    for (let j = 0; j < H; j++) d.dhBefore[j]! += d.dhDropped[j]! * dropout[j]!;
    [dh, dc] = [d.dhBefore, d.dcBefore];
  }
  rowOf(memory, gradients.dh0, i, H).set(dh);
  rowOf(memory, gradients.dc0, i, H).set(dc);
}

/** The steps of sequence i in the order in which they run. */
function runningOrder(memory: ReferenceMemory, { lengths, reverse, B }: PackedCall, i: number): number[] {
  const n = memory.ints(lengths, B)[i]!;
  return Array.from({ length: n }, (_, k) => (reverse ? n - 1 - k : k));
}

/** The step's arrays: views, so that what the cell writes stays. */
function stepAt(run: Run, i: number, t: number): Step {
  const { memory, definition, call, offsets, gates } = run;
  const { D, H } = call;
  const order = runningOrder(memory, call, i);
  const isFirst = t === order[0];
  const before = offsets[call.reverse ? t + 1 : t - 1]! + i;
  const gatesOf = (row: number) => gates.subarray(row * definition.S * H, (row + 1) * definition.S * H);
  const hBefore = isFirst ? rowOf(memory, call.h0, i, H) : rowOf(memory, call.h, before, H);
  const cellSlot = (definition.cellSlot ?? 0) * H;
  const dropout = dropoutOf(run, i);
  return {
    x: rowOf(memory, call.x, offsets[t]! + i, D),
    hBefore,
    hDropped: hBefore.map((h, j) => h * dropout[j]!),
    cBefore: isFirst ? rowOf(memory, call.c0, i, H) : gatesOf(before).subarray(cellSlot, cellSlot + H),
    h: rowOf(memory, call.h, offsets[t]! + i, H),
    gates: gatesOf(offsets[t]! + i),
  };
}

/** LSTM's cell state after the step; for the other cells an array that nobody reads. */
function cellState({ definition: { cellSlot }, call: { H } }: Run, { gates }: Step): Float64Array {
  return cellSlot === undefined ? zeros(H) : gates.subarray(cellSlot * H, (cellSlot + 1) * H);
}

function dropoutOf({ memory, call }: Run, i: number): Float64Array {
  return call.stateDropout ? rowOf(memory, call.stateDropout, i, call.H) : zeros(call.H).fill(1);
}
