/**
 * The order in which Keras counts the layers of a Functional model when it makes the paths of their weights: by falling distance
 * from the outputs, then in the order in which a depth-first walk from the outputs meets them (keras/src/ops/function.py,
 * map_graph). A file in another order would give weights to the wrong layers.
 */
import { Graph, type Layer } from "sluice";
import type { LayerNode } from "../../layers/symbolic.js";

export function kerasOrder(graph: Graph): Layer[] {
  const { order, met } = walk(graph);
  const depths = depthsOf(order);
  for (const { node } of graph.inputs) {
    if (!depths.has(node.layer)) depths.set(node.layer, 0);
    if (!met.has(node.layer)) met.set(node.layer, -1);
  }
  return [...depths.keys()].sort((a, b) => depths.get(b)! - depths.get(a)! || met.get(a)! - met.get(b)!);
}

/** Nodes after what they need, and the number under which each layer is first met. */
function walk(graph: Graph): { order: LayerNode[]; met: Map<Layer, number> } {
  const order: LayerNode[] = [];
  const met = new Map<Layer, number>();
  const done = new Set<LayerNode>();
  const entered = new Set<LayerNode>();
  const stack = graph.outputs.map((t) => t.node).reverse();
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    if (!entered.has(node)) {
      entered.add(node);
      if (!met.has(node.layer)) met.set(node.layer, met.size);
    }
    const next = node.inputs.find((t) => !done.has(t.node));
    if (next && !done.has(node)) {
      stack.push(next.node);
      continue;
    }
    stack.pop();
    if (!done.has(node)) order.push(node);
    done.add(node);
  }
  return { order, met };
}

function depthsOf(order: readonly LayerNode[]): Map<Layer, number> {
  const nodes = new Map<LayerNode, number>();
  const layers = new Map<Layer, number>();
  const raise = (node: LayerNode, depth: number) => nodes.set(node, Math.max(depth, nodes.get(node) ?? 0));
  for (const node of [...order].reverse()) {
    const depth = Math.max(nodes.get(node) ?? 0, layers.get(node.layer) ?? 0);
    layers.set(node.layer, depth);
    nodes.set(node, depth);
    for (const { node: parent } of node.inputs) {
      raise(parent, depth + 1);
      // Keras works the mask out by two operations on what the masking layer sees.
      const masked = parent.layer.className === "Masking" && takesMask(node.layer);
      if (masked) for (const t of parent.inputs) raise(t.node, depth + 3);
    }
  }
  return layers;
}

const TAKES_MASK = ["GRU", "LSTM", "SimpleRNN", "RNN", "Bidirectional", "TimeDistributed", "GlobalAveragePooling1D"];
const takesMask = (layer: Layer) => layer instanceof Graph || TAKES_MASK.includes(layer.className);
