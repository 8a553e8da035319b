/** Layers that work on each step for itself. */
import { activate } from "./activations.js";
import { newMask, upright } from "./masks.js";
import { repeated } from "./raw-values.js";
import type { Use } from "./use.js";
import type { Masked } from "./value.js";

export function dense(use: Use): Masked[] {
  const [x] = use.floats;
  const W = use.parameter("kernel")!;
  const b = use.parameter("bias");
  return use.along([x!], ([name]) => {
    const product = () => use.node("MatMul", [name!, W]);
    const a =
      x!.shape.length === 2
        ? use.node("Gemm", b ? [name!, W, b] : [name!, W])
        : b
          ? use.node("Add", [product(), b])
          : product();
    return activate(use, a, use.config["activation"]);
  });
}

export function activation(use: Use): Masked[] {
  return use.along(use.floats, ([x]) => activate(use, x!, use.config["activation"]));
}

/** Outside of training it does nothing. */
export const dropout = (use: Use): Masked[] => [...use.inputs];

export function layerNormalization(use: Use): Masked[] {
  const n = use.x.shape.at(-1) as number;
  // ONNX has no form without the scale.
  const scale = use.parameter("gamma") ?? use.weight("gamma", [n], repeated(1, n));
  const offset = use.parameter("beta");
  const attributes = { axis: -1, epsilon: { float: use.config["epsilon"] as number } };
  return use.along(use.floats, ([x]) =>
    use.node("LayerNormalization", [x!, scale, ...(offset ? [offset] : [])], attributes),
  );
}

export function embedding(use: Use): Masked[] {
  const index = use.cast(use.x, "int32");
  const table = use.parameter("embeddings")!;
  const value = use.lazy(use.shapes[0]!, "batch", "float32", (layout) => {
    // Whole numbers are turned round more cheaply than vectors.
    return use.node("Gather", [table, index.in(index.shape.length > 1 ? layout : "batch")], { axis: 0 });
  });
  if (!use.config["maskZero"]) return [{ value, mask: null }];
  const mask = newMask(use, () =>
    use.lazy(index.shape, index.native, "bool", (layout) => {
      return use.node("Not", [use.node("Equal", [index.in(layout), use.emitter.scalar(0, "int32")])]);
    }),
  );
  return [{ value, mask }];
}

export function masking(use: Use): Masked[] {
  const [x] = use.floats;
  const layout = use.layoutOf([x!]);
  const value = Math.fround(use.config["maskValue"] as number);
  const mask = newMask(use, () => {
    const differs = use.node("Not", [use.node("Equal", [x!.in(layout), use.emitter.scalar(value)])]);
    const count = use.node("ReduceMax", [use.node("Cast", [differs], { to: 1 })], { axes: { ints: [2] }, keepdims: 0 });
    return use.value(use.node("Cast", [count], { to: 9 }), x!.shape.slice(0, 2), layout, "bool");
  });
  const masked = () => use.node("Where", [upright(use, mask, layout), x!.in(layout), use.emitter.scalar(0)]);
  // Steps of zeros are zeros already.
  return [{ value: value === 0 ? x! : use.value(masked(), x!.shape, layout), mask }];
}
