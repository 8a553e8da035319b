/**
 * Gated recurrent unit (Cho et al. 2014, arXiv 1406.1078), Keras's form; columns of W, U, b, c in the order z | r | g.
 * ĥ = d ⊙ h₋ is the state with dropout factors d (1 when there are none).
 *
 *     z = σ(W_z x + b_z + U_z ĥ + c_z)
 *     r = σ(W_r x + b_r + U_r ĥ + c_r)
 *     g = φ(W_g x + b_g + r ⊙ q),  q = U_g ĥ + c_g      resetAfter (cuDNN's form)
 *     g = φ(W_g x + b_g + U_g q),  q = r ⊙ ĥ            reset before; here c does not exist
 *     h = z ⊙ h₋ + (1 - z) ⊙ g
 *
 * backward, with δ for gradients before the activation:
 *     dz = dh ⊙ (h₋ - g),  δz = dz ⊙ σ'   dg = dh ⊙ (1 - z),  δg = dg ⊙ φ'   dh₋ = dh ⊙ z
 *     resetAfter:   dq = δg ⊙ r,    dr = δg ⊙ q,   dĥ = U_zᵀδz + U_rᵀδr + U_gᵀdq
 *     reset before: dq = U_gᵀ δg,   dr = dq ⊙ ĥ,   dĥ = U_zᵀδz + U_rᵀδr + dq ⊙ r
 */
import type { CellDefinition, CellOptions, Step, StepGradient, Weights } from "./cell.js";
import { slopeFromValue, UNARY_FUNCTIONS } from "./functions.js";
import { addInto, addOuter, addProduct, addTransposed } from "./products.js";

export const gruCell: CellDefinition = { G: 3, S: 4, forward, backward };

function slots(step: Step): [z: Float64Array, r: Float64Array, g: Float64Array, q: Float64Array] {
  const H = step.h.length;
  return [0, 1, 2, 3].map((slot) => step.gates.subarray(slot * H, (slot + 1) * H)) as ReturnType<typeof slots>;
}

function forward(options: CellOptions, { W, U, b }: Weights, step: Step): void {
  const { x, hBefore, hDropped, h } = step;
  const H = h.length;
  const GH = 3 * H;
  const [z, r, g, q] = slots(step);
  const sigma = UNARY_FUNCTIONS[options.recurrentActivation].value;
  const phi = UNARY_FUNCTIONS[options.activation].value;

  const a = new Float64Array(GH); // W x + b for all three gates
  addInto(a, b.subarray(0, GH));
  addProduct(a, x, W, GH, 0);
  const u = new Float64Array(2 * H); // U ĥ + c for z and r
  addProduct(u, hDropped, U, GH, 0);
  if (options.resetAfter) addInto(u, b.subarray(GH));
  for (let j = 0; j < H; j++) {
    z[j] = sigma(a[j]! + u[j]!);
    r[j] = sigma(a[H + j]! + u[H + j]!);
  }

  const inner = new Float64Array(H); // the recurrent part of g
  q.fill(0);
  if (options.resetAfter) {
    addProduct(q, hDropped, U, GH, 2 * H);
    addInto(q, b.subarray(GH + 2 * H));
    for (let j = 0; j < H; j++) inner[j] = r[j]! * q[j]!;
  } else {
    for (let j = 0; j < H; j++) q[j] = r[j]! * hDropped[j]!;
    addProduct(inner, q, U, GH, 2 * H);
  }
  for (let j = 0; j < H; j++) {
    g[j] = phi(a[2 * H + j]! + inner[j]!);
    h[j] = z[j]! * hBefore[j]! + (1 - z[j]!) * g[j]!;
  }
}

function backward(options: CellOptions, { W, U }: Weights, dWeights: Weights, step: Step, d: StepGradient): void {
  const { x, hBefore, hDropped } = step;
  const H = hBefore.length;
  const GH = 3 * H;
  const [z, r, g, q] = slots(step);
  const delta = new Float64Array(GH); // at W x + b: δz | δr | δg
  const [deltaZ, deltaR, deltaG] = [0, 1, 2].map((gate) => delta.subarray(gate * H, (gate + 1) * H)) as Three;
  for (let j = 0; j < H; j++) {
    deltaZ[j] = d.dh[j]! * (hBefore[j]! - g[j]!) * slopeFromValue(options.recurrentActivation, z[j]!);
    deltaG[j] = d.dh[j]! * (1 - z[j]!) * slopeFromValue(options.activation, g[j]!);
    d.dhBefore[j]! += d.dh[j]! * z[j]!;
  }

  const dq = new Float64Array(H);
  if (!options.resetAfter) addTransposed(dq, deltaG, U, GH, 2 * H);
  for (let j = 0; j < H; j++) {
    if (options.resetAfter) dq[j] = deltaG[j]! * r[j]!;
    const dr = options.resetAfter ? deltaG[j]! * q[j]! : dq[j]! * hDropped[j]!;
    deltaR[j] = dr * slopeFromValue(options.recurrentActivation, r[j]!);
    if (!options.resetAfter) d.dhDropped[j]! += dq[j]! * r[j]!;
  }

  const deltaZR = delta.subarray(0, 2 * H);
  addTransposed(d.dx, delta, W, GH, 0);
  addOuter(dWeights.W, x, delta, GH, 0);
  addInto(dWeights.b.subarray(0, GH), delta);
  addTransposed(d.dhDropped, deltaZR, U, GH, 0);
  addOuter(dWeights.U, hDropped, deltaZR, GH, 0);
  if (options.resetAfter) {
    addTransposed(d.dhDropped, dq, U, GH, 2 * H);
    addOuter(dWeights.U, hDropped, dq, GH, 2 * H);
    addInto(dWeights.b.subarray(GH), deltaZR);
    addInto(dWeights.b.subarray(GH + 2 * H), dq);
  } else {
    addOuter(dWeights.U, q, deltaG, GH, 2 * H);
  }
}

type Three = [Float64Array, Float64Array, Float64Array];
