import { input, layers, model as makeModel, type Layer, type Model, type SymbolicTensor } from "sluice";
import type { Shape } from "../../tensor/shape.js";
import { tensor } from "../../tensor/make.js";
import { checkChoice, checkOptions } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { toLayerWeights, transpose, matrix } from "../gates.js";
import { openModelFile, type ModelSource } from "../model-file.js";
import { fromTorchCell } from "./cell-weights.js";
import { modulesOf, type RecurrentModule, type TorchModule } from "./modules.js";
import { readStateDict, type StateDict } from "./state-dict.js";

export interface FromPyTorchOptions {
  /** Names of the modules in the order in which the network uses them. Default: the order of the file. */
  order?: readonly string[];
  /** Which modules are embeddings. Default: those without bias whose name holds "emb". */
  embeddings?: readonly string[];
  /**
   * What follows the recurrent layers: "final" sees their last states, as `h_n` or `output[:, -1]`; "sequence" sees the outputs of
   * all steps. Default "final" where a Linear follows, "sequence" for a bare recurrent module.
   */
  output?: "final" | "sequence";
  /** Activations after modules by name, which a state_dict does not hold: `{ fc1: "relu" }`. */
  activations?: Readonly<Record<string, string>>;
  /** `nonlinearity` of nn.RNN. Default "tanh". */
  nonlinearity?: "tanh" | "relu";
}

const OPTIONS = ["order", "embeddings", "output", "activations", "nonlinearity"];

/** Weights of one Sluice layer, in the order of its parameters. */
type Weights = readonly { readonly data: Float32Array; readonly shape: Shape }[];

/**
 * An ordinary model of the weights that PyTorch saved, `torch.save(module.state_dict(), …)` or safetensors: nn.GRU, nn.LSTM,
 * nn.RNN with any number of layers and both directions, nn.Linear, nn.Embedding. What the names and shapes do not tell comes from
 * the options. Batches come first: inputs [B, T, D], or [B, T] where an embedding begins.
 * @param source a path (Node), a URL, or the file's bytes
 * @throws SluiceError for a file that would run code, for modules that are not known, and for sizes that do not fit together
 */
export async function fromPyTorch(source: ModelSource, options: FromPyTorchOptions = {}): Promise<Model> {
  checkOptions("fromPyTorch", options, OPTIONS);
  const file = await openModelFile("fromPyTorch", source);
  const weights = readStateDict(file);
  const modules = inOrder(file.name, modulesOf(file.name, weights, options.embeddings), options.order);
  checkChain(file.name, modules);
  return build(modules, weights, options);
}

function inOrder(file: string, modules: TorchModule[], order: readonly string[] | undefined): TorchModule[] {
  if (order === undefined) return modules;
  const names = modules.map((module) => module.name);
  const sorted = order.map((name) => modules.find((module) => module.name === name));
  check(sorted.length === names.length && sorted.every((module) => module !== undefined), () => {
    return `${file}: order must name each of ${names.map(show).join(", ")} once, got ${order.map(show).join(", ")}`;
  });
  return sorted;
}

/** Features that a module takes and gives; null takes whole numbers. */
function sizesOf(module: TorchModule): { takes: number | null; gives: number } {
  if (module.kind === "embedding") return { takes: null, gives: module.D };
  if (module.kind === "linear") return { takes: module.inputs, gives: module.outputs };
  return { takes: module.D, gives: module.bidirectional ? 2 * module.H : module.H };
}

function checkChain(file: string, modules: readonly TorchModule[]): void {
  check(modules.length > 0, () => `${file}: it holds no modules`);
  for (const [i, module] of modules.entries()) {
    const { takes } = sizesOf(module);
    const before = modules[i - 1];
    if (before === undefined) continue;
    const { gives } = sizesOf(before);
    check(takes === gives, () => {
      return (
        `${file}: module ${show(module.name)} takes ${takes ?? "whole numbers"} and does not fit behind ${show(before.name)}, ` +
        `which gives ${gives} features; name the modules in their order with the option "order"`
      );
    });
  }
}

function build(modules: readonly TorchModule[], stateDict: StateDict, options: FromPyTorchOptions): Model {
  const first = modules[0]!;
  const x = first.kind === "embedding" ? input({ shape: [null], name: "x" }) : input({ shape: [null, sizesOf(first).takes!], name: "x" }); // prettier-ignore
  const hasHead = modules.some(({ kind }) => kind === "linear");
  const output = checkChoice("fromPyTorch", "output", options.output ?? (hasHead ? "final" : "sequence"), ["final", "sequence"]); // prettier-ignore
  const lastRecurrent = modules.findLast(({ kind }) => kind === "recurrent");
  const assigned: Weights[] = [];
  let h: SymbolicTensor = x;
  for (const module of modules) {
    const sequences = output === "sequence" || module !== lastRecurrent;
    for (const { layer, weights } of layersOf(module, stateDict, sequences, options)) {
      h = layer.apply(h);
      assigned.push(weights);
    }
    const activation = options.activations?.[module.name];
    if (activation !== undefined) h = layers.activation({ activation: activation as never }).apply(h);
  }
  const made = makeModel({ inputs: x, outputs: h, name: "pytorch" });
  made.setWeights(assigned.flat().map(({ data, shape }) => tensor(data, shape)));
  return made;
}

function layersOf(
  module: TorchModule,
  stateDict: StateDict,
  sequences: boolean,
  options: FromPyTorchOptions,
): { layer: Layer; weights: Weights }[] {
  const name = layerName(module.name);
  const get = (key: string) => stateDict.get(module.name === "" ? key : `${module.name}.${key}`);
  if (module.kind === "recurrent") return recurrentLayers(module, get, sequences, options);
  const weight = get("weight")!;
  if (module.kind === "embedding") {
    const { V, D } = module;
    return [{ layer: layers.embedding({ inputDim: V, outputDim: D, name }), weights: [weight] }];
  }
  const { inputs, outputs, bias } = module;
  const kernel = transpose(matrix(weight.data, outputs, inputs));
  const weights = [{ data: kernel.data, shape: [inputs, outputs] }, ...(bias ? [get("bias")!] : [])];
  return [{ layer: layers.dense({ units: outputs, useBias: bias, name }), weights }];
}

function recurrentLayers(
  { name, cell, layers: count, bidirectional, bias, H }: RecurrentModule,
  get: (key: string) => StateDict extends ReadonlyMap<string, infer T> ? T | undefined : never,
  sequences: boolean,
  { nonlinearity = "tanh" }: FromPyTorchOptions,
): { layer: Layer; weights: Weights }[] {
  return Array.from({ length: count }, (_, k) => {
    const common = {
      units: H,
      useBias: bias,
      returnSequences: sequences || k < count - 1,
      name: layerName(`${name}_l${k}`),
    };
    const layer = makeCell[cell](common, nonlinearity);
    const of = (suffix: string) => toLayerWeights(fromTorchCell(cell, (part) => get(`${part}_l${k}${suffix}`)));
    if (!bidirectional) return { layer, weights: of("") };
    return {
      layer: layers.bidirectional({ layer, name: `bidirectional_${common.name}` }),
      weights: [...of(""), ...of("_reverse")],
    };
  });
}

type RecurrentOptions = Parameters<typeof layers.gru>[0];

const makeCell = {
  gru: (options: RecurrentOptions) => layers.gru(options),
  lstm: (options: RecurrentOptions) => layers.lstm(options),
  simpleRnn: (options: RecurrentOptions, activation: "tanh" | "relu") => layers.simpleRnn({ ...options, activation }),
};

/** Names of layers hold no dots: they are parts of the paths of weights. */
function layerName(name: string): string {
  const plain = name.replaceAll(/[^\w]+/g, "_").replace(/^_+/, "");
  return plain === "" ? "rnn" : plain;
}
