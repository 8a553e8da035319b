/** Operators that take values apart and put them together. */
import { showShape, sizeOf, stridesOf, type Shape } from "../../../tensor/shape.js";
import { check, show } from "../../../util/errors.js";
import { given, words, type Operator, type OperatorTable } from "../operator.js";
import { axisOf, reshaped, wholeNumbers, zeros, type Value } from "../value.js";
import { strided } from "./broadcast.js";
import { axesOf } from "./shape.js";

/** A value seen as [outer, n, inner] round one axis. */
function around(shape: Shape, axis: number): [outer: number, n: number, inner: number] {
  return [sizeOf(shape.slice(0, axis)), shape[axis]!, sizeOf(shape.slice(axis + 1))];
}

function indexOf(raw: number, n: number): number {
  check(Number.isInteger(raw) && raw >= -n && raw < n, () => `index ${raw} on an axis of ${n}`);
  return raw < 0 ? raw + n : raw;
}

const gather: Operator = {
  attributes: words("axis"),
  inputs: [2, 2],
  run(inputs, { attributes }) {
    const [x, indices] = [given(inputs, 0), given(inputs, 1)];
    check(indices.type === "int64" || indices.type === "int32", () => `indices must be integers, got ${indices.type}`);
    const axis = axisOf(attributes.int("axis", 0), x.shape.length);
    const [outer, n, inner] = around(x.shape, axis);
    const out = zeros(x.type, [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]);
    const count = indices.data.length;
    for (let i = 0; i < count; i++) {
      const at = indexOf(indices.data[i]!, n);
      for (let o = 0; o < outer; o++) {
        const begin = (o * n + at) * inner;
        out.data.set(x.data.subarray(begin, begin + inner), (o * count + i) * inner);
      }
    }
    return [out];
  },
};

const concat: Operator = {
  attributes: words("axis"),
  inputs: [1, Infinity],
  run(inputs, { attributes }) {
    const parts = inputs.map((_, i) => given(inputs, i));
    const first = parts[0]!;
    const axis = axisOf(attributes.int("axis"), first.shape.length);
    for (const { shape, type } of parts) {
      const fits = shape.length === first.shape.length && shape.every((n, i) => i === axis || n === first.shape[i]);
      check(fits && type === first.type, () => {
        return `cannot join ${type} ${showShape(shape)} to ${first.type} ${showShape(first.shape)} on axis ${axis}`;
      });
    }
    const total = parts.reduce((sum, { shape }) => sum + shape[axis]!, 0);
    const out = zeros(first.type, first.shape.map((n, i) => (i === axis ? total : n))); // prettier-ignore
    const [outer, , inner] = around(out.shape, axis);
    let begin = 0;
    for (const { shape, data } of parts) {
      const run = shape[axis]! * inner;
      for (let o = 0; o < outer; o++) out.data.set(data.subarray(o * run, (o + 1) * run), o * total * inner + begin);
      begin += run;
    }
    return [out];
  },
};

/** Sizes are an input since opset 13, else an attribute, or equal parts with the last one smaller (num_outputs, opset 18). */
const split: Operator = {
  attributes: words("axis split num_outputs"),
  inputs: [1, 2],
  run(inputs, { attributes, outputs }) {
    const x = given(inputs, 0);
    const axis = axisOf(attributes.int("axis", 0), x.shape.length);
    const n = x.shape[axis]!;
    const parts = attributes.int("num_outputs", outputs);
    const even = Math.ceil(n / parts);
    const sizes = inputs[1]
      ? wholeNumbers(inputs[1], "split")
      : attributes.has("split")
        ? attributes.ints("split")
        : Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(even, n - i * even)));
    const fits = sizes.length === outputs && sizes.every((k) => k >= 0) && sizes.reduce((a, b) => a + b, 0) === n;
    check(fits, () => `cannot split ${n} into ${show(sizes)} for ${outputs} outputs`);
    let at = 0;
    return sizes.map((k) => cut(x, axis, (at += k) - k, k, 1));
  },
};

/** `count` entries of an axis from `start` on. */
function cut(x: Value, axis: number, start: number, count: number, step: number): Value {
  const strides = stridesOf(x.shape);
  const shape = x.shape.map((n, i) => (i === axis ? count : n));
  const steps = strides.map((stride, i) => (i === axis ? stride * step : stride));
  return strided(x, shape, steps, start * strides[axis]!);
}

/** As Python's x[start:end:step] on each axis. Everything is an input since opset 10, an attribute before. */
const slice: Operator = {
  attributes: words("starts ends axes"),
  inputs: [1, 5],
  run(inputs, node) {
    const x = given(inputs, 0);
    const { attributes } = node;
    const list = (at: number, name: "starts" | "ends") =>
      inputs[at] ? wholeNumbers(inputs[at], name) : [...attributes.ints(name)];
    const [starts, ends] = [list(1, "starts"), list(2, "ends")];
    const axes = axesOf(inputs, 3, node, x.shape.length) ?? starts.map((_, i) => axisOf(i, x.shape.length));
    const steps = inputs[4] ? wholeNumbers(inputs[4], "steps") : starts.map(() => 1);
    check([ends, axes, steps].every(({ length }) => length === starts.length), () => "starts, ends, axes and steps differ in length"); // prettier-ignore
    return [axes.reduce((rest, axis, i) => sliceAxis(rest, axis, starts[i]!, ends[i]!, steps[i]!), x)];
  },
};

function sliceAxis(x: Value, axis: number, start: number, end: number, step: number): Value {
  check(step !== 0, () => "a step of 0");
  const n = x.shape[axis]!;
  const [low, high] = step > 0 ? [0, n] : [-1, n - 1];
  const clamp = (at: number) => Math.min(high, Math.max(low, at < 0 ? at + n : at));
  // Below zero even after n has been added, an end means "past the front".
  const [from, to] = [clamp(start), clamp(end)];
  return cut(x, axis, from < 0 ? 0 : from, Math.max(0, Math.ceil((to - from) / step)), step);
}

type PadMode = "constant" | "reflect" | "edge" | "wrap";

/** Where in an axis of n the entry `at`, perhaps outside of it, is read; −1 = the constant. */
function padSource(at: number, n: number, mode: PadMode): number {
  if (at >= 0 && at < n) return at;
  if (mode === "constant") return -1;
  if (mode === "edge") return at < 0 ? 0 : n - 1;
  if (mode === "wrap") return ((at % n) + n) % n;
  const period = Math.max(1, 2 * (n - 1));
  const within = ((at % period) + period) % period;
  return within < n ? within : period - within;
}

/** Negative padding removes. Since opset 11 pads and value are inputs, since 18 axes too. */
const pad: Operator = {
  attributes: words("mode pads value"),
  inputs: [1, 4],
  run(inputs, node) {
    const x = given(inputs, 0);
    const { attributes } = node;
    const mode = attributes.string("mode", "constant") as PadMode;
    check(["constant", "reflect", "edge", "wrap"].includes(mode), () => `the mode ${show(mode)}`);
    const pads = inputs[1] ? wholeNumbers(inputs[1], "pads") : attributes.ints("pads");
    const axes = axesOf(inputs, 3, node, x.shape.length) ?? x.shape.map((_, axis) => axis);
    check(pads.length === 2 * axes.length, () => `${pads.length} pads for ${axes.length} axes`);
    const value = inputs[2] ? inputs[2].data[0]! : attributes.float("value", 0);
    return [axes.reduce((rest, axis, i) => padAxis(rest, axis, pads[i]!, pads[i + axes.length]!, mode, value), x)];
  },
};

function padAxis(x: Value, axis: number, before: number, after: number, mode: PadMode, value: number): Value {
  if (before === 0 && after === 0) return x;
  const [outer, n, inner] = around(x.shape, axis);
  const total = n + before + after;
  check(total >= 0 && (n > 0 || mode === "constant"), () => `padding ${before}, ${after} of an axis of ${n}`);
  const out = zeros(x.type, x.shape.map((size, i) => (i === axis ? total : size))); // prettier-ignore
  for (let i = 0; i < total; i++) {
    const from = padSource(i - before, n, mode);
    for (let o = 0; o < outer; o++) {
      const to = (o * total + i) * inner;
      if (from < 0) out.data.fill(value, to, to + inner);
      else out.data.set(x.data.subarray((o * n + from) * inner, (o * n + from + 1) * inner), to);
    }
  }
  return out;
}

/** The first `sequence_lens[b]` entries of each sequence turned round, as exports of TensorFlow run backwards in time. */
const reverseSequence: Operator = {
  attributes: words("batch_axis time_axis"),
  inputs: [2, 2],
  run(inputs, { attributes }) {
    const x = given(inputs, 0);
    const lengths = wholeNumbers(given(inputs, 1), "sequence_lens");
    const [batch, time] = [attributes.int("batch_axis", 1), attributes.int("time_axis", 0)];
    check(batch + time === 1 && batch * time === 0, () => `batch_axis ${batch} and time_axis ${time}`);
    const [B, T] = [x.shape[batch]!, x.shape[time]!];
    const inner = sizeOf(x.shape.slice(2));
    check(lengths.length === B && lengths.every((n) => n >= 0 && n <= T), () => `sequence_lens ${show(lengths)} for ${B} sequences of ${T}`); // prettier-ignore
    const out = reshaped(x, x.shape);
    const data = x.data.slice();
    const at = (b: number, t: number) => (batch === 0 ? b * T + t : t * B + b) * inner;
    for (let b = 0; b < B; b++) {
      for (let t = 0; t < lengths[b]!; t++) {
        const from = at(b, lengths[b]! - 1 - t);
        data.set(x.data.subarray(from, from + inner), at(b, t));
      }
    }
    return [{ ...out, data }];
  },
};

export const PARTS: OperatorTable = {
  Gather: gather,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  ReverseSequence: reverseSequence,
};
