/** Operators on two or more values, element by element: arithmetic, comparisons, logic. */
import { check, SluiceError } from "../../../util/errors.js";
import { given, type Inputs, type Operator, type OperatorTable } from "../operator.js";
import { isFloat, zeros, type Value, type ValueType } from "../value.js";
import { broadcastShape, cyclic } from "./broadcast.js";

type Binary = (a: number, b: number, type: ValueType) => number;

function apply(f: Binary, a: Value, b: Value, type: ValueType): Value {
  const out = zeros(type, broadcastShape([a.shape, b.shape]));
  const [x, y] = [cyclic(a, out.shape), cyclic(b, out.shape)];
  const { data } = out;
  for (let i = 0; i < data.length; i++) data[i] = f(x[i % x.length]!, y[i % y.length]!, a.type);
  return out;
}

function sameType(inputs: Inputs): Value[] {
  const values = inputs.map((_, i) => given(inputs, i));
  const types = [...new Set(values.map(({ type }) => type))];
  check(types.length === 1, () => `its inputs must be of one type, got ${types.join(" and ")}`);
  return values;
}

const NO_ATTRIBUTES = { attributes: [] as string[], inputs: [2, 2] as const };

const arithmetic = (f: Binary): Operator => ({
  ...NO_ATTRIBUTES,
  run(inputs) {
    const [a, b] = sameType(inputs) as [Value, Value];
    check(a.type !== "bool", () => "its inputs must be numbers, got bool");
    return [apply(f, a, b, a.type)];
  },
});

const comparison = (f: (a: number, b: number) => boolean): Operator => ({
  ...NO_ATTRIBUTES,
  run(inputs) {
    const [a, b] = sameType(inputs) as [Value, Value];
    return [apply((x, y) => (f(x, y) ? 1 : 0), a, b, "bool")];
  },
});

const logic = (f: (a: number, b: number) => number): Operator => ({
  ...NO_ATTRIBUTES,
  run(inputs) {
    const [a, b] = sameType(inputs) as [Value, Value];
    check(a.type === "bool", () => `its inputs must be bool, got ${a.type}`);
    return [apply(f, a, b, "bool")];
  },
});

const variadic = (f: Binary): Operator => ({
  attributes: [],
  inputs: [1, Infinity],
  run(inputs) {
    const values = sameType(inputs);
    return [values.slice(1).reduce((sum, value) => apply(f, sum, value, value.type), values[0]!)];
  },
});

/** Whole numbers are cut off towards zero. */
function divide(a: number, b: number, type: ValueType): number {
  if (isFloat(type)) return a / b;
  if (b === 0) throw new SluiceError("an integer is divided by zero");
  return Math.trunc(a / b);
}

/** With fmod the sign of the dividend, else that of the divisor. */
const mod: Operator = {
  attributes: ["fmod"],
  inputs: [2, 2],
  run(inputs, { attributes }) {
    const [a, b] = sameType(inputs) as [Value, Value];
    const fmod = attributes.int("fmod", 0) === 1;
    check(fmod || !isFloat(a.type), () => "fmod must be 1 for floats");
    check(isFloat(a.type) || !b.data.includes(0), () => "an integer is divided by zero");
    return [apply((x, y) => (fmod || x % y === 0 || x < 0 === y < 0 ? x % y : (x % y) + y), a, b, a.type)];
  },
};

const where: Operator = {
  attributes: [],
  inputs: [3, 3],
  run(inputs) {
    const condition = given(inputs, 0);
    const [a, b] = sameType(inputs.slice(1)) as [Value, Value];
    check(condition.type === "bool", () => `its condition must be bool, got ${condition.type}`);
    const out = zeros(a.type, broadcastShape([condition.shape, a.shape, b.shape]));
    const [c, x, y] = [cyclic(condition, out.shape), cyclic(a, out.shape), cyclic(b, out.shape)];
    for (let i = 0; i < out.data.length; i++) out.data[i] = c[i % c.length] ? x[i % x.length]! : y[i % y.length]!;
    return [out];
  },
};

/** The exponent may be of another type. */
const pow: Operator = {
  ...NO_ATTRIBUTES,
  run(inputs) {
    const [a, b] = [given(inputs, 0), given(inputs, 1)];
    return [apply((x, y) => x ** y, a, b, a.type)];
  },
};

/** x for x ≥ 0, else slope · x. */
const prelu = arithmetic((x, slope) => (x < 0 ? x * slope : x));

export const BINARY: OperatorTable = {
  Add: arithmetic((a, b) => a + b),
  Sub: arithmetic((a, b) => a - b),
  Mul: arithmetic((a, b, type) => (type === "int32" ? Math.imul(a, b) : a * b)),
  Div: arithmetic(divide),
  Mod: mod,
  Pow: pow,
  PRelu: prelu,
  Sum: variadic((a, b) => a + b),
  Max: variadic((a, b) => Math.max(a, b)),
  Min: variadic((a, b) => Math.min(a, b)),
  Equal: comparison((a, b) => a === b),
  Greater: comparison((a, b) => a > b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  Less: comparison((a, b) => a < b),
  LessOrEqual: comparison((a, b) => a <= b),
  And: logic((a, b) => a & b),
  Or: logic((a, b) => a | b),
  Xor: logic((a, b) => a ^ b),
  Where: where,
};
