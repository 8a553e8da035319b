/** One step of a GRU by small operations; the equations are those of gru-cell.ts. */
import type { Activation } from "../../ops/activations.js";
import { add, mul, sub } from "../../ops/arithmetic.js";
import { matmul } from "../../ops/matmul.js";
import { split } from "../../ops/split.js";
import type { Tensor } from "../../tensor/tensor.js";

export interface GRUStep {
  H: number;
  resetAfter: boolean;
  activation: Activation;
  recurrentActivation: Activation;
  /** [D, 3H] */
  W: Tensor;
  /** [H, 3H] */
  U: Tensor;
  /** [2, 3H] with resetAfter, else [3H] */
  b: Tensor | null;
}

/** @returns the new state [B, H], as output and as state */
export function gruStep(cell: GRUStep, x: Tensor, h: Tensor, stateDropout: Tensor | null): Tensor[] {
  const { H, W, U, activation, recurrentActivation } = cell;
  const [Wz, Wr, Wg] = split(withBias(cell, matmul(x, W), 0), 3, -1);
  const dropped = stateDropout ? mul(h, stateDropout) : h;
  const gate = (w: Tensor, u: Tensor) => recurrentActivation.apply(add(w, u));
  if (cell.resetAfter) {
    const [Uz, Ur, Ug] = split(withBias(cell, matmul(dropped, U), 1), 3, -1);
    const g = activation.apply(add(Wg!, mul(gate(Wr!, Ur!), Ug!)));
    return mix(h, gate(Wz!, Uz!), g);
  }
  const [Uzr, Ug] = split(U, [2 * H, H], -1);
  const [Uz, Ur] = split(matmul(dropped, Uzr!), 2, -1);
  const g = activation.apply(add(Wg!, matmul(mul(gate(Wr!, Ur!), dropped), Ug!)));
  return mix(h, gate(Wz!, Uz!), g);
}

/** Row 0 of the bias goes with the input, row 1 (resetAfter only) with the state. */
function withBias({ b, resetAfter }: GRUStep, a: Tensor, row: number): Tensor {
  if (!b) return a;
  return add(a, resetAfter ? split(b, 2, 0)[row]! : b);
}

/** h = z ⊙ h₋ + (1 − z) ⊙ g */
function mix(h: Tensor, z: Tensor, g: Tensor): Tensor[] {
  const next = add(mul(z, h), mul(sub(1, z), g));
  return [next, next];
}
