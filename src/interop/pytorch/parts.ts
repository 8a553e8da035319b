/** What each layer is in PyTorch: a line of `__init__`, lines of `forward`, and weights by name. */
import type { Layer } from "sluice";
import { SluiceError, check, show } from "../../util/errors.js";
import { fromLayerWeights, matrix, transpose, type Cell } from "../gates.js";
import { toTorchCell } from "./cell-weights.js";
import type { PyTorchTensor } from "./read-pt.js";

export interface Part {
  /** Name of the attribute. */
  readonly name: string;
  /** What `self.<name>` is; null for what needs no module. */
  readonly init: string | null;
  /** Lines that turn h into h. */
  readonly forward: readonly string[];
  /** Weights by their names within the module. */
  readonly weights: Readonly<Record<string, PyTorchTensor>>;
}

type Config = Readonly<Record<string, unknown>>;

/** @param i place in the chain, for names that Python does not take. @throws SluiceError naming the layer and what PyTorch lacks */
export function partOf(layer: Layer, i: number): Part {
  const { className } = layer.constructor as unknown as { className: string };
  const name = /^[A-Za-z]\w*$/.test(layer.name) ? layer.name : `layer_${i}`;
  const where = `toPyTorch: ${layer.label}`;
  const config = layer.config as Config;
  const make = Object.hasOwn(PARTS, className) ? PARTS[className]! : undefined;
  check(make !== undefined, () => `${where}: has no form in PyTorch here; known: ${Object.keys(PARTS).join(", ")}`);
  return { name, ...make(where, name, config, layer) };
}

type Make = (where: string, name: string, config: Config, layer: Layer) => Omit<Part, "name">;

const CELLS = { GRU: "gru", LSTM: "lstm", SimpleRNN: "simpleRnn" } as const satisfies Record<string, Cell>;

/** torch's functions for the activations that have the same formula. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  linear: "h",
  sigmoid: "torch.sigmoid(h)",
  tanh: "torch.tanh(h)",
  relu: "torch.relu(h)",
  softmax: "torch.softmax(h, dim=-1)",
  logSoftmax: "torch.log_softmax(h, dim=-1)",
  softplus: "nn.functional.softplus(h)",
  softsign: "nn.functional.softsign(h)",
  elu: "nn.functional.elu(h)",
  selu: "nn.functional.selu(h)",
  silu: "nn.functional.silu(h)",
  gelu: "nn.functional.gelu(h)",
};

const PARTS: Readonly<Record<string, Make>> = {
  GRU: recurrent,
  LSTM: recurrent,
  SimpleRNN: recurrent,
  Bidirectional: bidirectional,
  Dense: dense,
  TimeDistributed: (where, name, _config, layer) => {
    const inner = layer.sublayers[0]!;
    check(classOf(inner) === "Dense", () => `${where}: only dense layers are exported within TimeDistributed`);
    return dense(where, name, inner.config as Config, inner);
  },
  Embedding: (where, name, { inputDim, outputDim, maskZero }, layer) => {
    check(!maskZero, () => `${where}: maskZero has no form in PyTorch`);
    return { init: `nn.Embedding(${inputDim}, ${outputDim})`, forward: [`h = self.${name}(h.long())`], weights: { weight: tensors(layer)[0]! } };
  },
  Dropout: (_where, name, { rate }) => ({ init: `nn.Dropout(${rate})`, forward: [`h = self.${name}(h)`], weights: {} }),
  Activation: (where, _name, { activation }) => ({ init: null, forward: activate(where, activation), weights: {} }),
  LayerNormalization: (where, name, { epsilon }, layer) => {
    const [scale, offset] = tensors(layer);
    check(scale !== undefined && offset !== undefined, () => `${where}: needs both scale and offset for nn.LayerNorm`);
    const init = `nn.LayerNorm(${scale.shape[0]}, eps=${epsilon})`;
    return { init, forward: [`h = self.${name}(h)`], weights: { weight: scale, bias: offset } };
  },
  GlobalMaxPooling1D: () => ({ init: null, forward: ["h = h.amax(dim=1)"], weights: {} }),
  GlobalAveragePooling1D: () => ({ init: null, forward: ["h = h.mean(dim=1)"], weights: {} }),
  Flatten: () => ({ init: null, forward: ["h = h.flatten(start_dim=1)"], weights: {} }),
}; // prettier-ignore

function recurrent(where: string, name: string, config: Config, layer: Layer): Omit<Part, "name"> {
  check(!config["goBackwards"] && !config["stateful"] && !config["returnState"], () => {
    return `${where}: goBackwards, stateful and returnState have no form in an exported chain`;
  });
  const cell = CELLS[classOf(layer) as keyof typeof CELLS];
  const weights = cellWeights(where, cell, config, tensors(layer), "");
  const { torch, D, H, bias } = moduleOf(where, cell, config, tensors(layer));
  const last = config["returnSequences"] ? [] : ["h = h[:, -1]"];
  const init = `nn.${torch}(${D}, ${H}, batch_first=True${bias})`;
  return { init, forward: [`h, _ = self.${name}(h)`, ...last], weights };
}

function bidirectional(where: string, name: string, config: Config, layer: Layer): Omit<Part, "name"> {
  check(
    config["mergeMode"] === "concat",
    () => `${where}: PyTorch joins directions by "concat" only, got ${show(config["mergeMode"])}`,
  );
  const forward = innerLayer(layer, "forwardLayer");
  const backward = innerLayer(layer, "backwardLayer");
  check(classOf(forward) === classOf(backward), () => `${where}: both directions must be of one kind`);
  const inner = forward.config as Config;
  const cell = CELLS[classOf(forward) as keyof typeof CELLS];
  const { torch, D, H, bias } = moduleOf(where, cell, inner, tensors(forward));
  const lines = inner["returnSequences"]
    ? [`h, _ = self.${name}(h)`]
    : [`_, state = self.${name}(h)`, `h = torch.cat([*${cell === "lstm" ? "state[0]" : "state"}], dim=-1)`];
  return {
    init: `nn.${torch}(${D}, ${H}, batch_first=True, bidirectional=True${bias})`,
    forward: lines,
    weights: {
      ...cellWeights(where, cell, inner, tensors(forward), ""),
      ...cellWeights(where, cell, backward.config as Config, tensors(backward), "_reverse"),
    },
  };
}

/** The class and arguments of a recurrent module. @throws SluiceError where functions or the reset form are others than PyTorch's */
function moduleOf(where: string, cell: Cell, config: Config, weights: readonly PyTorchTensor[]) {
  const { activation, recurrentActivation, resetAfter, useBias, layerNormalization } = config;
  const plain = cell === "simpleRnn" ? ["tanh", "relu"].includes(String(activation)) : activation === "tanh" && recurrentActivation === "sigmoid"; // prettier-ignore
  check(
    plain,
    () =>
      `${where}: PyTorch knows tanh (RNN also relu) and sigmoid only, got ${show(activation)}, ${show(recurrentActivation)}`,
  );
  check(!layerNormalization, () => `${where}: layerNormalization has no form in nn.GRU and nn.LSTM`);
  if (cell === "gru" && !resetAfter) {
    throw new SluiceError(
      `${where}: PyTorch's GRU applies the reset gate after the product only; this layer has resetAfter: false. ` +
        `Export to ONNX or Keras, or train with resetAfter: true`,
    );
  }
  const [D, H] = [weights[0]!.shape[0], config["units"] as number];
  const nonlinearity = activation === "relu" ? ', nonlinearity="relu"' : "";
  return {
    torch: { gru: "GRU", lstm: "LSTM", simpleRnn: "RNN" }[cell],
    D,
    H,
    bias: `${nonlinearity}${useBias ? "" : ", bias=False"}`,
  };
}

function cellWeights(where: string, cell: Cell, config: Config, weights: readonly PyTorchTensor[], suffix: string) {
  moduleOf(where, cell, config, weights);
  const parts = toTorchCell(fromLayerWeights(cell, weights));
  return Object.fromEntries(
    Object.entries(parts).map(([key, value]) => [`${key}_l0${suffix}`, value as PyTorchTensor]),
  );
}

function dense(where: string, name: string, config: Config, layer: Layer): Omit<Part, "name"> {
  const [kernel, bias] = tensors(layer);
  const [D, units] = kernel!.shape as [number, number];
  const { data } = transpose(matrix(kernel!.data, D, units));
  return {
    init: `nn.Linear(${D}, ${units}${bias ? "" : ", bias=False"})`,
    forward: [`h = self.${name}(h)`, ...activate(where, config["activation"])],
    weights: { weight: { data, shape: [units, D] }, ...(bias && { bias }) },
  };
}

function activate(where: string, activation: unknown): string[] {
  const name = String(activation ?? "linear");
  check(
    Object.hasOwn(ACTIVATIONS, name),
    () => `${where}: the activation ${show(activation)} has no form in PyTorch here`,
  );
  return name === "linear" ? [] : [`h = ${ACTIVATIONS[name]}`];
}

function classOf(layer: Layer): string {
  return (layer.constructor as unknown as { className: string }).className;
}

function innerLayer(layer: Layer, key: string): Layer {
  return (layer as unknown as Record<string, Layer>)[key]!;
}

function tensors(layer: Layer): PyTorchTensor[] {
  return layer.parameters.map((p) => ({ data: Float32Array.from(p.read()), shape: p.shape }));
}
