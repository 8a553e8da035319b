/** Operators that change or tell the shape: the elements stay. */
import { showShape, sizeOf, stridesOf, type Shape } from "../../../tensor/shape.js";
import { check, show } from "../../../util/errors.js";
import { given, words, type Inputs, type NodeContext, type Operator, type OperatorTable } from "../operator.js";
import { axisOf, ints, reshaped, wholeNumbers, zeros, type Value } from "../value.js";
import { broadcastShape, expand, strided } from "./broadcast.js";

/** Since opset 13 (reductions: 18) axes are an input, before an attribute; either is read. Null when they are left out. */
export function axesOf(inputs: Inputs, at: number, { attributes }: NodeContext, rank: number): number[] | null {
  const input = inputs[at] ?? null;
  check(input === null || !attributes.has("axes"), () => "axes are given as input and as attribute");
  const axes = input ? wholeNumbers(input, "axes") : attributes.has("axes") ? attributes.ints("axes") : null;
  const found = axes?.map((axis) => axisOf(axis, rank)) ?? null;
  check(found === null || new Set(found).size === found.length, () => `axes ${show(axes)} name one twice`);
  return found;
}

/** 0 keeps a size, unless allowzero; one −1 is worked out. */
const reshape: Operator = {
  attributes: words("allowzero"),
  inputs: [2, 2],
  run(inputs, { attributes }) {
    const x = given(inputs, 0);
    const wanted = wholeNumbers(given(inputs, 1), "shape");
    const keep = attributes.int("allowzero", 0) === 0;
    const sizes = wanted.map((n, i) => (n === 0 && keep ? (x.shape[i] ?? Number.NaN) : n));
    const open = sizes.indexOf(-1);
    const rest = sizeOf(sizes.filter((_, i) => i !== open));
    if (open >= 0) sizes[open] = rest === 0 ? Number.NaN : x.data.length / rest;
    const fits = sizes.every((n) => Number.isInteger(n) && n >= 0) && sizeOf(sizes) === x.data.length;
    check(fits, () => `cannot make shape ${showShape(wanted)} of ${showShape(x.shape)}`);
    return [reshaped(x, sizes)];
  },
};

const squeeze: Operator = {
  attributes: words("axes"),
  inputs: [1, 2],
  run(inputs, node) {
    const x = given(inputs, 0);
    const axes = axesOf(inputs, 1, node, x.shape.length);
    for (const axis of axes ?? []) {
      check(x.shape[axis] === 1, () => `axis ${axis} of ${showShape(x.shape)} is not 1`);
    }
    return [reshaped(x, x.shape.filter((n, axis) => (axes ? !axes.includes(axis) : n !== 1)))]; // prettier-ignore
  },
};

const unsqueeze: Operator = {
  attributes: words("axes"),
  inputs: [1, 2],
  run(inputs, node) {
    const x = given(inputs, 0);
    const listed = inputs[1] ? inputs[1].data.length : node.attributes.ints("axes").length;
    const rank = x.shape.length + listed;
    const axes = axesOf(inputs, 1, node, rank)!;
    let next = 0;
    return [
      reshaped(
        x,
        Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : x.shape[next++]!)),
      ),
    ];
  },
};

/** The axes from `axis` on become one, and those before it another. */
const flatten: Operator = {
  attributes: words("axis"),
  inputs: [1, 1],
  run(inputs, { attributes }) {
    const x = given(inputs, 0);
    const rank = x.shape.length;
    const asked = attributes.int("axis", 1);
    const axis = asked === rank ? rank : axisOf(asked, rank);
    return [reshaped(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))])];
  },
};

export function transposed(x: Value, order: readonly number[]): Value {
  const strides = stridesOf(x.shape);
  return strided(x, order.map((axis) => x.shape[axis]!), order.map((axis) => strides[axis]!), 0); // prettier-ignore
}

const transpose: Operator = {
  attributes: words("perm"),
  inputs: [1, 1],
  run(inputs, { attributes }) {
    const x = given(inputs, 0);
    const axes = x.shape.map((_, axis) => axis);
    const order = attributes.has("perm") ? attributes.ints("perm") : axes.toReversed();
    check(order.length === axes.length && axes.every((axis) => order.includes(axis)), () => {
      return `perm ${show(order)} is no order of the axes of ${showShape(x.shape)}`;
    });
    return [transposed(x, order)];
  },
};

/** Since opset 15 of the axes from start to end only. */
const shape: Operator = {
  attributes: words("start end"),
  inputs: [1, 1],
  run(inputs, { attributes }) {
    const { shape: all } = given(inputs, 0);
    const end = attributes.has("end") ? attributes.int("end") : all.length;
    return [ints(all.slice(attributes.int("start", 0), end))];
  },
};

const size: Operator = {
  attributes: [],
  inputs: [1, 1],
  run: (inputs) => [ints([given(inputs, 0).data.length], [])],
};

export function shapeFrom(value: Value): Shape {
  const sizes = wholeNumbers(value, "shape");
  check(sizes.every((n) => Number.isInteger(n) && n >= 0), () => `the shape ${show(sizes)}`); // prettier-ignore
  return sizes;
}

const expandTo: Operator = {
  attributes: [],
  inputs: [2, 2],
  run(inputs) {
    const x = given(inputs, 0);
    return [expand(x, broadcastShape([x.shape, shapeFrom(given(inputs, 1))]))];
  },
};

const tile: Operator = {
  attributes: [],
  inputs: [2, 2],
  run(inputs) {
    const x = given(inputs, 0);
    const repeats = shapeFrom(given(inputs, 1));
    check(repeats.length === x.shape.length, () => `${repeats.length} repeats for ${x.shape.length} axes`);
    const strides = stridesOf(x.shape);
    const pairs = x.shape.flatMap((n, axis) => [repeats[axis]!, n]);
    const steps = strides.flatMap((stride) => [0, stride]);
    const shape = x.shape.map((n, axis) => n * repeats[axis]!);
    return [reshaped(strided(x, pairs, steps, 0), shape)];
  },
};

const constantOfShape: Operator = {
  attributes: words("value"),
  inputs: [1, 1],
  run(inputs, { attributes }) {
    const value: Value = attributes.has("value") ? attributes.tensor("value") : zeros("float32", [1]);
    check(value.data.length === 1, () => `value must have one element, got shape ${showShape(value.shape)}`);
    const out = zeros(value.type, shapeFrom(given(inputs, 0)));
    out.data.fill(value.data[0]!);
    return [out];
  },
};

const constant: Operator = {
  attributes: words("value value_float value_floats value_int value_ints"),
  inputs: [0, 0],
  run(_, { attributes }) {
    const [name] = attributes.names;
    check(attributes.names.length === 1, () => "expected one attribute that is its value");
    if (name === "value") return [attributes.tensor("value")];
    if (name === "value_int") return [ints([attributes.int(name)], [])];
    if (name === "value_ints") return [ints(attributes.ints(name))];
    const list = name === "value_float" ? [attributes.float(name)] : attributes.floats("value_floats");
    const data = Float32Array.from(list);
    return [{ type: "float32", shape: name === "value_float" ? [] : [data.length], data }];
  },
};

const range: Operator = {
  attributes: [],
  inputs: [3, 3],
  run(inputs) {
    const [start, limit, delta] = [0, 1, 2].map((i) => given(inputs, i));
    check([start, limit, delta].every((v) => v!.data.length === 1 && v!.type === start!.type), () => "expected three scalars of one type"); // prettier-ignore
    const [from, to, step] = [start!.data[0]!, limit!.data[0]!, delta!.data[0]!];
    check(step !== 0 && Number.isFinite((to - from) / step), () => `from ${from} to ${to} by ${step}`);
    const out = zeros(start!.type, [Math.max(0, Math.ceil((to - from) / step))]);
    for (let i = 0; i < out.data.length; i++) out.data[i] = from + i * step;
    return [out];
  },
};

export const SHAPE: OperatorTable = {
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Flatten: flatten,
  Transpose: transpose,
  Shape: shape,
  Size: size,
  Expand: expandTo,
  Tile: tile,
  ConstantOfShape: constantOfShape,
  Constant: constant,
  Range: range,
};
