import { Tensor } from "sluice";
import type { Table } from "../../data/index.js";
import type { Matrix } from "../baselines/linear.js";
import type { RowEncoder } from "./encoder.js";
import type { Groups } from "./groups.js";

/** What stands in the steps after the end of a sequence: no scaled value is as large, and the masking layer leaves it out. */
export const PADDING = -1e9;

/** Samples as the network takes them. */
export interface Samples {
  /** [N, T, D], padded at the end. */
  readonly x: Tensor;
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
  let T = 0;
  for (let i = 0; i < N; i++) T = Math.max(T, begins[i + 1]! - begins[i]!);
  const x = new Float32Array(N * T * D).fill(PADDING);
  const flat = new Float32Array(N * 2 * D);
  for (let i = 0; i < N; i++) {
    const own = rows.subarray(begins[i]! * D, begins[i + 1]! * D);
    x.set(own, i * T * D);
    const steps = own.length / D;
    flat.set(own.subarray(-D), i * 2 * D);
    for (let k = 0; k < own.length; k++) flat[(2 * i + 1) * D + (k % D)]! += own[k]! / steps;
  }
  return { x: Tensor.of(x, [N, T, D]), flat: { data: flat, rows: N, columns: 2 * D } };
}

/** Some of the samples. */
export function takeSamples({ x, flat }: Samples, indices: Int32Array): Samples {
  const [, T, D] = x.shape as [number, number, number];
  const out = new Float32Array(indices.length * T * D);
  const rows = new Float32Array(indices.length * flat.columns);
  const source = flat.data as Float32Array;
  for (const [i, index] of indices.entries()) {
    out.set(x.data.subarray(index * T * D, (index + 1) * T * D), i * T * D);
    rows.set(source.subarray(index * flat.columns, (index + 1) * flat.columns), i * flat.columns);
  }
  return {
    x: Tensor.of(out, [indices.length, T, D]),
    flat: { data: rows, rows: indices.length, columns: flat.columns },
  };
}

/** The inputs of the network: the steps, and where a linear layer reads a summary of sequences, that too. */
export function inputsOf({ x, flat }: Samples, summary: boolean): Tensor | Tensor[] {
  return summary ? [x, Tensor.of(flat.data as Float32Array, [flat.rows, flat.columns])] : x;
}
