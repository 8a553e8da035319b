import type { Dimensions } from "./emitter.js";
import type { Use } from "./use.js";
import type { Mask, Value } from "./value.js";

/** A mask that a layer makes: of the lengths that are promised, or of the data. @param make bool [B, T] */
export function newMask(use: Use, make: () => Value): Mask {
  const { lengthsFor } = use.shared;
  if (lengthsFor === null) return { use: make(), lengths: null };
  return maskOf(use, use.x, lengthsFor(use.x, use.path));
}

/** The first `lengths` steps of a value. */
function maskOf(use: Use, x: Value, lengths: string): Mask {
  const value = use.lazy(x.shape.slice(0, 2), x.native, "bool", (layout) => {
    const shape = use.node("Shape", [x.in(x.native)]);
    const T = use.node("Gather", [shape, use.emitter.scalar(x.native === "batch" ? 1 : 0, "int64")]);
    const steps = use.node("Range", [use.emitter.scalar(0, "int64"), T, use.emitter.scalar(1, "int64")]);
    const ends = use.node("Cast", [lengths], { to: 7 });
    // One of the two stands upright and is stretched: the last axis is time, or batch.
    const upright = (name: string) => use.node("Unsqueeze", [name, use.ints(1)]);
    return layout === "batch" ? use.node("Less", [steps, upright(ends)]) : use.node("Less", [upright(steps), ends]);
  });
  return { use: value, lengths };
}

/** A step counts when it counts for any of the inputs; all do when one has no mask. */
export function anyMask(use: Use): Mask | null {
  const masks = use.inputs.map(({ mask }) => mask);
  const [first, ...rest] = [...new Set(masks.filter((mask) => mask !== null))];
  if (!first || masks.includes(null)) return null;
  return rest.reduce((a, b) => either(use, a, b), first);
}

function either(use: Use, a: Mask, b: Mask): Mask {
  const value = use.lazy(a.use.shape, a.use.native, "bool", (layout) => use.node("Or", [a.use.in(layout), b.use.in(layout)]));
  const both = a.lengths !== null && b.lengths !== null;
  const lengths = both ? (a.lengths === b.lengths ? a.lengths : use.node("Max", [a.lengths!, b.lengths!])) : null;
  return { use: value, lengths };
} // prettier-ignore

/** Masks end to end along time; inputs without one count as a whole. */
export function joinedMask(use: Use, shape: Dimensions): Mask | null {
  if (use.inputs.every(({ mask }) => mask === null)) return null;
  const parts = use.inputs.map(({ value, mask }) => {
    if (mask) return mask.use.in("batch");
    const steps = use.node("Slice", [use.node("Shape", [value.in("batch")]), use.ints(0), use.ints(2)]);
    return use.node("Cast", [use.node("Expand", [use.emitter.scalar(1), steps])], { to: 9 });
  });
  const name = use.node("Concat", parts, { axis: 1 });
  return { use: use.value(name, shape.slice(0, 2), "batch", "bool"), lengths: null };
}

/** The mask [B, T, 1] in the layout of what it is laid over. */
export function upright(use: Use, mask: Mask, layout: "batch" | "time"): string {
  return use.node("Unsqueeze", [mask.use.in(layout), use.ints(2)]);
}
