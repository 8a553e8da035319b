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
import { sizeOf, type Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check, show } from "../util/errors.js";
import type { OutputScale } from "./types.js";

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

/** Reads a graph's outputs on the scale that is wanted, while the graph runs node by node. */
export class OutputReader {
  /** The scale of each output. */
  readonly scales: readonly OutputScale[];
  readonly #heads: readonly LayerNode[];

  constructor(
    readonly graph: Graph,
    scale: OutputScale,
  ) {
    this.#heads = graph.outputs.map(sourceOf);
    this.scales = this.#heads.map((node) => (scale === "logit" && squashOf(node) ? "logit" : "output"));
  }

  /** For one run: `note` is told of each node, `read` then gives the outputs. */
  begin(): { note(node: LayerNode, came: readonly Value[]): void; read(results: readonly Value[]): Value[] } {
    const logits = this.#heads.map((): Tensor | null => null);
    return {
      note: (node, came) => {
        for (const [i, head] of this.#heads.entries()) {
          if (head === node && this.scales[i] === "logit") logits[i] = logitsOf(node, came);
        }
      },
      read: (results) => results.map((value, i) => (logits[i] ? { ...value, tensor: logits[i] } : value)),
    };
  }

  /** The scale of an output, counted over all of one sample. @param shapes of each of the model's outputs, for one sample */
  scaleOf(output: number, shapes: readonly Shape[]): OutputScale {
    let at = output;
    for (const [i, shape] of shapes.entries()) {
      at -= sizeOf(shape);
      if (at < 0) return this.scales[i]!;
    }
    return "output";
  }

  /**
   * The output that is asked for, else the largest of a softmax (of the last step, where there is one for each), else the first.
   * @param outputs of one sample, flattened
   */
  choose(given: number | undefined, outputs: ArrayLike<number>, shapes: readonly Shape[], where: string): number {
    if (given !== undefined) {
      check(Number.isInteger(given) && given >= 0 && given < outputs.length, () => {
        return `${where}: there are outputs 0 to ${outputs.length - 1}, got ${show(given)}`;
      });
      return given;
    }
    if (squashOf(this.#heads[0]!) !== "softmax") return 0;
    const size = sizeOf(shapes[0]!);
    let best = size - shapes[0]!.at(-1)!;
    for (let i = best; i < size; i++) if (outputs[i]! > outputs[best]!) best = i;
    return best;
  }
}
