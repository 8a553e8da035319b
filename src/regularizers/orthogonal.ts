/**
 * Orthogonal regularisation as Keras has it (after Brock et al. 2016, arXiv 1609.07093): with the unit vectors u_i = w_i / ‖w_i‖ of the n rows (or columns)
 *     P = f / (n (n - 1) / 2) · Σ_{i<j} |u_i · u_j|
 *     ∂P/∂w_i = (s - (s · u_i) u_i) / ‖w_i‖,   s = f / (n (n - 1) / 2) · Σ_{j≠i} sign(u_i · u_j) u_j
 */
import { showShape, type Shape } from "../tensor/shape.js";
import { checkChoice } from "../util/checks.js";
import { check } from "../util/errors.js";

type Floats = Float32Array | Float64Array;

/** A penalty that is computed on values in a typed array: its value, and its gradient added to dw. */
export interface HostPenalty {
  penalty(w: Floats, shape: Shape): number;
  addGradient(dw: Floats, w: Floats, shape: Shape): void;
}

export function orthogonalPenalty(factor: number, mode: "rows" | "columns"): HostPenalty {
  checkChoice("regularizer orthogonal", "mode", mode, ["rows", "columns"]);
  return {
    penalty(w, shape) {
      const { units, weight } = unitVectors(w, shape);
      let sum = 0;
      for (const [i, u] of units.entries()) for (const v of units.slice(i + 1)) sum += Math.abs(dot(u, v));
      return weight * sum;
    },
    addGradient(dw, w, shape) {
      const { units, norms, weight, at } = unitVectors(w, shape);
      for (const [i, u] of units.entries()) {
        const s = new Float64Array(u.length);
        for (const [j, v] of units.entries()) {
          const sign = i === j ? 0 : weight * Math.sign(dot(u, v));
          for (let k = 0; k < s.length; k++) s[k]! += sign * v[k]!;
        }
        const along = dot(s, u);
        for (let k = 0; k < s.length; k++) dw[at(i, k)]! += (s[k]! - along * u[k]!) / norms[i]!;
      }
    },
  };

  function unitVectors(w: Floats, shape: Shape) {
    check(shape.length === 2, () => `regularizer orthogonal: the weight must be a matrix, got ${showShape(shape)}`);
    const [rows, cols] = shape as [number, number];
    const [count, length] = mode === "rows" ? [rows, cols] : [cols, rows];
    const at = (i: number, k: number) => (mode === "rows" ? i * cols + k : k * cols + i);
    const vectors = Array.from({ length: count }, (_, i) => {
      return Float64Array.from({ length }, (_, k) => w[at(i, k)]!);
    });
    const norms = vectors.map((v) => Math.max(Math.sqrt(dot(v, v)), 1e-12)); // a zero vector stays one
    const units = vectors.map((v, i) => v.map((x) => x / norms[i]!));
    return { units, norms, at, weight: count > 1 ? factor / ((count * (count - 1)) / 2) : 0 };
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
