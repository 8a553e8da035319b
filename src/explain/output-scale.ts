/** The layer that an output comes from, and what it was before its softmax or sigmoid. */
import { ActivationLayer } from "../layers/activation.js";
import { Dense } from "../layers/dense.js";
import type { Layer } from "../layers/layer.js";
import type { LayerNode, SymbolicTensor } from "../layers/symbolic.js";
import { TimeDistributed } from "../layers/time-distributed.js";
import { Graph, type Value } from "../model/graph.js";
import { activationOf, type ActivationLike } from "../ops/activations.js";
import { add } from "../ops/arithmetic.js";
import { matmul } from "../ops/matmul.js";
import type { Tensor } from "../tensor/tensor.js";

/** The node, of the innermost model, that gives an output. */
export function sourceOf(output: SymbolicTensor): LayerNode {
  const { layer } = output.node;
  return layer instanceof Graph ? sourceOf(layer.outputs[output.index]!) : output.node;
}

/** "softmax" or "sigmoid" where the node ends with it; else null. */
export function squashOf({ layer }: LayerNode): "softmax" | "sigmoid" | null {
  const { activation } = headOf(layer).config as { activation?: ActivationLike };
  if (!isHead(headOf(layer)) || activation === undefined) return null;
  const { name } = activationOf(activation, layer.label);
  return name === "softmax" || name === "sigmoid" ? name : null;
}

/** What such a node gives before it: the logits. */
export function logitsOf({ layer }: LayerNode, [x]: readonly Value[]): Tensor {
  const head = headOf(layer);
  if (head instanceof ActivationLayer) return x!.tensor;
  const [W, b] = ["kernel", "bias"].map((name) => head.ownParameters.find((p) => p.name === name));
  const a = matmul(x!.tensor, W!);
  return b ? add(a, b) : a;
}

const isHead = (layer: Layer) => layer instanceof Dense || layer instanceof ActivationLayer;

/** What a timeDistributed layer applies to every step; other layers themselves. */
function headOf(layer: Layer): Layer {
  return layer instanceof TimeDistributed && isHead(layer.sublayers[0]!) ? layer.sublayers[0]! : layer;
}
