import { InputLayer } from "../layers/input.js";
import { connect, type LayerNode, type SymbolicTensor } from "../layers/symbolic.js";
import type { Layer } from "../layers/layer.js";
import { storeLayer, type LayerRegistry, type StoredLayer } from "../layers/registry.js";
import { check, SluiceError, show } from "../util/errors.js";
import type { Graph } from "./graph.js";

/** A tensor of a graph in a file: name of the layer, which of its uses, which output. */
type Reference = [layer: string, use: number, output: number];

interface StoredGraph {
  name: string;
  seed: number;
  dtype: string;
  trainable?: boolean;
  layers: (StoredLayer & { name: string; uses: Reference[][] })[];
  inputs: Reference[];
  outputs: Reference[];
}

/** The graph as a file holds it. */
export function describe(graph: Graph): Record<string, unknown> {
  const usesOf = (layer: Layer) => graph.nodes.filter((node) => node.layer === layer);
  const refer = (t: SymbolicTensor): Reference => [t.node.layer.name, usesOf(t.node.layer).indexOf(t.node), t.index];
  const stored: StoredGraph = {
    name: graph.name,
    seed: graph.seed,
    dtype: graph.dtype,
    layers: graph.layers.map((layer) => {
      const uses = usesOf(layer).map((node) => node.inputs.map(refer));
      // The stored layer itself, not a copy: it is marked when another place turns out to use the layer too.
      return Object.assign(storeLayer(layer), { name: layer.name, uses });
    }),
    inputs: graph.inputs.map(refer),
    outputs: graph.outputs.map(refer),
  };
  if (!graph.trainable) stored.trainable = false;
  return { ...stored };
}

export interface Rebuilt {
  inputs: SymbolicTensor[];
  outputs: SymbolicTensor[];
  name: string;
  seed: number;
  dtype: "float32" | "float64";
  trainable: boolean;
}

/** Makes the layers of a stored graph and connects them again. */
export function rebuild(config: Record<string, unknown>, registry: LayerRegistry): Rebuilt {
  const stored = checkStored(config);
  const layers = new Map(stored.layers.map((entry) => [entry.name, reviveNamed(entry, registry)]));
  const nodes = new Map<string, LayerNode>();
  const pending = stored.layers.flatMap(({ name, uses }) => uses.map((refs, use) => ({ name, use, refs })));
  // Uses are connected as soon as what they need is there; a round without progress means a cycle or a missing tensor.
  while (pending.length > 0) {
    const i = pending.findIndex(({ refs }) => refs.every(([layer, use]) => nodes.has(`${use}:${layer}`)));
    const next = pending.splice(i, 1)[0]!;
    check(i >= 0, () => `model file: layer "${next.name}" needs a tensor that is never computed, or its own output`);
    const layer = layers.get(next.name)!;
    const inputs = next.refs.map((ref) => find(nodes, ref));
    const outputs = layer instanceof InputLayer ? [layer.output] : connect(layer, inputs);
    nodes.set(`${next.use}:${next.name}`, outputs[0]!.node);
  }
  const { name, seed, dtype, trainable = true } = stored;
  const all = (refs: Reference[]) => refs.map((ref) => find(nodes, ref));
  return { inputs: all(stored.inputs), outputs: all(stored.outputs), name, seed, dtype: dtype as "float32", trainable };
}

function reviveNamed(entry: StoredGraph["layers"][number], registry: LayerRegistry): Layer {
  const layer = registry.revive(entry);
  layer.name = entry.name;
  return layer;
}

function find(nodes: Map<string, LayerNode>, [layer, use, output]: Reference): SymbolicTensor {
  const t = nodes.get(`${use}:${layer}`)?.outputs[output];
  if (!t) throw new SluiceError(`model file: no output ${output} of use ${use} of layer ${show(layer)}`);
  return t;
}

function checkStored(config: Record<string, unknown>): StoredGraph {
  const stored = config as unknown as StoredGraph;
  const references = (refs: unknown) =>
    Array.isArray(refs) && refs.every((r) => Array.isArray(r) && r.length === 3 && typeof r[0] === "string");
  const layersFit =
    Array.isArray(stored.layers) &&
    stored.layers.every((l) => typeof l?.name === "string" && Array.isArray(l.uses) && l.uses.every(references));
  check(layersFit && references(stored.inputs) && references(stored.outputs), () => {
    return `model file: expected a graph with layers, inputs and outputs, got ${show(config)}`;
  });
  return stored;
}
