import { optimizers, sequential, type Model } from "sluice";
import { dense, embedding, gru, lstm, minGru, simpleRnn, type Layer } from "sluice/layers";
import type { Problem } from "./problems/problem.js";
import type { Settings } from "./settings.js";

const { adam, rmsprop, sgd } = optimizers;
const OPTIMIZERS = { adam, rmsprop, sgd };
const CELLS = { gru, lstm, simpleRnn, minGru };
/** Numbers that stand for a character. */
const EMBEDDED = 16;

export function networkOf(problem: Problem, settings: Settings): Model {
  const { input, head, loss, everyStep } = problem;
  const { layers: depth, learningRate, clip } = settings;
  const layers: Layer[] = [];
  if ("tokens" in input) layers.push(embedding({ inputDim: input.tokens, outputDim: EMBEDDED, inputShape: [null] }));
  for (let i = 0; i < depth; i++) {
    const first = layers.length === 0 && "features" in input ? { inputShape: [null, input.features] } : {};
    layers.push(CELLS[settings.cell]({ units: settings.units, returnSequences: everyStep || i < depth - 1, ...first }));
  }
  layers.push(dense(head));
  const model = sequential(layers, { seed: settings.seed });
  const optimizer = OPTIMIZERS[settings.optimizer]({ learningRate, ...(clip > 0 ? { globalClipNorm: clip } : {}) });
  model.compile({ optimizer, loss });
  return model;
}
