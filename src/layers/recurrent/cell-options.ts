import type { ActivationLike } from "../../ops/activations.js";
import { checkCount, checkRange } from "../../util/checks.js";
import type { LayerConfig } from "../layer.js";
import { biasOptions, kernelOptions, recurrentOptions } from "../weight-options.js";
import type { BiasOptions, KernelOptions, RecurrentOptions } from "../weight-options.js";

/** What GRU, LSTM and SimpleRNN cells have in common, with Keras 3's defaults. */
export interface CellConfig extends LayerConfig, KernelOptions, RecurrentOptions, BiasOptions {
  /** H, the size of the state and the output. */
  units: number;
  /** Activation of the candidate and the output. Default "tanh". */
  activation?: ActivationLike;
  /** Default true. */
  useBias?: boolean;
  /** Share of the inputs dropped in training, 0 to 1. Default 0. */
  dropout?: number;
  /** Share of the state dropped in training before it meets the recurrent weights. Default 0. */
  recurrentDropout?: number;
  /** Seed of the dropout masks; left out, they follow the model's generator. */
  seed?: number | null;
}

/** Cells with gates. */
export interface GatedCellConfig extends CellConfig {
  /** Activation of the gates. Default "sigmoid". */
  recurrentActivation?: ActivationLike;
  /** Layer normalisation of W x and of U h (Ba et al. 2016, arXiv 1607.06450), and of an LSTM's cell state. Default false. */
  layerNormalization?: boolean;
}

export const cellDefaults = {
  units: undefined,
  activation: "tanh",
  useBias: true,
  dropout: 0,
  recurrentDropout: 0,
  seed: null,
  ...kernelOptions.defaults,
  ...recurrentOptions.defaults,
  ...biasOptions.defaults,
};

export const gatedCellDefaults = { ...cellDefaults, recurrentActivation: "sigmoid", layerNormalization: false };

export function checkCell(label: string, config: CellConfig): void {
  checkCount(label, "units", config.units);
  checkRange(label, "dropout", config.dropout, 0, 1);
  checkRange(label, "recurrentDropout", config.recurrentDropout, 0, 1);
}

/** The part of a layer's configuration that its cell takes. */
export function cellConfig<C extends LayerConfig>(config: C, defaults: object): C {
  const keys = Object.keys(defaults);
  return Object.fromEntries(Object.entries(config).filter(([key]) => keys.includes(key))) as unknown as C;
}
