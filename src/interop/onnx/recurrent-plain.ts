/**
 * GRU, LSTM and RNN as the operator's text has them, with everything that the fused kernels do not know: clip, peepholes, coupled
 * gates, any activations. In float64, step by step.
 */
import type { DirectionCall, RecurrentNode } from "./recurrent-call.js";

export interface DirectionResult {
  /** [B, T, H], zeros where a sequence has ended */
  readonly y: Float64Array | Float32Array;
  /** [B, H] each: h, and c for an LSTM */
  readonly states: readonly (Float64Array | Float32Array)[];
}

/** One step of one sequence: from input gates (W x + Wb) and states to the new states, in place. */
type Step = (gates: Float64Array, h: Float64Array, c: Float64Array) => void;

/** @param x [B, T, D] @param initial [B, H] each */
export function runPlain(
  node: RecurrentNode,
  direction: DirectionCall,
  x: ArrayLike<number>,
  initial: readonly ArrayLike<number>[],
): DirectionResult {
  const { B, T, D, H, lengths } = node;
  const G = direction.W.length / D;
  const y = new Float64Array(B * T * H);
  const states = initial.map((state) => Float64Array.from(state));
  const step = STEPS[node.cell](node, direction);
  const gates = new Float64Array(G);
  for (let b = 0; b < B; b++) {
    const [h, c] = [states[0]!, states[1] ?? states[0]!].map((s) => s.subarray(b * H, (b + 1) * H)) as [Float64Array, Float64Array]; // prettier-ignore
    const length = lengths?.[b] ?? T;
    for (let i = 0; i < length; i++) {
      const t = direction.reverse ? length - 1 - i : i;
      for (let row = 0; row < G; row++)
        gates[row] = dot(direction.W, row * D, x, (b * T + t) * D, D) + (direction.bias?.[row] ?? 0);
      step(gates, h, c);
      y.set(h, (b * T + t) * H);
    }
  }
  return { y, states };
}

function dot(a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number, n: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += a[i + k]! * b[j + k]!;
  return sum;
}

const STEPS = { gru: gruStep, lstm: lstmStep, simpleRnn: rnnStep };

const clipper = (clip: number) => (x: number) => Math.min(clip, Math.max(-clip, x));

/** h = f(W x + R h₋ + Wb + Rb) */
function rnnStep({ H, clip }: RecurrentNode, { R, bias, activations: [f] }: DirectionCall): Step {
  const cut = clipper(clip);
  const next = new Float64Array(H);
  return (gates, h) => {
    for (let j = 0; j < H; j++) next[j] = f!.f(cut(gates[j]! + dot(R, j * H, h, 0, H) + (bias?.[H + j] ?? 0)));
    h.set(next);
  };
}

/** z, r, h in this order; linear_before_reset puts the reset gate behind the product with R. */
function gruStep({ H, clip, linearBeforeReset }: RecurrentNode, { R, bias, activations }: DirectionCall): Step {
  const [f, g] = [activations[0]!.f, activations[1]!.f];
  const cut = clipper(clip);
  const [z, r, next, reset] = [0, 1, 2, 3].map(() => new Float64Array(H)) as [Float64Array, Float64Array, Float64Array, Float64Array]; // prettier-ignore
  const own = (row: number) => bias?.[3 * H + row] ?? 0;
  return (gates, h) => {
    for (let j = 0; j < H; j++) {
      z[j] = f(cut(gates[j]! + dot(R, j * H, h, 0, H) + own(j)));
      r[j] = f(cut(gates[H + j]! + dot(R, (H + j) * H, h, 0, H) + own(H + j)));
      reset[j] = r[j]! * h[j]!;
    }
    for (let j = 0; j < H; j++) {
      const row = 2 * H + j;
      const recurrent = linearBeforeReset
        ? r[j]! * (dot(R, row * H, h, 0, H) + own(row))
        : dot(R, row * H, reset, 0, H) + own(row);
      next[j] = (1 - z[j]!) * g(cut(gates[row]! + recurrent)) + z[j]! * h[j]!;
    }
    h.set(next);
  };
}

/**
 * i, o, f, c in this order; peepholes i, o, f: i and f look at the old cell, o at the new one. clip is for the gates: the cell goes
 * through h as it is, in ONNX Runtime too.
 */
function lstmStep(node: RecurrentNode, { R, bias, peepholes, activations }: DirectionCall): Step {
  const { H, clip, inputForget } = node;
  const [f, g, h1] = [activations[0]!.f, activations[1]!.f, activations[2]!.f];
  const cut = clipper(clip);
  const next = new Float64Array(H);
  const P = (gate: number, j: number) => peepholes?.[gate * H + j] ?? 0;
  return (gates, h, c) => {
    const total = (gate: number, j: number) => {
      const row = gate * H + j;
      return gates[row]! + dot(R, row * H, h, 0, H) + (bias?.[4 * H + row] ?? 0);
    };
    for (let j = 0; j < H; j++) {
      const i = f(cut(total(0, j) + P(0, j) * c[j]!));
      const forget = inputForget ? 1 - i : f(cut(total(2, j) + P(2, j) * c[j]!));
      c[j] = forget * c[j]! + i * g(cut(total(3, j)));
      next[j] = f(cut(total(1, j) + P(1, j) * c[j]!)) * h1(c[j]!);
    }
    h.set(next);
  };
}
