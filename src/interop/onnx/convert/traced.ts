/** What is known of a value of an ONNX graph while it is made into layers. */
import type { SymbolicTensor } from "sluice";
import type { GraphNode } from "../graph.js";
import type { Value } from "../value.js";

/**
 * An axis of a tensor of ONNX: which axis of the layer's output it is (batch 0, then time and features), one of size 1 that layers do
 * not have, or the two directions of a recurrent node, whose halves a layer has side by side in its last axis.
 */
export type Axis = number | "one" | "direction";

/** The output of a layer, with its axes as ONNX has them. */
export interface Traced {
  readonly kind: "layer";
  readonly tensor: SymbolicTensor;
  readonly axes: readonly Axis[];
  /** Of a value with both directions: the one that is left after it was picked. */
  readonly half?: 0 | 1;
  /** Where this is the sequence of a recurrent layer: its steps, null when they vary, and what gives the last one. */
  readonly last?: { readonly steps: number | null; make(): Traced };
}

/** A function of each element of a layer's output, by its values at sample points. */
export interface Curve {
  readonly kind: "curve";
  readonly x: Traced;
  readonly samples: Value;
  /** The last node of it. */
  readonly node: GraphNode;
}

export type Known =
  | Traced
  | Curve
  | { readonly kind: "constant"; readonly value: Value }
  /** Sizes that are worked out from an input's shape. */
  | { readonly kind: "sizes" }
  /** Zeros of a shape that is worked out. */
  | { readonly kind: "zeros" };

/** Sizes of the axes; null where a size may vary. */
export function sizesOf({ tensor, axes, half }: Traced): (number | null)[] {
  const both = axes.includes("direction") || half !== undefined;
  return axes.map((axis) => {
    if (axis === "one") return 1;
    if (axis === "direction") return 2;
    const n = tensor.shape[axis]!;
    return both && axis === tensor.shape.length - 1 ? n! / 2 : n;
  });
}

/** The axes of the layer itself, in its order: what most layers want. */
export const plainAxes = (tensor: SymbolicTensor): number[] => tensor.shape.map((_, axis) => axis);

export const withoutOnes = (axes: readonly Axis[]): Axis[] => axes.filter((axis) => axis !== "one");
