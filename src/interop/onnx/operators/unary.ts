/** Operators on one value, element by element. */
import { check } from "../../../util/errors.js";
import type { Attributes } from "../attributes.js";
import { given, words, type Operator, type OperatorTable } from "../operator.js";
import { valueType } from "../tensor-proto.js";
import { castTo, isFloat, zeros, type Value } from "../value.js";
import { cyclic } from "./broadcast.js";
import { erf, halfToEven, logistic, softplus } from "./functions.js";

/** For a node's attributes the function of one number. */
type Maker = (attributes: Attributes) => (x: number) => number;

function map(value: Value, f: (x: number) => number): Value {
  const out = zeros(value.type, value.shape);
  const { data } = value;
  for (let i = 0; i < data.length; i++) out.data[i] = f(data[i]!);
  return out;
}

const floats = (attributes: string, make: Maker): Operator => ({
  attributes: words(attributes),
  inputs: [1, 1],
  run(inputs, node) {
    const value = given(inputs, 0);
    check(isFloat(value.type), () => `its input must be floats, got ${value.type}`);
    return [map(value, make(node.attributes))];
  },
});

const numbers = (f: (x: number) => number): Operator => ({
  attributes: [],
  inputs: [1, 1],
  run: (inputs) => [map(given(inputs, 0), f)],
});

/** The same value; what else comes in or goes out is for training only. */
const identity: Operator = { attributes: [], inputs: [1, 1], run: (inputs) => [given(inputs, 0)] };

const dropout: Operator = {
  attributes: words("ratio seed is_test"),
  inputs: [1, 3],
  run(inputs, { outputs }) {
    const x = given(inputs, 0);
    check(!inputs[2] || inputs[2].data[0] === 0, () => "training_mode is on");
    const mask = {
      type: "bool" as const,
      shape: x.shape,
      data: new Uint8Array(outputs > 1 ? x.data.length : 0).fill(1),
    };
    return outputs > 1 ? [x, mask] : [x];
  },
};

/** Floats are cut off towards zero; what the target cannot hold wraps round. */
const cast: Operator = {
  attributes: words("to saturate round_mode"),
  inputs: [1, 1],
  run(inputs, { attributes }) {
    const value = given(inputs, 0);
    const code = attributes.int("to");
    const type = valueType(code, "to");
    const narrow = { 2: Uint8Array, 3: Int8Array, 4: Uint16Array, 5: Int16Array, 12: Uint32Array }[code];
    if (!narrow) return [castTo(type, value)];
    const out = zeros(type, value.shape);
    out.data.set(narrow.from(value.data));
    return [out];
  },
};

/** Bounds are inputs since opset 11, attributes before. */
const clip: Operator = {
  attributes: words("min max"),
  inputs: [1, 3],
  run(inputs, { attributes }) {
    const bound = (at: number, name: string, otherwise: number) => {
      const value = inputs[at] ?? null;
      return value ? cyclic(value, [])[0]! : attributes.has(name) ? attributes.float(name) : otherwise;
    };
    const [low, high] = [bound(1, "min", -Infinity), bound(2, "max", Infinity)];
    return [map(given(inputs, 0), (x) => Math.min(high, Math.max(low, x)))];
  },
};

const not: Operator = {
  attributes: [],
  inputs: [1, 1],
  run(inputs) {
    const value = given(inputs, 0);
    check(value.type === "bool", () => `its input must be bool, got ${value.type}`);
    return [map(value, (x) => 1 - x)];
  },
};

const gelu = (a: Attributes) => {
  const c = Math.sqrt(2 / Math.PI);
  return a.string("approximate", "none") === "tanh"
    ? (x: number) => 0.5 * x * (1 + Math.tanh(c * (x + 0.044715 * x ** 3)))
    : (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2));
};

const slope = (otherwise: number, f: (x: number, alpha: number) => number) =>
  floats("alpha", (a) => {
    const alpha = a.float("alpha", otherwise);
    return (x) => f(x, alpha);
  });

const hardSigmoid = (x: number, alpha: number, beta: number) => Math.min(1, Math.max(0, alpha * x + beta));
const simple = (f: (x: number) => number) => floats("", () => f);

export const UNARY: OperatorTable = {
  Identity: identity,
  Dropout: dropout,
  Cast: cast,
  Clip: clip,
  Not: not,
  Abs: numbers(Math.abs),
  Neg: numbers((x) => -x),
  Sign: numbers(Math.sign),
  Relu: numbers((x) => (x < 0 ? 0 : x)),
  Sqrt: simple(Math.sqrt),
  Exp: simple(Math.exp),
  Log: simple(Math.log),
  Reciprocal: simple((x) => 1 / x),
  Floor: simple(Math.floor),
  Ceil: simple(Math.ceil),
  Round: simple(halfToEven),
  Sin: simple(Math.sin),
  Cos: simple(Math.cos),
  Tanh: simple(Math.tanh),
  Erf: simple(erf),
  Sigmoid: simple(logistic),
  Softplus: simple(softplus),
  Softsign: simple((x) => x / (1 + Math.abs(x))),
  Mish: simple((x) => x * Math.tanh(softplus(x))),
  HardSwish: simple((x) => x * hardSigmoid(x, 1 / 6, 0.5)),
  Gelu: floats("approximate", gelu),
  HardSigmoid: floats("alpha beta", (a) => {
    const [alpha, beta] = [a.float("alpha", 0.2), a.float("beta", 0.5)];
    return (x) => hardSigmoid(x, alpha, beta);
  }),
  Selu: floats("alpha gamma", (a) => {
    const [alpha, gamma] = [a.float("alpha", 1.6732632), a.float("gamma", 1.050701)];
    return (x) => gamma * (x > 0 ? x : alpha * Math.expm1(x));
  }),
  Elu: slope(1, (x, alpha) => (x < 0 ? alpha * Math.expm1(x) : x)),
  Celu: slope(1, (x, alpha) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha))),
  LeakyRelu: slope(0.01, (x, alpha) => (x < 0 ? alpha * x : x)),
  ThresholdedRelu: slope(1, (x, alpha) => (x > alpha ? x : 0)),
};
