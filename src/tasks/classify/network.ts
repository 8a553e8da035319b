import { layers, model, type Model, type SymbolicTensor } from "sluice";
import { optimizerOf, recurrentStack, recurrentWithLast } from "../network.js";
import type { Fitted } from "./encoder.js";
import type { Labels } from "./labels.js";
import type { ClassifyOptions } from "./options.js";

/** Recurrent layers over the masked steps, what is taken of the steps, dropout, and one unit for each class (two classes: one). */
export function buildNetwork<X>(fitted: Fitted<X>, labels: Labels, options: ClassifyOptions): Model {
  const kept = "joined" in fitted ? fitted.joined : summaryOf(fitted.steps, options);
  const several = labels.separator !== null;
  const sigmoid = several || labels.units === 1;
  const output = layers.dense({ units: labels.units, activation: sigmoid ? "sigmoid" : "softmax" }).apply(kept);
  const network = model({ inputs: [fitted.input].flat(), outputs: output, seed: options.seed });
  network.compile({
    optimizer: optimizerOf(options),
    loss: sigmoid ? "binaryCrossentropy" : "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  begin(network, fitted);
  return network;
}

/** Dropout between layers by step; after the last one on what is taken of the steps. */
function summaryOf(steps: SymbolicTensor, options: ClassifyOptions): SymbolicTensor {
  const { units, dropout } = options;
  const below = units.length > 1 ? recurrentStack(steps, { ...options, units: units.slice(0, -1) }, true) : steps;
  const taken = takenOf(below, { ...options, units: units.slice(-1), dropout: 0 });
  return dropout > 0 ? layers.dropout({ rate: dropout }).apply(taken) : taken;
}

/** The last recurrent layer, and what is taken of its steps: [B, H], or [B, 2H] where two things are taken. */
function takenOf(x: SymbolicTensor, options: ClassifyOptions): SymbolicTensor {
  if (options.pooling === "last") return recurrentStack(x, options, false);
  const { sequences, last } = recurrentWithLast(x, options);
  if (options.pooling === "mean") return layers.globalAveragePooling1d().apply(sequences);
  const max = layers.globalMaxPooling1d().apply(sequences);
  return options.pooling === "max" ? max : layers.concatenate().apply([max, last]);
}

/** Puts the weights in that do not begin at random. */
function begin<X>(network: Model, { initial }: Fitted<X>): void {
  network.initialize();
  const weights = network.getWeights();
  for (const [name, change] of Object.entries(initial)) {
    const at = network.parameters.indexOf(network.getLayer(name).parameters[0]!);
    weights[at] = change(weights[at]!);
  }
  network.setWeights(weights);
}
