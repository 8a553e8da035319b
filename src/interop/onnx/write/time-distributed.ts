import type { Layer } from "sluice";
import { Use } from "./use.js";
import type { Masked, Value } from "./value.js";

/** Layers whose `call` looks at the last axis only: on all steps at once they do what they do on each. */
const PER_STEP = ["Dense", "Activation", "Dropout", "LayerNormalization", "Embedding"];

/** @param convert writes the inner layer */
export function timeDistributed(use: Use, convert: (use: Use) => Masked[]): Masked[] {
  const inner = (use.layer.config as unknown as { layer: Layer }).layer;
  const path = `${use.path}/${inner.name}`;
  const { x, mask } = use;
  const on = (value: Value, shapes: Use["shapes"]) => {
    return convert(new Use(use.shared, inner, path, [{ value, mask: null }], shapes));
  };
  if (PER_STEP.includes(inner.className)) return on(x, use.shapes).map(({ value }) => ({ value, mask }));
  // B·T samples, and back: both sizes may vary, so they are taken from the value.
  const whole = x.in("batch");
  const sizes = use.node("Shape", [whole]);
  const cut = (from: number, to: number, of: string) => use.node("Slice", [of, use.ints(from), use.ints(to)]);
  const END = 1000;
  const samples = use.node("Concat", [use.ints(-1), cut(2, END, sizes)], { axis: 0 });
  const flat = use.value(use.node("Reshape", [whole, samples]), ["samples", ...x.shape.slice(2)], "batch", x.type);
  const results = on(flat, use.shapes.map(([, , ...rest]) => ["samples", ...rest])); // prettier-ignore
  return results.map(({ value }, i) => {
    const name = value.in("batch");
    const shape = use.node("Concat", [cut(0, 2, sizes), cut(1, END, use.node("Shape", [name]))], { axis: 0 });
    return { value: use.value(use.node("Reshape", [name, shape]), use.shapes[i]!, "batch", value.type), mask };
  });
}
