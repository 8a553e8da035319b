/** Layers that move values or join them. */
import { anyMask, joinedMask } from "./masks.js";
import type { Use } from "./use.js";
import type { Masked } from "./value.js";

export function flatten(use: Use): Masked[] {
  return use.plain(use.node("Flatten", [use.x.in("batch")], { axis: 1 }), use.x.type);
}

/** ONNX's 0 takes the batch over. */
export function reshape(use: Use): Masked[] {
  const target = use.config["targetShape"] as readonly number[];
  return use.plain(use.node("Reshape", [use.x.in("batch"), use.ints(0, ...target)]), use.x.type);
}

export function repeatVector(use: Use): Masked[] {
  const x = use.x.in("batch");
  const n = use.config["n"] as number;
  const value = use.lazy(use.shapes[0]!, "time", use.x.type, (layout) => {
    const [axis, sizes] = layout === "time" ? [0, [n, 1, 1]] : [1, [1, n, 1]];
    return use.node("Expand", [use.node("Unsqueeze", [x, use.ints(axis)]), use.ints(...sizes)]);
  });
  return [{ value, mask: null }];
}

export function concatenate(use: Use): Masked[] {
  const rank = use.x.shape.length;
  const given = use.config["axis"] as number;
  const axis = given < 0 ? given + rank : given;
  const type = use.inputs.every(({ value }) => value.type === use.x.type) ? use.x.type : "float32";
  const values = use.inputs.map(({ value }) => use.cast(value, type));
  const layout = axis === 1 ? "batch" : use.layoutOf(values);
  const names = values.map((value) => value.in(layout));
  const mask = axis === 1 ? joinedMask(use, use.shapes[0]!) : anyMask(use);
  return [{ value: use.value(use.node("Concat", names, { axis }), use.shapes[0]!, layout, type), mask }];
}

/** Operators of two inputs, one after the other. */
const pairwise =
  (operator: string, finish: (use: Use, name: string) => string = (_use, name) => name) =>
  (use: Use): Masked[] => {
    const join = (names: readonly string[]) =>
      finish(
        use,
        names.reduce((a, b) => use.node(operator, [a, b])),
      );
    return use.along(use.floats, join, anyMask(use));
  };

export const merges = {
  Add: pairwise("Add"),
  Subtract: pairwise("Sub"),
  Multiply: pairwise("Mul"),
  Average: pairwise("Add", (use, sum) => use.node("Mul", [sum, use.emitter.scalar(1 / use.inputs.length)])),
  Maximum: pairwise("Max"),
  Minimum: pairwise("Min"),
};
