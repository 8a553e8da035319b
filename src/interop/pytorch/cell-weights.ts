/** One layer and direction of nn.GRU, nn.LSTM or nn.RNN to the internal form and back: rows r, z, n against columns z, r, g. */
import { gateCount, matrix, reorderGates, transpose, type Cell, type CellWeights, type Matrix } from "../gates.js";
import type { PyTorchTensor } from "./read-pt.js";

/** @param name "weight_ih_l0" for `get("weight_ih")`, and so on */
export function fromTorchCell(cell: Cell, get: (part: string) => PyTorchTensor | undefined): CellWeights {
  const kernel = columns(cell, get("weight_ih")!);
  const recurrentKernel = columns(cell, get("weight_hh")!);
  const [inputBias, stateBias] = [get("bias_ih"), get("bias_hh")].map((bias) => bias && vector(cell, bias));
  const common = {
    cell,
    D: kernel.rows,
    H: recurrentKernel.rows,
    kernel: kernel.data,
    recurrentKernel: recurrentKernel.data,
  };
  if (!inputBias || !stateBias) return { ...common, bias: null, recurrentBias: null };
  // Only the GRU multiplies the second bias by a gate; elsewhere the sum of both is the same function.
  if (cell === "gru") return { ...common, bias: inputBias, recurrentBias: stateBias };
  return { ...common, bias: inputBias.map((value, i) => value + stateBias[i]!), recurrentBias: null };
}

export interface TorchCell {
  readonly weight_ih: PyTorchTensor;
  readonly weight_hh: PyTorchTensor;
  readonly bias_ih?: PyTorchTensor;
  readonly bias_hh?: PyTorchTensor;
}

/** A GRU's weights must be those of resetAfter: true, the only form that PyTorch has. */
export function toTorchCell({ cell, D, H, kernel, recurrentKernel, bias, recurrentBias }: CellWeights): TorchCell {
  const G = gateCount(cell) * H;
  const parts = { weight_ih: rows(cell, matrix(kernel, D, G)), weight_hh: rows(cell, matrix(recurrentKernel, H, G)) };
  if (bias === null) return parts;
  return { ...parts, bias_ih: back(cell, bias), bias_hh: back(cell, recurrentBias ?? new Float32Array(G)) };
}

function columns(cell: Cell, { data, shape }: PyTorchTensor): Matrix {
  const [G, n] = shape as [number, number];
  return reorderGates(cell, "pytorch", "sluice", transpose(matrix(data, G, n)));
}

function rows(cell: Cell, weights: Matrix): PyTorchTensor {
  const moved = transpose(reorderGates(cell, "sluice", "pytorch", weights));
  return { data: moved.data, shape: [moved.rows, moved.columns] };
}

function vector(cell: Cell, { data }: PyTorchTensor): Float32Array {
  return reorderGates(cell, "pytorch", "sluice", matrix(data, 1, data.length)).data;
}

function back(cell: Cell, data: Float32Array): PyTorchTensor {
  return { data: reorderGates(cell, "sluice", "pytorch", matrix(data, 1, data.length)).data, shape: [data.length] };
}
