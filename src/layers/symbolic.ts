import type { DType } from "../tensor/dtype.js";
import type { PartialShape } from "../tensor/shape.js";
import { check, show } from "../util/errors.js";
import type { Layer } from "./layer.js";

/** One use of a layer in a graph. */
export interface LayerNode {
  readonly layer: Layer;
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: SymbolicTensor[];
}

/** A value that a graph will compute: its shape is known, its numbers are not. */
export class SymbolicTensor {
  constructor(
    /** Batch axis included; null = any size. */
    readonly shape: PartialShape,
    readonly node: LayerNode,
    /** Which of the node's outputs it is. */
    readonly index: number,
    readonly dtype: DType = "float32",
  ) {}
}

/** Records a use of the layer on these inputs; builds the layer the first time. */
export function connect(layer: Layer, inputs: SymbolicTensor[]): SymbolicTensor[] {
  for (const t of inputs) {
    check(t instanceof SymbolicTensor, () => {
      return `${layer.label}: apply() expects what input() or another apply() returned, got ${show(t)}`;
    });
  }
  const shapes = layer.ensureBuilt(inputs.map((t) => t.shape));
  const node: LayerNode = { layer, inputs, outputs: [] };
  for (const [index, shape] of shapes.entries()) node.outputs.push(new SymbolicTensor(shape, node, index));
  return node.outputs;
}
