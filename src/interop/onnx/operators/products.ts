/** Operators that are matrix products at heart; float32 runs on the kernels of the library. */
import { matmul } from "../../../ops/matmul.js";
import { showShape, sizeOf } from "../../../tensor/shape.js";
import { Tensor } from "../../../tensor/tensor.js";
import { check } from "../../../util/errors.js";
import { given, words, type Operator, type OperatorTable } from "../operator.js";
import { prepared } from "../prepared.js";
import { reshaped, zeros, type Value } from "../value.js";
import { broadcastShape, cyclic, expand } from "./broadcast.js";
import { transposed } from "./shape.js";

/** [..., M, K] · [..., K, N] of equal leading sizes, or a single right matrix for all. */
function product(a: Value, b: Value): Value {
  const [M, K, N] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!];
  check(K === b.shape.at(-2) && a.type === b.type, () => {
    return `cannot multiply ${a.type} ${showShape(a.shape)} by ${b.type} ${showShape(b.shape)}`;
  });
  const out = zeros(a.type, [...a.shape.slice(0, -1), N]);
  if (out.data.length === 0 || K === 0) return out;
  if (a.data instanceof Float32Array && b.data instanceof Float32Array) {
    return { ...out, data: matmul(Tensor.of(a.data, a.shape), Tensor.of(b.data, b.shape)).data };
  }
  for (let row = 0; row * N < out.data.length; row++) {
    const matrix = b.shape.length > 2 ? Math.floor(row / M) * K * N : 0;
    for (let j = 0; j < N; j++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += a.data[row * K + k]! * b.data[matrix + k * N + j]!;
      out.data[row * N + j] = sum;
    }
  }
  return out;
}

/** As numpy.matmul: a vector stands for one row or one column, leading axes broadcast. */
const matMul: Operator = {
  attributes: [],
  inputs: [2, 2],
  run(inputs) {
    const [a, b] = [given(inputs, 0), given(inputs, 1)];
    check(a.shape.length > 0 && b.shape.length > 0, () => "a number without axes cannot be multiplied");
    const left = a.shape.length === 1 ? reshaped(a, [1, ...a.shape]) : a;
    const right = b.shape.length === 1 ? reshaped(b, [...b.shape, 1]) : b;
    const lead = broadcastShape([left.shape.slice(0, -2), right.shape.slice(0, -2)]);
    const single = right.shape.length === 2;
    const wide = (value: Value) => expand(value, [...lead, ...value.shape.slice(-2)]);
    const out = single ? product(left, right) : product(wide(left), wide(right));
    const shape = [
      ...lead,
      ...(a.shape.length > 1 ? [a.shape.at(-2)!] : []),
      ...(b.shape.length > 1 ? [b.shape.at(-1)!] : []),
    ];
    return [reshaped(out, shape)];
  },
};

/** y = alpha · A' · B' + beta · C, with A' and B' transposed when the attributes say so. */
const gemm: Operator = {
  attributes: words("alpha beta transA transB broadcast"),
  inputs: [2, 3],
  run(inputs, { attributes }) {
    const [a, b] = [given(inputs, 0), given(inputs, 1)];
    check(a.shape.length === 2 && b.shape.length === 2, () => `expected matrices, got ${showShape(a.shape)} and ${showShape(b.shape)}`); // prettier-ignore
    const turned = (value: Value) => prepared(value, "transposed", () => transposed(value, [1, 0]));
    const A = attributes.int("transA", 0) === 1 ? turned(a) : a;
    const B = attributes.int("transB", 0) === 1 ? turned(b) : b;
    const [alpha, beta] = [attributes.float("alpha", 1), attributes.float("beta", 1)];
    const out = product(A, B);
    if (alpha !== 1) for (let i = 0; i < out.data.length; i++) out.data[i] = out.data[i]! * alpha;
    const c = inputs[2] ?? null;
    if (c === null || out.data.length === 0) return [out];
    check(broadcastShape([c.shape, out.shape]).every((n, i) => n === out.shape[i]), () => `C ${showShape(c.shape)} does not fit ${showShape(out.shape)}`); // prettier-ignore
    const bias = cyclic(c, out.shape);
    for (let i = 0; i < out.data.length; i++) out.data[i] = out.data[i]! + beta * bias[i % bias.length]!;
    return [out];
  },
};

/** Along one axis of space: input size, kernel size, and where windows stand. */
interface Axis {
  readonly n: number;
  readonly k: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly out: number;
}

const AUTO_PAD = ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"];

function axesOfSpace(x: Value, w: Value, { attributes }: Parameters<Operator["run"]>[1]): Axis[] {
  const rank = x.shape.length - 2;
  const kernel = w.shape.slice(2);
  const list = (name: string, length: number, otherwise: number) => {
    const values = attributes.ints(name, new Array<number>(length).fill(otherwise));
    const fits = values.length === length && values.every((v) => Number.isSafeInteger(v) && v >= otherwise);
    check(fits, () => `${name} [${values.join(", ")}]: expected ${length} numbers of at least ${otherwise}`);
    return values;
  };
  const [strides, dilations, pads] = [list("strides", rank, 1), list("dilations", rank, 1), list("pads", 2 * rank, 0)];
  const auto = attributes.string("auto_pad", "NOTSET");
  check(AUTO_PAD.includes(auto), () => `auto_pad ${auto}`);
  const declared = attributes.ints("kernel_shape", kernel);
  check(declared.length === rank && declared.every((k, i) => k === kernel[i]), () => `kernel_shape differs from W's`);
  return kernel.map((k, i) => {
    const [n, stride, dilation] = [x.shape[i + 2]!, strides[i]!, dilations[i]!];
    const reach = (k - 1) * dilation + 1;
    const same = auto.startsWith("SAME");
    const needed = same ? Math.max(0, (Math.ceil(n / stride) - 1) * stride + reach - n) : 0;
    const half = auto === "SAME_LOWER" ? Math.ceil(needed / 2) : Math.floor(needed / 2);
    const [before, after] = same ? [half, needed - half] : auto === "VALID" ? [0, 0] : [pads[i]!, pads[i + rank]!];
    const out = Math.floor((n + before + after - reach) / stride) + 1;
    check(
      k > 0 && out > 0,
      () => `an axis of ${n} with padding ${before}, ${after} is shorter than the kernel's ${reach}`,
    );
    return { n, k, stride, dilation, before, out };
  });
}

/** The windows side by side: [channels · Π k, Π out] of one sample's channels from `first` on. */
function columns(x: Value, begin: number, channels: number, axes: readonly Axis[]): Value {
  const positions = sizeOf(axes.map(({ out }) => out));
  const taps = sizeOf(axes.map(({ k }) => k));
  const plane = sizeOf(axes.map(({ n }) => n));
  const out = zeros(x.type, [channels * taps, positions]);
  for (let tap = 0; tap < taps; tap++) {
    for (let p = 0; p < positions; p++) {
      const at = sourceOf(axes, tap, p);
      if (at < 0) continue;
      for (let c = 0; c < channels; c++) out.data[(c * taps + tap) * positions + p] = x.data[begin + c * plane + at]!;
    }
  }
  return out;
}

/** Offset in a channel of what tap `tap` of the window at position `p` reads; −1 in the padding. */
function sourceOf(axes: readonly Axis[], tap: number, p: number): number {
  let [at, unit] = [0, 1];
  for (let i = axes.length - 1; i >= 0; i--) {
    const { n, k, stride, dilation, before, out } = axes[i]!;
    const place = (p % out) * stride + (tap % k) * dilation - before;
    if (place < 0 || place >= n) return -1;
    at += place * unit;
    unit *= n;
    [tap, p] = [Math.floor(tap / k), Math.floor(p / out)];
  }
  return at;
}

/** x [B, C, …space], W [F, C / group, …kernel] → [B, F, …]; one axis of space or several. */
const conv: Operator = {
  attributes: words("auto_pad dilations group kernel_shape pads strides"),
  inputs: [2, 3],
  run(inputs, node) {
    const [x, w] = [given(inputs, 0), given(inputs, 1)];
    const group = node.attributes.int("group", 1);
    const [B, C] = x.shape as [number, number];
    const [F, perGroup] = w.shape as [number, number];
    const fits = x.shape.length > 2 && x.shape.length === w.shape.length && group > 0 && perGroup * group === C;
    check(fits && F % group === 0 && x.type === w.type, () => {
      return `input ${x.type} ${showShape(x.shape)} does not fit kernel ${w.type} ${showShape(w.shape)} with group ${group}`;
    });
    const bias = inputs[2] ?? null;
    check(bias === null || bias.data.length === F, () => `expected ${F} biases, got ${bias!.data.length}`);
    const axes = axesOfSpace(x, w, node);
    const [places, filters] = [sizeOf(axes.map(({ out }) => out)), F / group];
    const out = zeros(x.type, [B, F, ...axes.map(({ out }) => out)]);
    const taps = sizeOf(w.shape.slice(1));
    const plane = sizeOf(x.shape.slice(2));
    for (let b = 0; b < B; b++) {
      for (let g = 0; g < group; g++) {
        const kernel = {
          type: w.type,
          shape: [filters, taps],
          data: w.data.subarray(g * filters * taps, (g + 1) * filters * taps),
        };
        const windows = columns(x, (b * C + g * perGroup) * plane, perGroup, axes);
        out.data.set(product(kernel, windows).data, (b * F + g * filters) * places);
      }
    }
    if (bias)
      for (let i = 0; i < out.data.length; i++) out.data[i] = out.data[i]! + bias.data[Math.floor(i / places) % F]!;
    return [out];
  },
};

export const PRODUCTS: OperatorTable = { MatMul: matMul, Gemm: gemm, Conv: conv };
