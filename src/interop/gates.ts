/**
 * The one table of the orders in which systems keep the gates of recurrent cells, and the moves between them.
 *
 * Letters: GRU z update (share of the old state that is kept), r reset, g candidate; LSTM i input, f forget, g candidate, o output;
 * simple RNN h. All systems here write the GRU as h = z ⊙ h₋ + (1 − z) ⊙ g, so no sign changes.
 */
import type { Shape } from "../tensor/shape.js";
import { sizeOf } from "../tensor/shape.js";
import { check } from "../util/errors.js";

export type Cell = "gru" | "lstm" | "simpleRnn";
export type GateSystem = "sluice" | "keras" | "tfjs" | "pytorch" | "onnx" | "tensorflow1";

/** tensorflow1: BasicLSTMCell, whose forget bias of 1 is added at run time and not stored. */
export const GATE_ORDER: Readonly<Record<Cell, Readonly<Record<GateSystem, string>>>> = {
  gru: { sluice: "zrg", keras: "zrg", tfjs: "zrg", pytorch: "rzg", onnx: "zrg", tensorflow1: "zrg" },
  lstm: { sluice: "ifgo", keras: "ifgo", tfjs: "ifgo", pytorch: "ifgo", onnx: "iofg", tensorflow1: "igfo" },
  simpleRnn: { sluice: "h", keras: "h", tfjs: "h", pytorch: "h", onnx: "h", tensorflow1: "h" },
};

export function gateCount(cell: Cell): number {
  return GATE_ORDER[cell].sluice.length;
}

/** A matrix in row-major order, or a vector as a matrix of one row. */
export interface Matrix {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

export function matrix(data: Float32Array, rows: number, columns: number): Matrix {
  check(data.length === rows * columns, () => {
    return `gates: expected ${rows} × ${columns} = ${rows * columns} weights, got ${data.length}`;
  });
  return { data, rows, columns };
}

export function transpose({ data, rows, columns }: Matrix): Matrix {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j]!;
  return { data: out, rows: columns, columns: rows };
}

/** The same weights with the blocks of columns, one block a gate, in another system's order. */
export function reorderGates(cell: Cell, from: GateSystem, to: GateSystem, weights: Matrix): Matrix {
  const [had, wanted] = [GATE_ORDER[cell][from], GATE_ORDER[cell][to]];
  if (had === wanted) return weights;
  const { data, rows, columns } = weights;
  const H = columns / had.length;
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (const [i, gate] of [...wanted].entries()) {
      const begin = row * columns + had.indexOf(gate) * H;
      out.set(data.subarray(begin, begin + H), row * columns + i * H);
    }
  }
  return { data: out, rows, columns };
}

/**
 * The weights of one recurrent cell, free of any system's layout: gates in the internal order as blocks of columns.
 * A GRU with resetAfter has two biases; of all others `recurrentBias` has been added to `bias`, which is the same function.
 */
export interface CellWeights {
  readonly cell: Cell;
  /** Features of the input. */
  readonly D: number;
  /** Units. */
  readonly H: number;
  /** [D, gates · H] */
  readonly kernel: Float32Array;
  /** [H, gates · H] */
  readonly recurrentKernel: Float32Array;
  /** [gates · H]; null where the cell has none. */
  readonly bias: Float32Array | null;
  /** [gates · H]; null but for a GRU with resetAfter. */
  readonly recurrentBias: Float32Array | null;
}

/** The weights as a layer of Sluice takes them (setWeights of a GRU, LSTM or SimpleRNN): kernel, recurrentKernel, bias. */
export function toLayerWeights(weights: CellWeights): { data: Float32Array; shape: Shape }[] {
  const { cell, D, H, kernel, recurrentKernel, bias, recurrentBias } = weights;
  const G = gateCount(cell) * H;
  const list = [
    { data: kernel, shape: [D, G] },
    { data: recurrentKernel, shape: [H, G] },
  ];
  if (bias === null) return list;
  if (recurrentBias === null) return [...list, { data: bias, shape: [G] }];
  const both = new Float32Array(2 * G);
  both.set(bias);
  both.set(recurrentBias, G);
  return [...list, { data: both, shape: [2, G] }];
}

/** The reverse of {@link toLayerWeights}. */
export function fromLayerWeights(
  cell: Cell,
  weights: readonly { readonly data: ArrayLike<number>; readonly shape: Shape }[],
): CellWeights {
  const [kernel, recurrentKernel, bias] = weights.map(({ data }) => Float32Array.from(data));
  const [D, G] = weights[0]!.shape as [number, number];
  const two = bias !== undefined && sizeOf(weights[2]!.shape) === 2 * G;
  return {
    cell,
    D,
    H: G / gateCount(cell),
    kernel: kernel!,
    recurrentKernel: recurrentKernel!,
    bias: bias === undefined ? null : bias.subarray(0, G),
    recurrentBias: two ? bias.subarray(G) : null,
  };
}
