import type { Cell, FusedActivation, RecurrentCall } from "../../src/kernels/kernels.js";
import { normals, Random, Slots } from "./slots.js";

export interface Options {
  cell: Cell;
  resetAfter: boolean;
  reverse: boolean;
  zeroOutputForMask: boolean;
  activation: FusedActivation;
  recurrentActivation: FusedActivation;
  bias: boolean;
  initial: boolean;
  stateDropout: boolean;
  /** rows of 0 and 1, or none */
  mask: number[][] | undefined;
}

export interface Parameters {
  x: number[];
  W: number[];
  U: number[];
  b: number[];
  h0: number[];
  c0: number[];
}

export const PLAIN: Options = {
  cell: "gru",
  resetAfter: true,
  reverse: false,
  zeroOutputForMask: false,
  activation: "tanh",
  recurrentActivation: "sigmoid",
  bias: true,
  initial: true,
  stateDropout: false,
  mask: undefined,
};

export const SIZES = { B: 2, T: 4, D: 2, H: 3 };
export const GATES: Record<Cell, number> = { gru: 3, lstm: 4, simpleRnn: 1 };

export function biasLength({ cell, resetAfter, bias }: Options, H: number): number {
  return bias ? GATES[cell] * H * (cell === "gru" && resetAfter ? 2 : 1) : 0;
}

export function randomParameters(options: Options, seed: number, { B, T, D, H } = SIZES): Parameters {
  const random = new Random(seed);
  const draw = (length: number) => normals(random, length).map((value) => 0.5 * value); // linear gates must not explode
  const G = GATES[options.cell];
  const state = options.initial ? B * H : 0;
  return {
    x: draw(B * T * D),
    W: draw(D * G * H),
    U: draw(H * G * H),
    b: draw(biasLength(options, H)),
    h0: draw(state),
    c0: draw(options.cell === "lstm" ? state : 0),
  };
}

/** Factors 0 or 1 / (1 - 0.4), no two rows the same. */
export function dropoutFactors(H: number): number[] {
  return Array.from({ length: SIZES.B * H }, (_, i) => (i % 4 === 1 ? 0 : 1 / 0.6));
}

/** Puts a call into memory; absent arrays (length 0) become pointer 0. */
export function makeCall(slots: Slots, options: Options, p: Parameters, { B, T, D, H } = SIZES): RecurrentCall {
  const put = (values: number[]) => (values.length > 0 ? slots.put(values) : 0);
  const junk = (length: number) => slots.put(new Float64Array(length).fill(Number.NaN)); // outputs must be overwritten
  return {
    B,
    T,
    D,
    H,
    reverse: options.reverse,
    x: put(p.x),
    W: put(p.W),
    U: put(p.U),
    b: put(p.b),
    h0: put(p.h0),
    c0: put(p.c0),
    mask: options.mask ? slots.putInts(options.mask.flat()) : 0,
    stateDropout: options.stateDropout ? slots.put(dropoutFactors(H)) : 0,
    activation: options.activation,
    recurrentActivation: options.recurrentActivation,
    resetAfter: options.resetAfter,
    zeroOutputForMask: options.zeroOutputForMask,
    y: junk(B * T * H),
    hT: junk(B * H),
    cT: options.cell === "lstm" ? junk(B * H) : 0,
    saved: junk(slots.kernels.savedLength(options.cell, B, T, H)),
  };
}

export interface Outputs {
  y: number[];
  hT: number[];
  cT: number[];
}

export function runForward(options: Options, p: Parameters, sizes = SIZES): Outputs {
  const slots = new Slots();
  const call = makeCall(slots, options, p, sizes);
  slots.kernels.recurrentForward(options.cell, call);
  const { B, T, H } = sizes;
  return {
    y: slots.get(call.y, B * T * H),
    hT: slots.get(call.hT, B * H),
    cT: call.cT ? slots.get(call.cT, B * H) : [],
  };
}
