/** Each operator on small inputs against ONNX Runtime, in the opsets between which its form changed. */
import { strict as assert } from "node:assert";
import { test } from "node:test";
import "../../src/default-kernels.js";
import {
  nodeProto,
  tensorProto,
  valueInfo,
  type AttributeValue,
  type ElementType,
} from "../../src/interop/onnx/build.js";
import { OPERATORS } from "../../src/interop/onnx/operators/index.js";
import { normal } from "../../src/util/normal.js";
import { Random } from "../../src/util/random.js";
import { compare, floats, longs, weight, type Case, type Fed } from "../oracles/onnx-runtime.js";

const random = new Random(11);
const draw = (...shape: number[]): Fed =>
  floats(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 1.5 * normal(random)),
    shape,
  );
const whole = (type: ElementType, data: number[], shape: number[] = [data.length]): Fed => ({ type, shape, data });
const bools = (data: number[], shape?: number[]): Fed => whole("bool", data, shape);
const positive = (...shape: number[]): Fed => {
  const { data } = draw(...shape);
  return floats(
    Float32Array.from(data, (v) => Math.abs(v) + 0.1),
    shape,
  );
};

type Attributes = Record<string, AttributeValue>;
interface Row {
  op: string;
  /** The first is fed, the others are weights; null is left out. */
  inputs: (Fed | null)[];
  attributes?: Attributes;
  opset?: number;
  type?: ElementType;
  outputs?: number;
}

const row = (op: string, inputs: (Fed | null)[], attributes: Attributes = {}, more: Partial<Row> = {}): Row => ({
  op,
  inputs,
  attributes,
  ...more,
});

function caseOf({ op, inputs, attributes = {}, opset = 17, type = "float32", outputs = 1 }: Row): Case {
  const names = inputs.map((input, i) => (input ? `in${i}` : ""));
  const results = Array.from({ length: outputs }, (_, i) => `out${i}`);
  return {
    nodes: [nodeProto(op, names, results, attributes)],
    feeds: inputs[0] ? { in0: inputs[0] } : {},
    weights: inputs.flatMap((input, i) => (input && i > 0 ? [weight(`in${i}`, input)] : [])),
    outputs: Object.fromEntries(results.map((name) => [name, type])),
    opset,
  };
}

const ints = (...list: number[]) => ({ ints: list });
const x = draw(2, 3, 4);
const UNARY = [
  "Abs", "Neg", "Sign", "Relu", "Exp", "Floor", "Ceil", "Sin", "Cos", "Tanh", "Erf", "Sigmoid", "Softplus", "Softsign",
  "Identity", "HardSwish", "HardSigmoid", "Selu", "Elu", "Celu", "LeakyRelu", "ThresholdedRelu",
]; // prettier-ignore
const halves = floats([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.4], [7]);

const rows: Row[] = [
  ...UNARY.map((op) => row(op, [x])),
  ...["Sqrt", "Log", "Reciprocal"].map((op) => row(op, [positive(3, 4)])),
  row("Round", [halves]),
  row("Mish", [x], {}, { opset: 18 }),
  row("Gelu", [x], {}, { opset: 20 }),
  row("Gelu", [x], { approximate: "tanh" }, { opset: 20 }),
  row("LeakyRelu", [x], { alpha: { float: 0.3 } }),
  row("HardSigmoid", [x], { alpha: { float: 0.3 }, beta: { float: 0.4 } }),
  row("Clip", [x, floats([-0.5], []), floats([0.7], [])]),
  row("Clip", [x, null, floats([0.7], [])]),
  row("Clip", [x], { min: { float: -0.2 } }, { opset: 10 }),
  row("Dropout", [x]),
  row("Cast", [floats([-2.7, 2.7, 0, 1e3])], { to: 6 }, { type: "int32" }),
  row("Cast", [floats([-2.7, 2.7, 0, 1e3])], { to: 7 }, { type: "int64" }),
  row("Cast", [floats([-2.7, 0, 0.1])], { to: 9 }, { type: "bool" }),
  row("Cast", [longs([-2, 0, 7])], { to: 1 }),
  row("Cast", [longs([-2, 0, 7])], { to: 11 }, { type: "float64" }),
  row("Not", [bools([1, 0, 1])], {}, { type: "bool" }),
  ...["Add", "Sub", "Mul", "Div", "Sum", "Max", "Min"].flatMap((op) => [
    row(op, [x, draw(2, 3, 4)]),
    row(op, [x, draw(4)]),
    row(op, [x, draw(3, 1)]),
    row(op, [draw(3, 1), draw(2, 1, 4)]),
    row(op, [x, floats([1.5], [])]),
  ]),
  ...["Add", "Sub", "Mul", "Div"].map((op) => row(op, [longs([-7, 7, 9, 4]), longs([2])], {}, { type: "int64" })),
  row("Div", [whole("int32", [-7, 7, 9, -4]), whole("int32", [2, -2, 3, -3])], {}, { type: "int32" }),
  row("Mul", [whole("int32", [123456789, 7]), whole("int32", [987654321, -3])], {}, { type: "int32" }),
  row("Mod", [longs([-7, 7, 7, -7]), longs([3, -3, 3, -3])], {}, { type: "int64" }),
  row("Mod", [floats([-7.5, 7.5]), floats([3, -3])], { fmod: 1 }),
  row("Pow", [positive(3, 4), draw(4)]),
  row("Pow", [x, longs([2])]),
  row("PRelu", [x, draw(4)]),
  ...["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"].map((op) =>
    row(op, [longs([1, 2, 3, 4]), longs([3, 2, 3, 1])], {}, { type: "bool" }),
  ),
  ...["And", "Or", "Xor"].map((op) => row(op, [bools([1, 1, 0, 0]), bools([1, 0, 1, 0])], {}, { type: "bool" })),
  row("Where", [bools([1, 0, 1], [3, 1]), draw(3, 4), draw(4)]),
  row("Reshape", [x, longs([0, -1])]),
  row("Reshape", [x, longs([4, -1, 3])]),
  row("Squeeze", [draw(2, 1, 3, 1)]),
  row("Squeeze", [draw(2, 1, 3, 1), longs([-1])]),
  row("Squeeze", [draw(2, 1, 3, 1)], { axes: ints(1) }, { opset: 11 }),
  row("Unsqueeze", [x, longs([0, -1])]),
  row("Unsqueeze", [x], { axes: ints(1, 3) }, { opset: 11 }),
  row("Flatten", [x]),
  row("Flatten", [x], { axis: 0 }),
  row("Flatten", [x], { axis: -1 }),
  row("Transpose", [x]),
  row("Transpose", [x], { perm: ints(1, 2, 0) }),
  row("Shape", [x], {}, { type: "int64" }),
  row("Shape", [x], { start: -2, end: 3 }, { type: "int64" }),
  row("Size", [x], {}, { type: "int64" }),
  row("Expand", [draw(3, 1), longs([2, 1, 4])]),
  row("Tile", [draw(2, 3), longs([2, 3])]),
  row("ConstantOfShape", [longs([2, 3])]),
  row("ConstantOfShape", [longs([2, 3])], { value: tensorProto("", "int64", [7], [1]) }, { type: "int64" }),
  row("Constant", [], { value: tensorProto("", "float32", [1, 2, 3, 4], [2, 2]) }),
  row("Constant", [], { value_float: { float: 1.5 } }),
  row("Constant", [], { value_floats: { floats: [1.5, 2] } }),
  row("Constant", [], { value_ints: ints(3, 4) }, { type: "int64" }),
  row("Constant", [], { value_int: 5 }, { type: "int64" }),
  row("Range", [longs([10], []), longs([1], []), longs([-3], [])], {}, { type: "int64" }),
  row("Range", [floats([0], []), floats([1], []), floats([0.3], [])]),
  row(
    "Gather",
    [
      x,
      longs(
        [
          [2, 0],
          [1, -1],
        ].flat(),
        [2, 2],
      ),
    ],
    { axis: 1 },
  ),
  row("Gather", [x, longs([1], [])]),
  row("Gather", [x, whole("int32", [3, 0])], { axis: -1 }),
  row("Concat", [x, draw(2, 1, 4), draw(2, 2, 4)], { axis: 1 }),
  row("Concat", [x, x], { axis: -1 }),
  row("Split", [draw(6, 2)], {}, { outputs: 3 }),
  row("Split", [draw(2, 6), longs([1, 5])], { axis: 1 }, { outputs: 2 }),
  row("Split", [draw(2, 6)], { axis: 1, split: ints(4, 2) }, { outputs: 2, opset: 11 }),
  row("Split", [draw(7, 2)], { num_outputs: 3 }, { outputs: 3, opset: 18 }),
  row("Slice", [x, longs([1, 0]), longs([2 ** 40, 3]), longs([1, 2]), longs([1, 2])]),
  row("Slice", [x, longs([-1]), longs([-100]), longs([2]), longs([-1])]),
  row("Slice", [x, longs([-1]), longs([-3]), longs([1]), longs([-1])]),
  row("Slice", [x, longs([0, 1]), longs([1, 3])]),
  row("Slice", [x, longs([2]), longs([1]), longs([1])]),
  row("Slice", [x], { starts: ints(1), ends: ints(3), axes: ints(2) }, { opset: 9 }),
  row("Pad", [draw(2, 3), longs([0, 1, 0, 2])]),
  row("Pad", [draw(2, 3), longs([1, 1, 0, 2]), floats([1.5], [])]),
  row("Pad", [draw(3, 5), longs([2, 1, 0, 2])], { mode: "reflect" }),
  row("Pad", [draw(3, 5), longs([2, 1, 0, 2])], { mode: "edge" }),
  row("Pad", [draw(3, 5), longs([0, -1, 0, -2])]),
  row("Pad", [draw(3, 5), longs([2, 1]), null, longs([1])], {}, { opset: 18 }),
  row("Pad", [draw(2, 3)], { pads: ints(0, 1, 0, 2), value: { float: 2 } }, { opset: 9 }),
  row("ReverseSequence", [draw(4, 3, 2), longs([4, 2, 1])]),
  row("ReverseSequence", [draw(3, 4, 2), longs([4, 2, 1])], { batch_axis: 0, time_axis: 1 }),
  ...["ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare"].flatMap((op) => [
    row(op, [x], { axes: ints(1) }),
    row(op, [x], { axes: ints(-1, 0), keepdims: 0 }),
    row(op, [x]),
  ]),
  row("ReduceMean", [x, longs([1])], { keepdims: 0 }, { opset: 18 }),
  row("ReduceSum", [x, longs([0, 2])], { keepdims: 0 }),
  row("ReduceSum", [x], { noop_with_empty_axes: 1 }),
  row("ReduceSum", [x], { axes: ints(2) }, { opset: 11 }),
  row("ArgMax", [x], { axis: 1 }, { type: "int64" }),
  row("ArgMax", [floats([1, 3, 3, 2])], { keepdims: 0, select_last_index: 1 }, { type: "int64" }),
  row("CumSum", [x, longs([1], [])]),
  row("CumSum", [x, longs([-1], [])], { exclusive: 1, reverse: 1 }),
  ...["Softmax", "LogSoftmax"].flatMap((op) => [
    row(op, [x]),
    row(op, [x], { axis: 1 }),
    row(op, [x], { axis: 0 }),
    row(op, [x], {}, { opset: 11 }),
    row(op, [x], { axis: 2 }, { opset: 11 }),
  ]),
  row("LayerNormalization", [x, draw(4), draw(4)]),
  row("LayerNormalization", [x, draw(3, 4)], { axis: 1, epsilon: { float: 0.1 } }),
  row("BatchNormalization", [x, draw(3), draw(3), draw(3), positive(3)], { epsilon: { float: 0.01 } }),
  row("GlobalAveragePool", [x]),
  row("GlobalMaxPool", [x]),
  row("MatMul", [x, draw(4, 5)]),
  row("MatMul", [draw(3, 4), draw(4, 5)]),
  row("MatMul", [x, draw(2, 4, 5)]),
  row("MatMul", [draw(3, 4), draw(2, 4, 5)]),
  row("MatMul", [draw(5, 1, 3, 4), draw(2, 4, 2)]),
  row("MatMul", [draw(4), draw(4, 5)]),
  row("MatMul", [x, draw(4)]),
  row("MatMul", [draw(4), draw(4)]),
  row("MatMul", [whole("int32", [1, 2, 3, 4], [2, 2]), whole("int32", [5, 6, 7, 8], [2, 2])], {}, { type: "int32" }),
  row("Gemm", [draw(3, 4), draw(4, 5)]),
  row("Gemm", [draw(3, 4), draw(5, 4), draw(5)], { transB: 1 }),
  row("Gemm", [draw(4, 3), draw(4, 5), draw(3, 1)], { transA: 1, alpha: { float: 0.5 }, beta: { float: 2 } }),
  row("Conv", [draw(2, 3, 9), draw(4, 3, 3), draw(4)]),
  row("Conv", [draw(2, 3, 9), draw(4, 3, 3)], { strides: ints(2), pads: ints(2, 0), dilations: ints(2) }),
  row("Conv", [draw(2, 4, 9), draw(6, 2, 3)], { group: 2, kernel_shape: ints(3) }),
  row("Conv", [draw(2, 3, 8), draw(4, 3, 3)], { auto_pad: "SAME_UPPER", strides: ints(3) }),
  row("Conv", [draw(2, 3, 8), draw(4, 3, 4)], { auto_pad: "SAME_LOWER" }),
  row("Conv", [draw(1, 2, 5, 6), draw(3, 2, 3, 2)], { pads: ints(1, 0, 1, 1), strides: ints(1, 2) }),
];

for (const op of new Set(rows.map((one) => one.op))) {
  test(`${op} gives what ONNX Runtime gives`, async () => {
    for (const one of rows.filter((other) => other.op === op)) {
      const apart = await compare(caseOf(one));
      const what = JSON.stringify([one.attributes, one.inputs.map((input) => input?.shape), one.opset]);
      assert.ok(apart < 2e-5, `${what}: differs by ${apart}`);
    }
  });
}

test("If computes the branch that its condition names, with the values outside visible", async () => {
  const branch = (name: string, op: string) => ({
    name,
    node: [nodeProto(op, ["x", "w"], [`${name}_out`])],
    output: [valueInfo(`${name}_out`, "float32", null)],
  });
  for (const condition of [0, 1]) {
    const apart = await compare({
      nodes: [
        nodeProto("If", ["condition"], ["y"], { then_branch: branch("a", "Add"), else_branch: branch("b", "Mul") }),
      ],
      feeds: { x, condition: bools([condition], []) },
      weights: [weight("w", draw(4))],
      outputs: { y: "float32" },
    });
    assert.ok(apart < 1e-6);
  }
});

test("every operator has a row above, or a test of its own", () => {
  const elsewhere = ["GRU", "LSTM", "RNN", "If"];
  const untested = Object.keys(OPERATORS).filter((op) => !elsewhere.includes(op) && !rows.some((one) => one.op === op));
  assert.deepEqual(untested, []);
});
