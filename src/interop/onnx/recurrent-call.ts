/** The inputs and attributes of a GRU, LSTM or RNN node, checked and taken apart by direction. */
import { showShape, sizeOf, sameShape, type Shape } from "../../tensor/shape.js";
import { check, show } from "../../util/errors.js";
import { gateCount, type Cell } from "../gates.js";
import { given, type Inputs, type NodeContext } from "./operator.js";
import { recurrentActivations, type RecurrentActivation } from "./recurrent-activations.js";
import { isFloat, wholeNumbers, type Value, type ValueData, type ValueType } from "./value.js";

export interface DirectionCall {
  readonly index: number;
  readonly reverse: boolean;
  /** f; f, g; or f, g, h */
  readonly activations: readonly RecurrentActivation[];
  /** [G·H, D], rows in ONNX's order of gates */
  readonly W: ValueData;
  /** [G·H, H] */
  readonly R: ValueData;
  /** [2·G·H]: Wb ‖ Rb */
  readonly bias: ValueData | null;
  /** [3·H]: of i, o and f */
  readonly peepholes: ValueData | null;
}

export interface RecurrentNode {
  readonly cell: Cell;
  readonly type: ValueType;
  readonly B: number;
  readonly T: number;
  readonly D: number;
  readonly H: number;
  /** [B, T, D] with layout 1, else [T, B, D] */
  readonly x: Value;
  readonly batchFirst: boolean;
  readonly directions: readonly DirectionCall[];
  /** The whole of W, to which prepared weights belong. */
  readonly weights: Value;
  readonly constant: readonly (Value | null)[];
  /** Steps that count, for each sequence. */
  readonly lengths: readonly number[] | null;
  /** [dirs, B, H], or [B, dirs, H] with layout 1; h, and c for an LSTM. */
  readonly initial: readonly (Value | null)[];
  readonly linearBeforeReset: boolean;
  readonly inputForget: boolean;
  /** Infinity when there is none. */
  readonly clip: number;
}

const DIRECTIONS: Readonly<Record<string, readonly boolean[]>> = {
  forward: [false],
  reverse: [true],
  bidirectional: [false, true],
};
const DEFAULTS: Readonly<Record<Cell, readonly string[]>> = {
  gru: ["Sigmoid", "Tanh"],
  lstm: ["Sigmoid", "Tanh", "Tanh"],
  simpleRnn: ["Tanh"],
};

export function readRecurrentNode(cell: Cell, inputs: Inputs, { attributes }: NodeContext): RecurrentNode {
  const [x, W, R] = [given(inputs, 0), given(inputs, 1), given(inputs, 2)];
  const direction = attributes.string("direction", "forward");
  check(Object.hasOwn(DIRECTIONS, direction), () => `direction ${show(direction)}`);
  const reverses = DIRECTIONS[direction]!;
  const dirs = reverses.length;
  const batchFirst = attributes.int("layout", 0) === 1;
  check([0, 1].includes(attributes.int("layout", 0)), () => `layout ${attributes.int("layout")}`);
  check(x.shape.length === 3 && R.shape.length === 3, () => `X and R must have three axes, got ${showShape(x.shape)} and ${showShape(R.shape)}`); // prettier-ignore
  const [T, B] = batchFirst ? [x.shape[1]!, x.shape[0]!] : [x.shape[0]!, x.shape[1]!];
  const [D, H] = [x.shape[2]!, R.shape[2]!];
  const G = gateCount(cell) * H;
  const hidden = attributes.int("hidden_size", H);
  check(hidden === H && H > 0, () => `hidden_size ${hidden}, but R is ${showShape(R.shape)}`);
  const typed = (value: Value | null, name: string, shape: Shape) => {
    check(value === null || value.type === x.type, () => `${name} is ${value!.type}, X is ${x.type}`);
    check(value === null || sameShape(value.shape, shape), () => `${name} must be ${showShape(shape)}, got ${showShape(value!.shape)}`); // prettier-ignore
    return value;
  };
  check(isFloat(x.type), () => `X must be floats, got ${x.type}`);
  typed(W, "W", [dirs, G, D]);
  typed(R, "R", [dirs, G, H]);
  const bias = typed(inputs[3] ?? null, "B", [dirs, 2 * G]);
  const peepholes = typed(inputs[7] ?? null, "P", [dirs, 3 * H]);
  const state = batchFirst ? [B, dirs, H] : [dirs, B, H];
  const initial = [typed(inputs[5] ?? null, "initial_h", state)];
  if (cell === "lstm") initial.push(typed(inputs[6] ?? null, "initial_c", state));
  const functions = functionsOf(cell, dirs, attributes);
  const each = DEFAULTS[cell].length;
  const part = (value: Value, dir: number) => {
    const n = sizeOf(value.shape.slice(1));
    return value.data.subarray(dir * n, (dir + 1) * n);
  };
  return {
    cell, type: x.type, B, T, D, H, x, batchFirst, initial, weights: W, constant: [R, bias, peepholes],
    directions: reverses.map((reverse, dir) => ({
      index: dir, reverse, activations: functions.slice(dir * each, (dir + 1) * each),
      W: part(W, dir), R: part(R, dir), bias: bias && part(bias, dir), peepholes: peepholes && part(peepholes, dir),
    })),
    lengths: lengthsOf(inputs[4] ?? null, B, T),
    linearBeforeReset: attributes.int("linear_before_reset", 0) === 1,
    inputForget: attributes.int("input_forget", 0) === 1,
    clip: clipOf(attributes),
  }; // prettier-ignore
}

function functionsOf(cell: Cell, dirs: number, attributes: NodeContext["attributes"]): RecurrentActivation[] {
  const defaults = Array.from({ length: dirs }, () => DEFAULTS[cell]).flat();
  const names = attributes.strings("activations", defaults);
  check(names.length === defaults.length, () => `expected ${defaults.length} activations, got ${names.length}`);
  return recurrentActivations(
    names,
    attributes.floats("activation_alpha", []),
    attributes.floats("activation_beta", []),
  );
}

function lengthsOf(value: Value | null, B: number, T: number): number[] | null {
  if (value === null) return null;
  const lengths = wholeNumbers(value, "sequence_lens");
  check(lengths.length === B, () => `sequence_lens must have ${B} entries, got ${lengths.length}`);
  const bad = lengths.findIndex((n) => n < 0 || n > T);
  check(bad < 0, () => `sequence_lens[${bad}] is ${lengths[bad]}, expected 0 to ${T}`);
  return lengths;
}

function clipOf(attributes: NodeContext["attributes"]): number {
  if (!attributes.has("clip")) return Infinity;
  const clip = attributes.float("clip");
  check(clip > 0, () => `clip must be above 0, got ${clip}`);
  return clip;
}
