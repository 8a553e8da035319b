/** What a network consists of, layer by layer, with how its weights are spread. */
import type { Model } from "sluice";
import type { Layer } from "../../layers/layer.js";
import type { Parameter } from "../../layers/parameter.js";
import { namedParameters } from "../../model/weights.js";
import type { PartialShape } from "../../tensor/shape.js";
import { histogramOf, type Histogram } from "./histogram.js";

const WEIGHT_BINS = 60;

export interface WeightFacts {
  /** Its path in the model's file: "gru/cell/kernel". */
  readonly name: string;
  readonly shape: readonly number[];
  readonly mean: number;
  readonly deviation: number;
  readonly least: number;
  readonly greatest: number;
  readonly histogram: Histogram;
}

export interface LayerFacts {
  readonly name: string;
  readonly className: string;
  /** One for each output; null for sizes that are known with the data. */
  readonly shapes: readonly PartialShape[];
  readonly parameters: number;
  /** Names of the layers that it reads. */
  readonly from: readonly string[];
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: readonly WeightFacts[];
}

export interface ModelFacts {
  readonly layers: readonly LayerFacts[];
  readonly parameters: number;
  readonly trainable: number;
  /** Of the weights in memory. */
  readonly bytes: number;
  /**
   * Multiplications with weights for one step of time of one sample: each matrix once. Embeddings are looked up and left out; what gates do
   * unit by unit is a small share.
   */
  readonly multiplyAdds: number;
}

export function modelFacts(model: Model): ModelFacts {
  const looked = new Set(
    model.layers.filter(({ className }) => className === "Embedding").flatMap((l) => l.parameters),
  );
  // The bias of a GRU has a row for the input and one for the state.
  const matrices = model.parameters.filter((p) => p.shape.length >= 2 && !looked.has(p) && !/bias$/i.test(p.name));
  const paths = new Map(namedParameters(model.layers).map(([path, parameter]) => [parameter, path]));
  return {
    layers: model.layers.map((layer) => layerFacts(model, layer, paths)),
    parameters: sum(model.parameters),
    trainable: sum(model.trainableParameters),
    bytes: sum(model.parameters) * (model.dtype === "float64" ? 8 : 4),
    multiplyAdds: sum(matrices),
  };
}

const sum = (parameters: readonly Parameter[]) => parameters.reduce((total, { size }) => total + size, 0);

function layerFacts(model: Model, layer: Layer, paths: ReadonlyMap<Parameter, string>): LayerFacts {
  const nodes = model.nodes.filter((node) => node.layer === layer);
  const from = nodes.flatMap(({ inputs }) => inputs.map((input) => input.node.layer.name));
  return {
    name: layer.name,
    className: layer.className,
    shapes: nodes[0]?.outputs.map(({ shape }) => shape) ?? [],
    parameters: sum(layer.parameters),
    from: [...new Set(from)],
    config: plainOnly(layer.getConfig()),
    weights: layer.parameters.map((parameter) => weightFacts(paths.get(parameter) ?? parameter.name, parameter)),
  };
}

/** What a person would want to read: inner layers have their own weights' names, and are no text. */
function plainOnly(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const isPlain = (value: unknown) => value !== null && ["string", "number", "boolean"].includes(typeof value);
  return Object.fromEntries(Object.entries(config).filter(([, value]) => isPlain(value)));
}

function weightFacts(name: string, parameter: Parameter): WeightFacts {
  const { shape, data } = parameter;
  let [total, squares, least, greatest] = [0, 0, Infinity, -Infinity];
  for (const value of data) {
    total += value;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  const mean = total / data.length;
  for (const value of data) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / data.length);
  const histogram = histogramOf(data, least === greatest ? undefined : WEIGHT_BINS);
  return { name, shape, mean, deviation, least, greatest, histogram };
}
