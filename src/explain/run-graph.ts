/** Runs a graph node by node, those of models inside it too, so that what passes between the layers can be seen and changed. */
import type { CallContext } from "../layers/layer.js";
import type { LayerNode, SymbolicTensor } from "../layers/symbolic.js";
import { callLayer, Graph, type Value } from "../model/graph.js";

/**
 * Told of every node that has run, the inner ones of a model before the model itself.
 * @param path the layer's name, with those of the models that it is in before it
 * @returns what goes on in place of the outputs, or nothing
 */
export type Visit = (path: string, node: LayerNode, came: Value[], outputs: Value[]) => Value[] | void;

export function runGraph(
  graph: Graph,
  inputs: readonly Value[],
  context: CallContext,
  visit: Visit,
  prefix = "",
): Value[] {
  const values = new Map<SymbolicTensor, Value>(graph.inputs.map((t, i) => [t, inputs[i]!]));
  for (const node of graph.nodes) {
    if (node.inputs.length === 0) continue;
    const { layer } = node;
    const came = node.inputs.map((t) => values.get(t)!);
    const path = `${prefix}${layer.name}`;
    const outputs =
      layer instanceof Graph ? runGraph(layer, came, context, visit, `${path}/`) : callLayer(layer, came, context);
    const passed = visit(path, node, came, outputs) ?? outputs;
    for (const [i, value] of passed.entries()) values.set(node.outputs[i]!, value);
  }
  return graph.outputs.map((t) => values.get(t)!);
}
