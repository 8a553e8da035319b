/** Layers that look along time without a state: convolution and pooling. */
import { activate } from "./activations.js";
import type { Attributes } from "./emitter.js";
import { upright } from "./masks.js";
import type { RawValues } from "./raw-values.js";
import type { Use } from "./use.js";
import type { Masked } from "./value.js";

/** ONNX has x [B, C, T] and W [F, C, K]. */
export function conv1d(use: Use): Masked[] {
  const [x] = use.floats;
  const { strides, dilationRate } = use.config as { strides: number; dilationRate: number };
  const { read, shape } = use.stored("kernel");
  const [K, C, F] = shape as [number, number, number];
  const W = use.weight("kernel", [F, C, K], turned(read, K, C, F));
  const b = use.parameter("bias");
  const toFeatures = { perm: { ints: [0, 2, 1] } };
  const input = use.node("Transpose", [x!.in("batch")], toFeatures);
  const attributes = {
    kernel_shape: { ints: [K] },
    strides: { ints: [strides] },
    dilations: { ints: [dilationRate] },
    ...padding(use, K, strides, dilationRate),
  };
  const y = use.node("Conv", b ? [input, W, b] : [input, W], attributes);
  const value = use.lazy(use.shapes[0]!, "batch", "float32", (layout) => {
    const perm = { ints: layout === "batch" ? [0, 2, 1] : [2, 0, 1] };
    return activate(use, use.node("Transpose", [y], { perm }), use.config["activation"]);
  });
  return [{ value, mask: null }];
}

function padding(use: Use, K: number, stride: number, dilation: number): Attributes {
  const reach = (K - 1) * dilation;
  const T = use.x.shape[1]!;
  switch (use.config["padding"]) {
    case "valid":
      return {};
    case "causal":
      return { pads: { ints: [reach, 0] } };
  }
  if (stride === 1) return { pads: { ints: [Math.floor(reach / 2), Math.ceil(reach / 2)] } };
  if (typeof T === "number") {
    const total = Math.max(0, (Math.ceil(T / stride) - 1) * stride + reach + 1 - T);
    return { pads: { ints: [Math.floor(total / 2), Math.ceil(total / 2)] } };
  }
  if (dilation > 1) {
    use.refuse(`padding "same" with strides and dilationRate above 1 has an ONNX form only where the number of time steps is fixed`);
  }
  return { auto_pad: "SAME_UPPER" };
} // prettier-ignore

/** [K, C, F] as [F, C, K]. */
function turned(read: () => ArrayLike<number>, K: number, C: number, F: number): RawValues {
  return {
    bytes: 4 * K * C * F,
    write(to) {
      const data = read();
      for (let k = 0; k < K; k++) {
        for (let c = 0; c < C; c++) {
          for (let f = 0; f < F; f++) to.setFloat32(4 * ((f * C + c) * K + k), data[(k * C + c) * F + f]!, true);
        }
      }
    },
  };
}

/** Far below any feature, as the layer itself has it. */
const FAR = -1e38;

export function globalMaxPooling(use: Use): Masked[] {
  return pool(use, (x, steps, axes) => {
    if (steps === null) return use.node("ReduceMax", [x], axes);
    const largest = use.node("ReduceMax", [use.node("Where", [steps, x, use.emitter.scalar(FAR)])], axes);
    // Zeros where no step counts.
    return use.node("Mul", [largest, use.node("ReduceMax", [use.node("Cast", [steps], { to: 1 })], axes)]);
  });
}

export function globalAveragePooling(use: Use): Masked[] {
  return pool(use, (x, steps, axes) => {
    if (steps === null) return use.node("ReduceMean", [x], axes);
    const total = sum(use, use.node("Where", [steps, x, use.emitter.scalar(0)]), axes);
    const count = sum(use, use.node("Cast", [steps], { to: 1 }), axes);
    return use.node("Div", [total, use.node("Max", [count, use.emitter.scalar(1)])]);
  });
}

interface Axes {
  readonly axes: { readonly ints: readonly number[] };
  readonly keepdims: number;
  readonly [name: string]: Attributes[string];
}

/** Of the reductions ReduceSum alone takes its axes as an input in opset 17. */
function sum(use: Use, x: string, { axes, keepdims }: Axes): string {
  return use.node("ReduceSum", [x, use.ints(...axes.ints)], { keepdims });
}

/** @param reduce of x and the steps that count, bool [B, T, 1], along time */
function pool(use: Use, reduce: (x: string, steps: string | null, axes: Axes) => string): Masked[] {
  const [x] = use.floats;
  const keep = use.config["keepDims"] === true;
  // With the time axis kept the result must stand batch first; without it, any layout does.
  const layout = keep ? "batch" : use.layoutOf([x!]);
  const axes = { axes: { ints: [layout === "batch" ? 1 : 0] }, keepdims: keep ? 1 : 0 };
  const steps = use.mask ? upright(use, use.mask, layout) : null;
  return use.plain(reduce(x!.in(layout), steps, axes));
}
