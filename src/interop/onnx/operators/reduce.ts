/** Operators that sum up or normalize along axes. */
import { sizeOf, type Shape } from "../../../tensor/shape.js";
import { check } from "../../../util/errors.js";
import { given, words, type Inputs, type NodeContext, type Operator, type OperatorTable } from "../operator.js";
import { axisOf, isFloat, zeros, type Value } from "../value.js";
import { cyclic } from "./broadcast.js";
import { axesOf, transposed } from "./shape.js";

/** The row of numbers from `begin` of length n to one number. */
type Fold = (data: ArrayLike<number>, begin: number, n: number) => number;

const sum: Fold = (data, begin, n) => {
  let total = 0;
  for (let i = 0; i < n; i++) total += data[begin + i]!;
  return total;
};
const folded =
  (start: number, f: (a: number, b: number) => number): Fold =>
  (data, begin, n) => {
    let total = start;
    for (let i = 0; i < n; i++) total = f(total, data[begin + i]!);
    return total;
  };

/** The value with the reduced axes last, as rows of n. */
function rows(x: Value, axes: readonly number[]): { data: Value["data"]; n: number; kept: number[] } {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...kept, ...axes.toSorted((a, b) => a - b)];
  const inOrder = order.every((axis, i) => axis === i);
  return { data: (inOrder ? x : transposed(x, order)).data, n: sizeOf(axes.map((axis) => x.shape[axis]!)), kept };
}

const reduction = (fold: Fold, floatsOnly = false): Operator => ({
  attributes: words("axes keepdims noop_with_empty_axes"),
  inputs: [1, 2],
  run(inputs, node) {
    const x = given(inputs, 0);
    check(x.type !== "bool" && (isFloat(x.type) || !floatsOnly), () => `its input cannot be ${x.type}`);
    const asked = axesOf(inputs, 1, node, x.shape.length) ?? [];
    if (asked.length === 0 && node.attributes.int("noop_with_empty_axes", 0) === 1) return [x];
    const axes = asked.length === 0 ? x.shape.map((_, axis) => axis) : asked;
    const { data, n, kept } = rows(x, axes);
    const keep = node.attributes.int("keepdims", 1) === 1;
    const shape = keep ? x.shape.map((size, i) => (axes.includes(i) ? 1 : size)) : kept.map((axis) => x.shape[axis]!);
    const out = zeros(x.type, shape);
    for (let i = 0; i < out.data.length; i++) out.data[i] = fold(data, i * n, n);
    return [out];
  },
});

const argMax: Operator = {
  attributes: words("axis keepdims select_last_index"),
  inputs: [1, 1],
  run(inputs, { attributes }) {
    const x = given(inputs, 0);
    const axis = axisOf(attributes.int("axis", 0), x.shape.length);
    const last = attributes.int("select_last_index", 0) === 1;
    const { data, n, kept } = rows(x, [axis]);
    const shape = attributes.int("keepdims", 1) === 1 ? x.shape.map((size, i) => (i === axis ? 1 : size)) : kept.map((a) => x.shape[a]!); // prettier-ignore
    const out = zeros("int64", shape);
    check(n > 0 || out.data.length === 0, () => "the axis is empty");
    for (let i = 0; i < out.data.length; i++) {
      let best = 0;
      for (let j = 1; j < n; j++) {
        const [a, b] = [data[i * n + j]!, data[i * n + best]!];
        if (a > b || (last && a === b)) best = j;
      }
      out.data[i] = best;
    }
    return [out];
  },
};

/** Before opset 13 everything from the axis on (1 when left out) is one row; since then one axis, the last when left out. */
const softmax = (log: boolean): Operator => ({
  attributes: words("axis"),
  inputs: [1, 1],
  run(inputs, { attributes, opset }) {
    const x = given(inputs, 0);
    check(isFloat(x.type), () => `its input must be floats, got ${x.type}`);
    const rank = x.shape.length;
    const asked = attributes.int("axis", opset < 13 ? 1 : -1);
    if (opset < 13) {
      const axis = asked === rank ? rank : axisOf(asked, rank);
      return [softmaxRows(x, sizeOf(x.shape.slice(axis)), log)];
    }
    const axis = axisOf(asked, rank);
    const order = x.shape.map((_, i) => i).filter((i) => i !== axis);
    const moved = axis === rank - 1 ? x : transposed(x, [...order, axis]);
    const done = softmaxRows(moved, x.shape[axis]!, log);
    if (axis === rank - 1) return [done];
    const back = order.toSpliced(axis, 0, -1).map((_, i) => [...order, axis].indexOf(i));
    return [transposed(done, back)];
  },
});

function softmaxRows(x: Value, n: number, log: boolean): Value {
  const out = zeros(x.type, x.shape);
  const { data } = x;
  for (let begin = 0; begin < data.length; begin += n) {
    let top = -Infinity;
    for (let i = 0; i < n; i++) top = Math.max(top, data[begin + i]!);
    let total = 0;
    for (let i = 0; i < n; i++) total += Math.exp(data[begin + i]! - top);
    const shift = top + Math.log(total);
    for (let i = 0; i < n; i++) {
      const value = data[begin + i]!;
      out.data[begin + i] = log ? value - shift : Math.exp(value - top) / total;
    }
  }
  return out;
}

/** y = (x − mean) / √(variance + epsilon) · scale + bias over the axes from `axis` on (opset 17). */
const layerNormalization: Operator = {
  attributes: words("axis epsilon stash_type"),
  inputs: [2, 3],
  run(inputs, node) {
    const [x, scale] = [given(inputs, 0), given(inputs, 1)];
    const axis = axisOf(node.attributes.int("axis", -1), x.shape.length);
    const n = sizeOf(x.shape.slice(axis));
    const epsilon = node.attributes.float("epsilon", 1e-5);
    const stat: Shape = x.shape.map((size, i) => (i < axis ? size : 1));
    const [mean, deviation] = [zeros("float32", stat), zeros("float32", stat)];
    const out = zeros(x.type, x.shape);
    const gain = cyclic(scale, x.shape);
    const bias = inputs[2] ? cyclic(inputs[2], x.shape) : new Float32Array(1);
    for (let row = 0; row * n < x.data.length; row++) {
      const begin = row * n;
      const m = sum(x.data, begin, n) / n;
      let squares = 0;
      for (let i = 0; i < n; i++) squares += (x.data[begin + i]! - m) ** 2;
      const inverse = 1 / Math.sqrt(squares / n + epsilon);
      [mean.data[row], deviation.data[row]] = [m, inverse];
      for (let i = begin; i < begin + n; i++) {
        out.data[i] = (x.data[i]! - m) * inverse * gain[i % gain.length]! + bias[i % bias.length]!;
      }
    }
    return [out, mean, deviation].slice(0, Math.max(1, node.outputs));
  },
};

/** With the running mean and variance of training, over axis 1. */
const batchNormalization: Operator = {
  attributes: words("epsilon momentum training_mode spatial"),
  inputs: [5, 5],
  run(inputs, { attributes }) {
    const [x, scale, bias, mean, variance] = inputs.map((_, i) => given(inputs, i)) as [
      Value,
      Value,
      Value,
      Value,
      Value,
    ];
    check(attributes.int("training_mode", 0) === 0 && attributes.int("spatial", 1) === 1, () => "training_mode is on");
    const C = x.shape[1] ?? 1;
    for (const { data } of [scale, bias, mean, variance]) {
      check(data.length === C, () => `expected ${C} numbers for ${C} channels, got ${data.length}`);
    }
    const inner = sizeOf(x.shape.slice(2));
    const epsilon = attributes.float("epsilon", 1e-5);
    const out = zeros(x.type, x.shape);
    for (let i = 0; i < x.data.length; i++) {
      const c = Math.floor(i / inner) % C;
      const centred = (x.data[i]! - mean.data[c]!) / Math.sqrt(variance.data[c]! + epsilon);
      out.data[i] = centred * scale.data[c]! + bias.data[c]!;
    }
    return [out];
  },
};

/** Over all axes behind batch and channels. */
const globalPool = (fold: Fold): Operator => ({
  attributes: [],
  inputs: [1, 1],
  run(inputs) {
    const x = given(inputs, 0);
    const n = sizeOf(x.shape.slice(2));
    const out = zeros(x.type, x.shape.map((size, i) => (i < 2 ? size : 1))); // prettier-ignore
    for (let i = 0; i < out.data.length; i++) out.data[i] = fold(x.data, i * n, n);
    return [out];
  },
});

/** The running sum along an axis. */
const cumSum: Operator = {
  attributes: words("exclusive reverse"),
  inputs: [2, 2],
  run(inputs: Inputs, { attributes }: NodeContext) {
    const [x, at] = [given(inputs, 0), given(inputs, 1)];
    const axis = axisOf(at.data[0]!, x.shape.length);
    const [n, inner] = [x.shape[axis]!, sizeOf(x.shape.slice(axis + 1))];
    const [exclusive, reverse] = [attributes.int("exclusive", 0) === 1, attributes.int("reverse", 0) === 1];
    const out = zeros(x.type, x.shape);
    for (let lane = 0; lane * n < x.data.length; lane++) {
      const begin = Math.floor(lane / inner) * n * inner + (lane % inner);
      let total = 0;
      for (let k = 0; k < n; k++) {
        const i = begin + (reverse ? n - 1 - k : k) * inner;
        out.data[i] = exclusive ? total : total + x.data[i]!;
        total += x.data[i]!;
      }
    }
    return [out];
  },
};

const mean: Fold = (data, begin, n) => sum(data, begin, n) / n;
const squares = folded(0, (a, b) => a + b * b);
const greatest = folded(-Infinity, Math.max);

export const REDUCE: OperatorTable = {
  ReduceSum: reduction(sum),
  ReduceMean: reduction(mean),
  ReduceMax: reduction(greatest),
  ReduceMin: reduction(folded(Infinity, Math.min)),
  ReduceProd: reduction(folded(1, (a, b) => a * b)),
  ReduceL1: reduction(folded(0, (a, b) => a + Math.abs(b))),
  ReduceL2: reduction((data, begin, n) => Math.sqrt(squares(data, begin, n)), true),
  ReduceSumSquare: reduction(squares),
  ArgMax: argMax,
  CumSum: cumSum,
  Softmax: softmax(false),
  LogSoftmax: softmax(true),
  LayerNormalization: layerNormalization,
  BatchNormalization: batchNormalization,
  GlobalAveragePool: globalPool(mean),
  GlobalMaxPool: globalPool(greatest),
};
