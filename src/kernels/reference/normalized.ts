/** Layer normalisation inside GRU and LSTM (kernels/normalized.ts) by its equations, one row and one step at a time. */
import { NORMALIZED, type NormalizedCall, type NormalizedCell, type NormalizedGradients, type NormalizedKernels } from "../normalized.js"; // prettier-ignore
import { slopeFromValue, UNARY_FUNCTIONS } from "./functions.js";
import type { ReferenceMemory } from "./memory.js";
import { addInto, addProduct, addTransposed } from "./products.js";
import { rowOf, zeros } from "./recurrent.js";

const GATES = { gru: 3, lstm: 4 } as const;
const SLOTS = { gru: 4, lstm: 5 } as const;

export function normalizedKernels(memory: ReferenceMemory): NormalizedKernels {
  const length = (cell: NormalizedCell, B: number, T: number, H: number) =>
    T * B * (H * (1 + SLOTS[cell] + GATES[cell] + +(cell === "lstm")) + NORMALIZED[cell].scales);
  return {
    normalizedLength: length,
    normalizedForward(cell, call) {
      const run = new Run(memory, cell, call, length(cell, call.B, call.T, call.H));
      for (let row = 0; row < call.B; row++) run.forwardRow(row);
    },
    normalizedBackward(cell, call, gradients) {
      const run = new Run(memory, cell, call, length(cell, call.B, call.T, call.H));
      for (let row = 0; row < call.B; row++) run.backwardRow(row, gradients);
    },
  };
}

/** N(v), and 1/√(variance + ε). */
function normalize(v: Float64Array, epsilon: number): { hat: Float64Array; scale: number } {
  const mean = v.reduce((a, b) => a + b, 0) / v.length;
  const variance = v.reduce((a, b) => a + (b - mean) ** 2, 0) / v.length;
  const scale = 1 / Math.sqrt(variance + epsilon);
  return { hat: v.map((x) => (x - mean) * scale), scale };
}

/** dv of N(v), given dN. */
function normalizeGrad(dHat: Float64Array, hat: Float64Array, scale: number): Float64Array {
  const mean = dHat.reduce((a, b) => a + b, 0) / dHat.length;
  const along = dHat.reduce((a, b, j) => a + b * hat[j]!, 0) / dHat.length;
  return dHat.map((d, j) => scale * (d - mean - hat[j]! * along));
}

interface StepViews {
  /** W x, then N(W x) */
  a: Float64Array;
  hBefore: Float64Array;
  cBefore: Float64Array;
  h: Float64Array;
  gates: Float64Array;
  uHat: Float64Array;
  cHat: Float64Array;
  scales: Float64Array;
}

class Run {
  readonly #saved: Float64Array;
  readonly #G: number;
  readonly #S: number;
  readonly #phi: (x: number) => number;
  readonly #sigma: (x: number) => number;
  /** Blocks of columns [from, to) that are normalised together. */
  readonly #blocks: [number, number][] = [];

  constructor(
    private readonly memory: ReferenceMemory,
    private readonly cell: NormalizedCell,
    private readonly call: NormalizedCall,
    length: number,
  ) {
    this.#saved = call.saved ? memory.floats(call.saved, length) : zeros(length);
    [this.#G, this.#S] = [GATES[cell], SLOTS[cell]];
    this.#phi = UNARY_FUNCTIONS[call.activation].value;
    this.#sigma = UNARY_FUNCTIONS[call.recurrentActivation].value;
    let from = 0;
    for (const gates of NORMALIZED[cell].gates) this.#blocks.push([from, (from += gates * call.H)]);
  }

  #order(): number[] {
    const { T, reverse } = this.call;
    return Array.from({ length: T }, (_, s) => (reverse ? T - 1 - s : s));
  }

  #used(row: number, t: number): boolean {
    const { mask, B, T } = this.call;
    return mask === 0 || this.memory.ints(mask, B * T)[row * T + t] !== 0;
  }

  #weights() {
    const { U, gains, b, cellGain, cellBias, H } = this.call;
    const GH = this.#G * H;
    const floats = (ptr: number, n: number) => (ptr ? this.memory.floats(ptr, n) : zeros(n));
    const biases = floats(b, (this.cell === "gru" ? 2 : 1) * GH);
    const [alpha, beta] = [floats(gains, GH), floats(gains + GH * this.memory.bytes, GH)];
    const c = this.cell === "gru" ? biases.subarray(GH) : zeros(GH);
    return { U: floats(U, H * GH), alpha, beta, b: biases.subarray(0, GH), c, gamma: floats(cellGain, H), d: floats(cellBias, H) }; // prettier-ignore
  }

  #step(row: number, t: number): StepViews {
    const { B, T, H, reverse, h0, c0 } = this.call;
    const GH = this.#G * H;
    const part = (offset: number, width: number, at: number) =>
      this.#saved.subarray(offset + (at * B + row) * width, offset + (at * B + row + 1) * width);
    const TB = T * B;
    const gatesAt = (at: number) => part(TB * H, this.#S * H, at);
    const afterGates = TB * H * (1 + this.#S);
    const lstm = this.cell === "lstm";
    const before = reverse ? t + 1 : t - 1;
    const first = before < 0 || before >= T;
    return {
      a: rowOf(this.memory, this.call.a, row * T + t, GH),
      hBefore: first ? rowOf(this.memory, h0, row, H) : part(0, H, before),
      cBefore: !lstm || first ? rowOf(this.memory, c0, row, H) : gatesAt(before).subarray(4 * H),
      h: part(0, H, t),
      gates: gatesAt(t),
      uHat: part(afterGates, GH, t),
      cHat: lstm ? part(afterGates + TB * GH, H, t) : zeros(H),
      scales: part(afterGates + TB * (GH + (lstm ? H : 0)), NORMALIZED[this.cell].scales, t),
    };
  }

  #dropped(row: number, h: Float64Array): Float64Array {
    const { stateDropout, H } = this.call;
    if (!stateDropout) return h;
    const factors = rowOf(this.memory, stateDropout, row, H);
    return h.map((x, j) => x * factors[j]!);
  }

  forwardRow(row: number): void {
    const { y, T, H, hT, cT, zeroOutputForMask, h0, c0 } = this.call;
    let seen = false;
    for (const t of this.#order()) {
      const step = this.#step(row, t);
      this.#forward(row, step);
      const used = this.#used(row, t);
      seen ||= used;
      if (!used) {
        step.h.set(step.hBefore);
        if (this.cell === "lstm") step.gates.set(step.cBefore, 4 * H);
      }
      const silent = !used && (zeroOutputForMask || !seen);
      if (y) rowOf(this.memory, y, row * T + t, H).set(silent ? zeros(H) : step.h);
    }
    const last = this.#order().at(-1);
    const end = last === undefined ? null : this.#step(row, last);
    if (hT) rowOf(this.memory, hT, row, H).set(end ? end.h : rowOf(this.memory, h0, row, H));
    if (cT) rowOf(this.memory, cT, row, H).set(end ? end.gates.subarray(4 * H) : rowOf(this.memory, c0, row, H));
  }

  #forward(row: number, { a, hBefore, cBefore, h, gates, uHat, cHat, scales }: StepViews): void {
    const { H, epsilon } = this.call;
    const GH = this.#G * H;
    const { U, alpha, beta, b, c, gamma, d } = this.#weights();
    const u = zeros(GH);
    addProduct(u, this.#dropped(row, hBefore), U, GH, 0);
    const pre = zeros(GH);
    for (const [i, [from, to]] of this.#blocks.entries()) {
      const [na, nu] = [normalize(a.slice(from, to), epsilon), normalize(u.slice(from, to), epsilon)];
      for (let j = from; j < to; j++) {
        pre[j] = alpha[j]! * na.hat[j - from]! + b[j]!;
        u[j] = beta[j]! * nu.hat[j - from]! + c[j]!;
      }
      if (this.call.saved) a.set(na.hat, from);
      uHat.set(nu.hat, from);
      [scales[i], scales[this.#blocks.length + i]] = [na.scale, nu.scale];
    }
    if (this.cell === "gru") {
      for (let j = 0; j < H; j++) {
        const z = this.#sigma(pre[j]! + u[j]!);
        const r = this.#sigma(pre[H + j]! + u[H + j]!);
        const g = this.#phi(pre[2 * H + j]! + r * u[2 * H + j]!);
        for (const [slot, value] of [z, r, g, u[2 * H + j]!].entries()) gates[slot * H + j] = value;
        h[j] = z * hBefore[j]! + (1 - z) * g;
      }
      return;
    }
    for (let j = 0; j < H; j++) {
      const at = (gate: number) => pre[gate * H + j]! + u[gate * H + j]!;
      const [i, f, g, o] = [this.#sigma(at(0)), this.#sigma(at(1)), this.#phi(at(2)), this.#sigma(at(3))];
      for (const [slot, value] of [i, f, g, o, f * cBefore[j]! + i * g].entries()) gates[slot * H + j] = value;
    }
    const { hat, scale } = normalize(gates.slice(4 * H), epsilon);
    cHat.set(hat);
    scales[2] = scale;
    for (let j = 0; j < H; j++) h[j] = gates[3 * H + j]! * this.#phi(gamma[j]! * hat[j]! + d[j]!);
  }

  backwardRow(row: number, g: NormalizedGradients): void {
    const { H, T, B, zeroOutputForMask } = this.call;
    const order = this.#order();
    const firstUsed = order.findIndex((t) => this.#used(row, t));
    let dh: Float64Array = rowOf(this.memory, g.dhT, row, H).slice();
    let dc: Float64Array = rowOf(this.memory, g.dcT, row, H).slice();
    const GH = this.#G * H;
    const { U } = this.#weights();
    for (let s = T - 1; s >= 0; s--) {
      const t = order[s]!;
      const used = this.#used(row, t);
      const silent = !used && (zeroOutputForMask || firstUsed < 0 || s < firstUsed);
      if (!silent) addInto(dh, rowOf(this.memory, g.dy, row * T + t, H));
      const da = rowOf(this.memory, g.da, row * T + t, GH).fill(0);
      const du = rowOf(this.memory, g.du, t * B + row, GH).fill(0);
      const step = this.#step(row, t);
      const dropped = this.#dropped(row, step.hBefore);
      rowOf(this.memory, g.states, t * B + row, H).set(dropped);
      if (!used) continue;
      const next = this.#backward(step, dh, dc, g, da, du);
      const through = zeros(H);
      addTransposed(through, du, U, GH, 0);
      addInto(next.dh, this.#dropped(row, through));
      [dh, dc] = [next.dh, next.dc];
    }
    rowOf(this.memory, g.dh0, row, H).set(dh);
    rowOf(this.memory, g.dc0, row, H).set(dc);
  }

  /** Adds to the gradients of gains and biases, writes da and du; what goes back without U is returned. */
  #backward(
    step: StepViews,
    dh: Float64Array,
    dc: Float64Array,
    g: NormalizedGradients,
    da: Float64Array,
    du: Float64Array,
  ) {
    const GH = this.#G * this.call.H;
    const { alpha, beta } = this.#weights();
    // At α ⊙ N(W x) + b and at β ⊙ N(U ĥ) + c.
    const { atA, atU, ...back } = this.cell === "gru" ? this.#backGru(step, dh) : this.#backLstm(step, dh, dc, g);
    const add = (ptr: number, value: Float64Array) => ptr && addInto(this.memory.floats(ptr, value.length), value);
    const { bytes } = this.memory;
    add(
      g.dgains,
      atA.map((d, j) => d * step.a[j]!),
    );
    add(
      g.dgains && g.dgains + GH * bytes,
      atU.map((d, j) => d * step.uHat[j]!),
    );
    add(g.db, atA);
    if (this.cell === "gru") add(g.db && g.db + GH * bytes, atU);
    for (const [i, [from, to]] of this.#blocks.entries()) {
      const scaled = (d: Float64Array, gain: Float64Array) => d.slice(from, to).map((v, j) => v * gain[from + j]!);
      da.set(normalizeGrad(scaled(atA, alpha), step.a.slice(from, to), step.scales[i]!), from);
      const scale = step.scales[this.#blocks.length + i]!;
      du.set(normalizeGrad(scaled(atU, beta), step.uHat.slice(from, to), scale), from);
    }
    return back;
  }

  #backGru({ gates, hBefore }: StepViews, dh: Float64Array) {
    const { H, activation, recurrentActivation } = this.call;
    const [atA, atU, before] = [zeros(3 * H), zeros(3 * H), zeros(H)];
    for (let j = 0; j < H; j++) {
      const [z, r, g, q] = [0, 1, 2, 3].map((slot) => gates[slot * H + j]!) as [number, number, number, number];
      const dg = dh[j]! * (1 - z) * slopeFromValue(activation, g);
      atA[j] = atU[j] = dh[j]! * (hBefore[j]! - g) * slopeFromValue(recurrentActivation, z);
      atA[H + j] = atU[H + j] = dg * q * slopeFromValue(recurrentActivation, r);
      [atA[2 * H + j], atU[2 * H + j]] = [dg, dg * r];
      before[j] = dh[j]! * z;
    }
    return { atA, atU, dh: before, dc: zeros(H) };
  }

  #backLstm(
    { gates, cBefore, cHat, scales }: StepViews,
    dh: Float64Array,
    dc: Float64Array,
    grads: NormalizedGradients,
  ) {
    const { H, activation, recurrentActivation } = this.call;
    const { gamma, d } = this.#weights();
    const [delta, ds, before] = [zeros(4 * H), zeros(H), zeros(H)];
    for (let j = 0; j < H; j++) {
      const shown = this.#phi(gamma[j]! * cHat[j]! + d[j]!);
      const o = gates[3 * H + j]!;
      ds[j] = dh[j]! * o * slopeFromValue(activation, shown);
      delta[3 * H + j] = dh[j]! * shown * slopeFromValue(recurrentActivation, o);
    }
    if (grads.dcellGain)
      addInto(
        this.memory.floats(grads.dcellGain, H),
        ds.map((v, j) => v * cHat[j]!),
      );
    if (grads.dcellBias) addInto(this.memory.floats(grads.dcellBias, H), ds);
    const through = normalizeGrad(
      ds.map((v, j) => v * gamma[j]!),
      cHat,
      scales[2]!,
    );
    for (let j = 0; j < H; j++) {
      const [i, f, g] = [0, 1, 2].map((slot) => gates[slot * H + j]!) as [number, number, number];
      const total = dc[j]! + through[j]!;
      delta[j] = total * g * slopeFromValue(recurrentActivation, i);
      delta[H + j] = total * cBefore[j]! * slopeFromValue(recurrentActivation, f);
      delta[2 * H + j] = total * i * slopeFromValue(activation, g);
      before[j] = total * f;
    }
    return { atA: delta, atU: delta, dh: zeros(H), dc: before };
  }
}
