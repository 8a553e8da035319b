/** GRU and LSTM cells with layerNormalization: how they run. The cell fetches this file while it is made. */
import type { NormalizedCall } from "../../kernels/normalized.js";
import { normalizedKernels } from "../../kernels/normalized-kernels.js";
import { activationOf } from "../../ops/activations.js";
import { add, mul, sub } from "../../ops/arithmetic.js";
import { layerNorm } from "../../ops/layer-norm.js";
import { matmul } from "../../ops/matmul.js";
import { needSequences } from "../../ops/need-sequences.js";
import { normalizedRecurrent } from "../../ops/normalized-recurrent.js";
import { ptrOf } from "../../ops/recurrent.js";
import { reshape } from "../../ops/reshape.js";
import { split } from "../../ops/split.js";
import { timeStep } from "../../ops/time-step.js";
import type { Tensor } from "../../tensor/tensor.js";
import { check } from "../../util/errors.js";
import type { LayerConfig } from "../layer.js";
import type { Parameter } from "../parameter.js";
import type { StepPlan } from "../step-plan.js";
import type { GatedCellConfig } from "./cell-options.js";
import type { CellContext, RecurrentCell } from "./cell.js";
import { stepwiseOf, type CellRunner, type ScanInputs, type ScanOptions, type ScanResult, type StepPlaces } from "./scan.js"; // prettier-ignore

/** ε of the normalisations, that of PyTorch and of the implementation of Ba et al. in haste. */
const EPSILON = 1e-5;

type Config = LayerConfig & GatedCellConfig & { resetAfter?: boolean };

/** What layerNormalization puts in place of the cell's own ways. */
export function normalizedCell(cell: RecurrentCell): Pick<RecurrentCell, "call" | "runner"> {
  needSequences();
  const runner: CellRunner = {
    inPieces: true,
    scan(_, inputs, options, context) {
      checkReset(cell);
      const fused = fusedOf(cell);
      return fused ? scan(cell, fused, inputs, options) : stepwiseOf(cell).scan(cell, inputs, options, context);
    },
    planStep(plan, _, places) {
      checkReset(cell);
      if (fusedOf(cell)) planFused(plan, cell, places);
      else stepwiseOf(cell).planStep(plan, cell, places);
    },
  };
  return {
    runner: () => runner,
    call: (inputs, context) =>
      kindOf(cell) === "gru" ? gruStep(cell, inputs, context) : lstmStep(cell, inputs, context),
  };
}

function checkReset(cell: RecurrentCell): void {
  check((cell.config as Config).resetAfter !== false, () => {
    return `${cell.label}: layerNormalization is defined for resetAfter: true, the form of Ba et al. (2016)`;
  });
}

function kindOf(cell: RecurrentCell): "gru" | "lstm" {
  return cell.stateSizes.length === 2 ? "lstm" : "gru";
}

function weightsOf(cell: RecurrentCell) {
  const find = (name: string) => cell.ownParameters.find((p) => p.name === name) ?? null;
  const [W, U, gains] = ["kernel", "recurrentKernel", "gains"].map(find) as [Parameter, Parameter, Parameter];
  return { W, U, gains, b: find("bias"), cellGain: find("cellGain"), cellBias: find("cellBias") };
}

function activationsOf(cell: RecurrentCell) {
  const { activation, recurrentActivation } = cell.config as Config;
  return { phi: activationOf(activation, cell.label), sigma: activationOf(recurrentActivation, cell.label) };
}

/** The activations, where the kernels know both. */
function fusedOf(cell: RecurrentCell) {
  const { phi, sigma } = activationsOf(cell);
  if (!phi.fused || !sigma.fused) return null;
  return { cell: kindOf(cell), activation: phi.fused, recurrentActivation: sigma.fused, epsilon: EPSILON };
}

type Fused = NonNullable<ReturnType<typeof fusedOf>>;

function scan(cell: RecurrentCell, fused: Fused, inputs: ScanInputs, options: ScanOptions): ScanResult {
  const { x, initial, mask, stateDropout } = inputs;
  const { reverse, zeroOutputForMask } = options;
  const all = { x, mask, stateDropout, ...weightsOf(cell) };
  const [sequence, ...states] = normalizedRecurrent(all, initial, { ...fused, reverse, zeroOutputForMask });
  const last = mask ? timeStep(sequence!, reverse ? 0 : sequence!.shape[1]! - 1) : states[0]!;
  return { sequence: sequence!, last, states };
}

/** One step of a stream: two kernel calls on fixed addresses. */
function planFused(plan: StepPlan, cell: RecurrentCell, { states, next, output, zeroOutput }: StepPlaces): void {
  const [B, H] = states[0]!.shape as [number, number];
  const k = normalizedKernels(plan.kernels, cell.label);
  const { W, U, gains, b, cellGain, cellBias } = weightsOf(cell);
  const { cell: kind, ...how } = fusedOf(cell)!;
  const [D, GH] = W.shape as [number, number];
  const x = plan.inputs[0]!.ptr;
  const a = plan.alloc([B, GH]).ptr;
  const mask = ptrOf(plan.masks[0]);
  const silent = mask !== 0 && zeroOutput;
  const call: NormalizedCall = {
    ...how, B, T: 1, H, reverse: false, a, U: U.ptr, gains: gains.ptr, b: ptrOf(b), cellGain: ptrOf(cellGain),
    cellBias: ptrOf(cellBias), h0: states[0]!.ptr, c0: ptrOf(states[1]), hT: next[0]!.ptr, cT: ptrOf(next[1]), mask,
    stateDropout: 0, zeroOutputForMask: silent, y: silent ? output.ptr : 0, saved: 0,
  }; // prettier-ignore
  plan.run(() => {
    k.gemm(a, x, W.ptr, B, GH, D, false, false, false);
    k.normalizedForward(kind, call);
    // A masked step shows the state as it was.
    if (!silent) k.scale(output.ptr, 1, call.hT, B * H);
  });
}

/** gain ⊙ N(v) + bias over the last axis. */
function normalized(v: Tensor, gain: Tensor, bias: Tensor | null): Tensor {
  return layerNorm(v, gain, bias, EPSILON);
}

/** Rows of a weight [2, n]. */
function halves(weight: Tensor): [Tensor, Tensor] {
  return split(weight, 2, 0).map((row) => reshape(row, [row.size])) as [Tensor, Tensor];
}

function gruStep(cell: RecurrentCell, [x, h]: Tensor[], { stateDropout }: CellContext): Tensor[] {
  checkReset(cell);
  const { W, U, gains, b } = weightsOf(cell);
  const { phi, sigma } = activationsOf(cell);
  const H = cell.outputSize;
  const blocks = (t: Tensor) => split(t, [2 * H, H], -1);
  const dropped = stateDropout ? mul(h!, stateDropout) : h!;
  const [alpha, beta] = halves(gains);
  const biases = b ? halves(b) : [null, null];
  const through = (v: Tensor, gain: Tensor, bias: Tensor | null) => {
    const own = bias ? blocks(bias) : [null, null];
    const gainsOf = blocks(gain);
    return blocks(v).map((part, i) => normalized(part, gainsOf[i]!, own[i]!));
  };
  const [a, aG] = through(matmul(x!, W), alpha, biases[0]!);
  const [u, uG] = through(matmul(dropped, U), beta, biases[1]!);
  const [z, r] = split(sigma.apply(add(a!, u!)), 2, -1);
  const g = phi.apply(add(aG!, mul(r!, uG!)));
  const next = add(mul(z!, h!), mul(sub(1, z!), g));
  return [next, next];
}

function lstmStep(cell: RecurrentCell, [x, h, c]: Tensor[], { stateDropout }: CellContext): Tensor[] {
  const { W, U, gains, b, cellGain, cellBias } = weightsOf(cell);
  const { phi, sigma } = activationsOf(cell);
  const dropped = stateDropout ? mul(h!, stateDropout) : h!;
  const [alpha, beta] = halves(gains);
  const a = add(normalized(matmul(x!, W), alpha, b), normalized(matmul(dropped, U), beta, null));
  const [i, f, g, o] = split(a, 4, -1);
  const cellState = add(mul(sigma.apply(f!), c!), mul(sigma.apply(i!), phi.apply(g!)));
  const next = mul(sigma.apply(o!), phi.apply(normalized(cellState, cellGain!, cellBias)));
  return [next, next, cellState];
}
