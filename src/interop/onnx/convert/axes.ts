/** Nodes that only move axes: most leave no layer behind. */
import { layers } from "sluice";
import type { GraphNode } from "../graph.js";
import { axisOf, wholeNumbers } from "../value.js";
import type { Conversion } from "./conversion.js";
import { plainAxes, sizesOf, withoutOnes, type Axis, type Traced } from "./traced.js";

/** Drops `last` and the like where a value has been changed. */
const moved = ({ tensor, half, last }: Traced, axes: readonly Axis[]): Traced => ({
  kind: "layer",
  tensor,
  axes,
  ...(half === undefined ? {} : { half }),
  ...(last === undefined ? {} : { last }),
});

export function convertTranspose(c: Conversion, node: GraphNode): Traced {
  const x = c.traced(node, 0);
  const order = node.attributes.ints("perm", x.axes.map((_, i) => i).toReversed());
  return moved(x, order.map((axis) => x.axes[axis]!)); // prettier-ignore
}

/** Axes of Squeeze and Unsqueeze, which must be in the file. */
function axesGiven(c: Conversion, node: GraphNode, rank: number): number[] | null {
  const value = c.constant(node.inputs[1]);
  if (node.inputs[1] && value === null) c.refuse(node, "its axes are computed");
  const axes = value ? wholeNumbers(value, "axes") : node.attributes.has("axes") ? node.attributes.ints("axes") : null;
  return axes?.map((axis) => axisOf(axis, rank)) ?? null;
}

export function convertSqueeze(c: Conversion, node: GraphNode): Traced {
  const x = c.traced(node, 0);
  const axes = axesGiven(c, node, x.axes.length) ?? x.axes.flatMap((axis, i) => (axis === "one" ? [i] : []));
  const bad = axes.find((axis) => x.axes[axis] !== "one");
  if (bad !== undefined) c.refuse(node, `takes away axis ${bad}, which layers have`);
  return moved(x, x.axes.filter((_, i) => !axes.includes(i))); // prettier-ignore
}

export function convertUnsqueeze(c: Conversion, node: GraphNode): Traced {
  const x = c.traced(node, 0);
  const count = c.constant(node.inputs[1])?.data.length ?? node.attributes.ints("axes", []).length;
  const rank = x.axes.length + count;
  const axes = axesGiven(c, node, rank) ?? [];
  const rest = [...x.axes];
  return moved(x, Array.from({ length: rank }, (_, i) => (axes.includes(i) ? "one" : rest.shift()!))); // prettier-ignore
}

/** A size, −1, or an axis that stays. */
type Target = number | { readonly keeps: Axis };

/** Joins the directions, moves axes of size 1, or makes a layer. */
export function convertReshape(c: Conversion, node: GraphNode): Traced {
  const x = c.traced(node, 0);
  const value = c.constant(node.inputs[1]);
  if (value === null)
    return c.refuse(node, "its shape is computed; export the model with fixed sizes but for batch and time");
  const sizes = sizesOf(x);
  const target = wholeNumbers(value, "shape").map((n, i): Target => (n === 0 ? { keeps: x.axes[i] ?? "one" } : n));
  const joined = joinDirections(x);
  for (const one of joined ? [joined, x] : [x]) {
    const axes = match(one, target);
    if (axes !== null) return { ...moved(one, axes), axes };
  }
  const plain =
    withoutOnes(x.axes).every((axis, i) => axis === i) && !x.axes.includes("direction") && x.half === undefined;
  const rest = target.slice(1).map((n) => (typeof n === "number" ? n : sizes[x.axes.indexOf(n.keeps)]!));
  const [batch] = target;
  const keepsBatch = typeof batch === "number" ? batch === -1 && !rest.includes(-1) : batch?.keeps === 0;
  const fits = plain && keepsBatch && rest.every((n) => n !== null);
  if (!fits) c.refuse(node, "its result has no axis for the batch in front, or a size that is worked out");
  const [tensor] = c.apply(layers.reshape({ targetShape: rest as number[] }), x.tensor);
  return { kind: "layer", tensor: tensor!, axes: plainAxes(tensor!) };
}

/** [.., direction, H] as [.., 2H]: what the layer has anyway. */
function joinDirections(x: Traced): Traced | null {
  const at = x.axes.indexOf("direction");
  const feature = x.tensor.shape.length - 1;
  if (at < 0 || x.axes[at + 1] !== feature || at + 1 !== x.axes.length - 1) return null;
  return { kind: "layer", tensor: x.tensor, axes: x.axes.filter((axis) => axis !== "direction") };
}

/** The axes that a shape of 1s, -1, sizes and kept axes stands for, when it differs in the 1s alone. */
function match(x: Traced, target: readonly Target[]): Axis[] | null {
  const rest = withoutOnes(x.axes);
  const sizes = sizesOf(x);
  const axes: Axis[] = [];
  for (const n of target) {
    const isOne = typeof n === "number" ? n === 1 && sizes[x.axes.indexOf(rest[0]!)] !== 1 : n.keeps === "one";
    if (isOne) axes.push("one");
    else {
      const axis = rest.shift();
      if (axis === undefined) return null;
      const size = sizes[x.axes.indexOf(axis)];
      // A size that varies can only be kept, or worked out.
      if (typeof n === "number" ? n !== -1 && n !== size : n.keeps !== axis) return null;
      axes.push(axis);
    }
  }
  return rest.length === 0 ? axes : null;
}

export function convertFlatten(c: Conversion, node: GraphNode): Traced {
  const x = c.traced(node, 0);
  const axes = withoutOnes(x.axes);
  if (node.attributes.int("axis", 1) !== 1 || !axes.every((axis, i) => axis === i)) c.refuse(node, "flattens other axes than those behind the batch"); // prettier-ignore
  if (axes.length === 2) return { kind: "layer", tensor: x.tensor, axes };
  const [tensor] = c.apply(layers.flatten(), x.tensor);
  return { kind: "layer", tensor: tensor!, axes: [0, 1] };
}

/** One entry of an axis: the last step of a sequence, one of two directions, or what an axis of size 1 holds. */
export function pick(c: Conversion, node: GraphNode, x: Traced, at: number, index: number, keep: boolean): Traced {
  const axis = x.axes[at]!;
  const rest = (axes: readonly Axis[]) => axes.flatMap((a, i) => (i === at ? (keep ? ["one" as const] : []) : [a]));
  if (axis === "one" && (index === 0 || index === -1)) return moved(x, rest(x.axes));
  if (axis === "direction") return { ...moved(x, rest(x.axes)), half: index === 0 || index === -2 ? 0 : 1 };
  const { last } = x;
  const steps = last?.steps ?? null;
  if (axis !== 1 || last === undefined || (index !== -1 && (steps === null || index !== steps - 1))) {
    return c.refuse(node, "takes a part of a layer's output that no layer gives");
  }
  const final = last.make();
  return { ...final, axes: rest(x.axes).map((a) => (a === 2 ? 1 : a)) };
}

export function convertGather(c: Conversion, node: GraphNode): Traced {
  const x = c.traced(node, 0);
  const index = c.constant(node.inputs[1]);
  if (index === null || index.data.length !== 1) return c.refuse(node, "picks entries that are computed");
  const at = axisOf(node.attributes.int("axis", 0), x.axes.length);
  return pick(c, node, x, at, index.data[0]!, index.shape.length > 0);
}

/** One entry of one axis, as x[:, -1:] is exported. */
export function convertSlice(c: Conversion, node: GraphNode): Traced {
  const x = c.traced(node, 0);
  const list = (at: number, otherwise: number[]) => {
    const value = c.constant(node.inputs[at]);
    if (node.inputs[at] && value === null) c.refuse(node, "its bounds are computed");
    return value ? wholeNumbers(value, "bounds") : otherwise;
  };
  const [starts, ends, steps] = [list(1, []), list(2, []), list(4, [1])];
  const axes = list(3, [0]);
  if (starts.length !== 1 || steps[0] !== 1) return c.refuse(node, "takes several parts, or turns them round");
  const [start, end] = [starts[0]!, ends[0]!];
  const at = axisOf(axes[0]!, x.axes.length);
  const size = sizesOf(x)[at] ?? null;
  if (start === 0 && end >= 2 ** 31 - 1) return x;
  const one = end === start + 1 || (start === -1 && (end >= 2 ** 31 - 1 || end === size)) || (size !== null && start === size - 1 && end >= size); // prettier-ignore
  return one
    ? pick(c, node, x, at, start, true)
    : c.refuse(node, "takes a part of a layer's output that no layer gives");
}
