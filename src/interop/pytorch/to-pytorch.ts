import { writeSafetensors } from "../../format/safetensors.js";
import type { Model } from "sluice";
import { check } from "../../util/errors.js";
import type { PyTorchTensor } from "./read-pt.js";
import { moduleClass } from "./python-module.js";
import { partOf, type Part } from "./parts.js";

/** What a PyTorch program needs: weights under PyTorch's names, and a module that takes them. */
export interface PyTorchFiles {
  /** A safetensors file with a tensor for each entry of the module's state_dict. */
  readonly weights: Uint8Array;
  /** A Python file that defines the module, loads the weights and runs it. */
  readonly python: string;
}

/**
 * The model for PyTorch: recurrent layers as nn.GRU, nn.LSTM and nn.RNN with batch_first, dense layers as nn.Linear, and so on.
 * @param weightsFile the name under which the Python file will find the weights
 * @throws SluiceError naming the layer that PyTorch has no form for, such as a GRU with resetAfter: false
 */
export function toPyTorch(model: Model, { weightsFile = "model.safetensors" } = {}): PyTorchFiles {
  const parts = chainOf(model);
  const weights = new Map<string, PyTorchTensor>();
  for (const { name, weights: own } of parts) {
    for (const [key, tensor] of Object.entries(own)) weights.set(`${name}.${key}`, tensor);
  }
  return { weights: writeSafetensors(weights, { format: "pt" }), python: moduleClass(parts, weightsFile) };
}

/** The layers one after another. @throws SluiceError for graphs with branches */
function chainOf(model: Model): Part[] {
  const { nodes, inputs, outputs } = model;
  const plain = inputs.length === 1 && outputs.length === 1 && nodes.every((node) => node.inputs.length <= 1);
  check(plain && new Set(nodes.map((node) => node.layer)).size === nodes.length, () => {
    return `toPyTorch: ${model.label} must be a chain of layers with one input and one output; export it to ONNX instead`;
  });
  return nodes.filter(({ inputs: own }) => own.length === 1).map(({ layer }, i) => partOf(layer, i));
}
