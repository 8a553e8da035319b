/**
 * Simple recurrent unit (Elman 1990): h = φ(W x + U ĥ + b), ĥ = d ⊙ h₋ with dropout factors d.
 * backward: δ = dh ⊙ φ', dx = Wᵀδ, dĥ = Uᵀδ; φ' is read from the value h.
 */
import type { CellDefinition, CellOptions, Step, StepGradient, Weights } from "./cell.js";
import { slopeFromValue, UNARY_FUNCTIONS } from "./functions.js";
import { addInto, addOuter, addProduct, addTransposed } from "./products.js";

export const simpleRnnCell: CellDefinition = { G: 1, S: 0, forward, backward };

function forward(options: CellOptions, { W, U, b }: Weights, { x, hDropped, h }: Step): void {
  const H = h.length;
  h.fill(0);
  addInto(h, b);
  addProduct(h, x, W, H, 0);
  addProduct(h, hDropped, U, H, 0);
  for (let j = 0; j < H; j++) h[j] = UNARY_FUNCTIONS[options.activation].value(h[j]!);
}

function backward(options: CellOptions, { W, U }: Weights, dWeights: Weights, step: Step, d: StepGradient): void {
  const { x, hDropped, h } = step;
  const H = h.length;
  const delta = d.dh.map((dh, j) => dh * slopeFromValue(options.activation, h[j]!));
  addTransposed(d.dx, delta, W, H, 0);
  addTransposed(d.dhDropped, delta, U, H, 0);
  addOuter(dWeights.W, x, delta, H, 0);
  addOuter(dWeights.U, hDropped, delta, H, 0);
  addInto(dWeights.b, delta);
}
