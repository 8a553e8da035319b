/** Walks through a graph of layers, and through the models that are layers of it. */
import { Graph, type Layer, type SymbolicTensor } from "sluice";
import type { PartialShape } from "../../../tensor/shape.js";
import type { Dimensions } from "./emitter.js";
import { convertLayer } from "./layers.js";
import { Use, type Export } from "./use.js";
import type { Masked } from "./value.js";

/** @param prefix names of the models that this one is in, each with "/" */
export function convertGraph(shared: Export, graph: Graph, inputs: readonly Masked[], prefix: string): Masked[] {
  const values = new Map<SymbolicTensor, Masked>(graph.inputs.map((t, i) => [t, inputs[i]!]));
  for (const node of graph.nodes) {
    if (node.inputs.length === 0) continue;
    const came = node.inputs.map((t) => values.get(t)!);
    const path = `${prefix}${node.layer.name}`;
    const results = convert(new Use(shared, node.layer, path, came, outputShapes(node.layer, came, path)));
    for (const [i, t] of node.outputs.entries()) values.set(t, results[i]!);
  }
  return graph.outputs.map((t) => values.get(t)!);
}

function convert(use: Use): Masked[] {
  const { layer, shared, inputs, path } = use;
  return layer instanceof Graph ? convertGraph(shared, layer, inputs, `${path}/`) : convertLayer(use, convert);
}

/** Whose second axis has nothing to do with that of their inputs. */
const OWN_TIME = ["Conv1D", "Reshape", "Flatten", "Concatenate", "RepeatVector"];

/** Sizes that may vary keep their names through layers that keep them, and get new ones elsewhere. */
function outputShapes(layer: Layer, came: readonly Masked[], path: string): Dimensions[] {
  const known = came.map(({ value }): PartialShape => value.shape.map((n) => (typeof n === "number" ? n : null)));
  const first = came[0]!.value.shape;
  return layer.computeOutputShape(known).map((shape, output) => {
    return shape.map((n, axis) => {
      if (n !== null) return n;
      if (axis === 0) return first[0]!;
      const alike = came.every(({ value }) => value.shape.length < first.length || value.shape[axis] === first[axis]);
      const kept = alike && !OWN_TIME.includes(layer.className);
      return kept && typeof first[axis] === "string" ? first[axis] : `${path}_${output}_${axis}`;
    });
  });
}
