import { Ragged, ragged, Tensor } from "sluice";
import type { Table } from "../../data/index.js";
import type { Matrix } from "../baselines/linear.js";
import type { RowEncoder } from "./encoder.js";
import type { Groups } from "./groups.js";

/** What the network takes for padding where a program gives it arrays of equal length: no scaled value is as large. */
export const PADDING = -1e9;

/** Samples as the network takes them. */
export interface Samples {
  /** [N, 1, D]; of sequences [N, …, D] of unequal lengths. */
  readonly x: Tensor | Ragged;
  /**
   * What a linear model sees of a sample: the features of the one row [N, D]; of a sequence its last row and its mean [N, 2D].
   */
  readonly flat: Matrix;
}

export function samplesOf(where: string, table: Table, { order, begins, ids }: Groups, encoder: RowEncoder): Samples {
  const D = encoder.width;
  const N = begins.length - 1;
  const rows = encoder.encode(where, table, order);
  if (ids === null) return { x: Tensor.of(rows, [N, 1, D]), flat: { data: rows, rows: N, columns: D } };
  const sequences: Tensor[] = [];
  const flat = new Float32Array(N * 2 * D);
  for (let i = 0; i < N; i++) {
    const own = rows.subarray(begins[i]! * D, begins[i + 1]! * D);
    const steps = own.length / D;
    sequences.push(Tensor.of(own, [steps, D]));
    flat.set(own.subarray(-D), i * 2 * D);
    for (let k = 0; k < own.length; k++) flat[(2 * i + 1) * D + (k % D)]! += own[k]! / steps;
  }
  return { x: ragged(sequences), flat: { data: flat, rows: N, columns: 2 * D } };
}

/** Some of the samples. */
export function takeSamples({ x, flat }: Samples, indices: Int32Array): Samples {
  const rows = new Float32Array(indices.length * flat.columns);
  const source = flat.data as Float32Array;
  for (const [i, index] of indices.entries())
    rows.set(source.subarray(index * flat.columns, (index + 1) * flat.columns), i * flat.columns);
  return { x: taken(x, indices), flat: { data: rows, rows: indices.length, columns: flat.columns } };
}

function taken(x: Tensor | Ragged, indices: Int32Array): Tensor | Ragged {
  if (x instanceof Ragged) return ragged(Array.from(indices, (i) => x.sequence(i)));
  const row = x.size / x.shape[0]!;
  const out = new Float32Array(indices.length * row);
  for (const [i, index] of indices.entries()) out.set(x.data.subarray(index * row, (index + 1) * row), i * row);
  return Tensor.of(out, [indices.length, ...x.shape.slice(1)]);
}

/** The inputs of the network: the steps, and where a linear layer reads a summary of sequences, that too. */
export function inputsOf({ x, flat }: Samples, summary: boolean): Tensor | Tensor[] {
  return summary ? [x, Tensor.of(flat.data as Float32Array, [flat.rows, flat.columns])] : x;
}
