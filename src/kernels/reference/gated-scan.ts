/**
 * Minimal gated units (Feng et al. 2024, arXiv 2410.01201). Gates and candidate see the input alone, so that over time only a
 * linear recurrence is left:
 *
 *     h = (1 − s) ⊙ h₋ + s ⊙ g
 *     minGRU   s = σ(z)                       columns z | g
 *     minLSTM  s = σ(i) / (σ(f) + σ(i))       columns f | i | g; the paper's f' and i', which add up to 1
 *     g(x) = x, or the paper's positive one: x + ½ for x ≥ 0, else σ(x)
 *
 * Forward is the paper's log-space form (its appendix B: log_g, parallel_scan_log; the scan is Heinsen's, arXiv 2311.06281):
 *
 *     A_t = Σ_{u ≤ t} log(1 − s_u),   h_t = e^{A_t} (h_0 + Σ_{u ≤ t} e^{log s_u + log g_u − A_u})
 *
 * with log σ(x) = −softplus(−x) and the sum as log Σ exp. It is for positive numbers; as the recurrence is linear, positive and
 * negative parts of g and h_0 are scanned apart and subtracted. Backward, from the last step to the first:
 *
 *     ds = dh ⊙ (g − h₋),   dg = dh ⊙ s,   dh₋ = dh ⊙ (1 − s)
 *     minGRU   δz = ds ⊙ s (1 − s)
 *     minLSTM  δi = ds ⊙ s (1 − s) (1 − σ(i)),   δf = −ds ⊙ s (1 − s) (1 − σ(f))
 */
import type { GatedScanCall, GatedScanKernels } from "../gated-scan.js";
import type { ReferenceMemory } from "./memory.js";

export function gatedScanKernels(memory: ReferenceMemory): GatedScanKernels {
  return {
    gatedScan(call) {
      eachUnit(memory, call, (unit) => {
        const { h0, steps } = unit;
        const scan = { A: 0, up: Math.log(Math.max(h0, 0)), down: Math.log(Math.max(-h0, 0)) };
        let [h, seen] = [h0, false];
        for (const step of steps) {
          if (step.used) h = forward(call, step, scan);
          seen ||= step.used;
          step.y[0] = step.used || (seen && !call.zeroOutputForMask) ? h : 0;
        }
        if (unit.hT) unit.hT[0] = h;
      });
    },
    gatedScanBackward(call, gradients) {
      eachUnit(memory, call, (unit) => {
        const { row, column, h0, steps } = unit;
        const at = (ptr: number, index: number) => memory.floats(ptr + index * memory.bytes, 1);
        const firstUsed = steps.findIndex((step) => step.used);
        let state = h0;
        const statesBefore = steps.map((step) => {
          const before = state;
          if (step.used) state = step.y[0]!;
          return before;
        });
        let dh = gradients.dhT ? at(gradients.dhT, row * call.H + column)[0]! : 0;
        for (let i = steps.length - 1; i >= 0; i--) {
          const step = steps[i]!;
          const silent = !step.used && (call.zeroOutputForMask || firstUsed < 0 || i < firstUsed);
          if (gradients.dy && !silent) dh += at(gradients.dy, (row * call.T + step.t) * call.H + column)[0]!;
          dh = backward(call, step, statesBefore[i]!, dh);
          if (gradients.db) {
            for (const [gate, slot] of step.slots.entries()) at(gradients.db, gate * call.H + column)[0]! += slot[0]!;
          }
        }
        if (gradients.dh0) at(gradients.dh0, row * call.H + column)[0] = dh;
      });
    },
  };
}

/** Gates below it count as it: two σ that are both 0 would have no ratio. */
const LOWEST = -700;

interface Step {
  t: number;
  used: boolean;
  /** One element for each gate: W x, then what backward needs, then the gradient at W x + b. */
  slots: Float64Array[];
  /** The biases of these gates. */
  bias: number[];
  y: Float64Array;
}

interface Unit {
  row: number;
  column: number;
  h0: number;
  hT: Float64Array | null;
  /** In running order. */
  steps: Step[];
}

/** Units do not meet each other: each one of each row is walked through time on its own. */
function eachUnit(memory: ReferenceMemory, call: GatedScanCall, run: (unit: Unit) => void): void {
  const { B, T, H } = call;
  const G = call.cell === "minGru" ? 2 : 3;
  const a = memory.floats(call.a, B * T * G * H);
  const y = memory.floats(call.y, B * T * H);
  const b = call.b ? memory.floats(call.b, G * H) : new Float64Array(G * H);
  const h0 = call.h0 ? memory.floats(call.h0, B * H) : new Float64Array(B * H);
  const hT = call.hT ? memory.floats(call.hT, B * H) : null;
  const mask = call.mask ? memory.ints(call.mask, B * T) : new Int32Array(B * T).fill(1);
  const gates = Array.from({ length: G }, (_, gate) => gate);
  for (let row = 0; row < B; row++) {
    for (let column = 0; column < H; column++) {
      const steps = Array.from({ length: T }, (_, k) => {
        const t = call.reverse ? T - 1 - k : k;
        const at = row * T + t;
        const slots = gates.map((gate) => a.subarray((at * G + gate) * H + column, (at * G + gate) * H + column + 1));
        const bias = gates.map((gate) => b[gate * H + column]!);
        return { t, used: mask[at] !== 0, slots, bias, y: y.subarray(at * H + column, at * H + column + 1) };
      });
      const state = row * H + column;
      run({ row, column, h0: h0[state]!, hT: hT && hT.subarray(state, state + 1), steps });
    }
  }
}

/** log(1 + eˣ) */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function sigmoid(x: number): number {
  return Math.exp(-softplus(-x));
}

function logAddExp(a: number, b: number): number {
  const larger = Math.max(a, b);
  return larger === -Infinity ? larger : larger + Math.log(Math.exp(a - larger) + Math.exp(b - larger));
}

/** The paper's g and log_g. */
function positive(x: number): number {
  return x >= 0 ? x + 0.5 : sigmoid(x);
}

/** One step of the scan; `up` and `down` are log of e^{−A} times the positive and the negative part of the state. */
function forward(call: GatedScanCall, { slots, bias }: Step, scan: { A: number; up: number; down: number }): number {
  const sums = slots.map((slot, gate) => slot[0]! + bias[gate]!);
  const x = sums.at(-1)!;
  const [first, second] = sums.map((sum) => Math.max(sum, LOWEST)) as [number, number];
  // log(s / (1 − s)): of minLSTM it is log σ(i) − log σ(f)
  const logit = call.cell === "minGru" ? first : softplus(-first) - softplus(-second);
  const g = call.positive ? positive(x) : x;
  const kept = call.cell === "minGru" ? [sigmoid(first), g] : [sigmoid(first), sigmoid(second), g];
  for (const [gate, value] of kept.entries()) slots[gate]![0] = value;
  const logS = -softplus(-logit);
  scan.A -= softplus(logit);
  scan.up = logAddExp(scan.up, logS + Math.log(Math.max(g, 0)) - scan.A);
  scan.down = logAddExp(scan.down, logS + Math.log(Math.max(-g, 0)) - scan.A);
  return Math.exp(scan.A + scan.up) - Math.exp(scan.A + scan.down);
}

/** Writes the gradients at W x + b and gives that of the state before. */
function backward(call: GatedScanCall, { used, slots }: Step, before: number, dh: number): number {
  if (!used) {
    for (const slot of slots) slot[0] = 0;
    return dh;
  }
  const [first, second, third] = slots.map((slot) => slot[0]!) as [number, number, number];
  const s = call.cell === "minGru" ? first : second / (first + second);
  const g = call.cell === "minGru" ? second : third;
  const slope = call.positive && g < 0.5 ? g * (1 - g) : 1;
  const dLogit = dh * (g - before) * s * (1 - s);
  const gradients = call.cell === "minGru" ? [dLogit] : [-dLogit * (1 - first), dLogit * (1 - second)];
  for (const [gate, value] of [...gradients, dh * s * slope].entries()) slots[gate]![0] = value;
  return dh * (1 - s);
}
