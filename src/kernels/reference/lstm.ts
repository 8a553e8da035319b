/**
 * Long short-term memory with forget gate (Hochreiter & Schmidhuber 1997; Gers et al. 2000), gate order i | f | g | o.
 * ĥ = d ⊙ h₋ is the state with dropout factors d (1 when there are none).
 *
 *     i, f, o = σ(W x + U ĥ + b)   each with its own columns      g = φ(W_g x + U_g ĥ + b_g)
 *     c = f ⊙ c₋ + i ⊙ g           h = o ⊙ φ(c)
 *
 * backward, with δ for gradients before the activation and dc what arrives at c from the next step:
 *     dc̃ = dc + dh ⊙ o ⊙ φ'(c),  δo = dh ⊙ φ(c) ⊙ σ',  δi = dc̃ ⊙ g ⊙ σ',  δf = dc̃ ⊙ c₋ ⊙ σ',  δg = dc̃ ⊙ i ⊙ φ'
 *     dc₋ = dc̃ ⊙ f,  dĥ = Uᵀδ
 */
import type { CellDefinition, CellOptions, Step, StepGradient, Weights } from "./cell.js";
import { slopeFromValue, UNARY_FUNCTIONS } from "./functions.js";
import { addInto, addOuter, addProduct, addTransposed } from "./products.js";

export const lstmCell: CellDefinition = { G: 4, S: 5, cellSlot: 4, forward, backward };

function forward(options: CellOptions, { W, U, b }: Weights, step: Step): void {
  const { x, hDropped, cBefore, h, gates } = step;
  const H = h.length;
  const sigma = UNARY_FUNCTIONS[options.recurrentActivation].value;
  const phi = UNARY_FUNCTIONS[options.activation].value;
  const a = new Float64Array(4 * H);
  addInto(a, b);
  addProduct(a, x, W, 4 * H, 0);
  addProduct(a, hDropped, U, 4 * H, 0);
  for (let j = 0; j < H; j++) {
    const i = sigma(a[j]!);
    const f = sigma(a[H + j]!);
    const g = phi(a[2 * H + j]!);
    const o = sigma(a[3 * H + j]!);
    const c = f * cBefore[j]! + i * g;
    h[j] = o * phi(c);
    for (const [slot, value] of [i, f, g, o, c].entries()) gates[slot * H + j] = value;
  }
}

function backward(options: CellOptions, { W, U }: Weights, dWeights: Weights, step: Step, d: StepGradient): void {
  const { x, hDropped, cBefore, gates } = step;
  const H = hDropped.length;
  const phi = UNARY_FUNCTIONS[options.activation].value;
  const slopeGate = (y: number) => slopeFromValue(options.recurrentActivation, y);
  const slope = (y: number) => slopeFromValue(options.activation, y);
  const delta = new Float64Array(4 * H);
  for (let j = 0; j < H; j++) {
    const [i, f, g, o, c] = [0, 1, 2, 3, 4].map((slot) => gates[slot * H + j]!) as Five;
    const dc = d.dc[j]! + d.dh[j]! * o * slope(phi(c));
    delta[j] = dc * g * slopeGate(i);
    delta[H + j] = dc * cBefore[j]! * slopeGate(f);
    delta[2 * H + j] = dc * i * slope(g);
    delta[3 * H + j] = d.dh[j]! * phi(c) * slopeGate(o);
    d.dcBefore[j]! += dc * f;
  }
  addTransposed(d.dx, delta, W, 4 * H, 0);
  addTransposed(d.dhDropped, delta, U, 4 * H, 0);
  addOuter(dWeights.W, x, delta, 4 * H, 0);
  addOuter(dWeights.U, hDropped, delta, 4 * H, 0);
  addInto(dWeights.b, delta);
}

type Five = [i: number, f: number, g: number, o: number, c: number];
