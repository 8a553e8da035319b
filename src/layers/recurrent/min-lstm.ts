import { layerFactory } from "../factory.js";
import { cellConfig } from "./cell-options.js";
import { checkMinimal, minimalDefaults, MinimalRecurrentCell, type MinimalCellConfig } from "./minimal-cell.js";
import { recurrentDefaults, RecurrentLayer, type RecurrentLayerConfig } from "./recurrent-layer.js";

export type MinLSTMCellConfig = MinimalCellConfig;
export interface MinLSTMConfig extends MinLSTMCellConfig, RecurrentLayerConfig {}

/**
 * Minimal LSTM (Feng et al. 2024, arXiv 2410.01201), the length-independent form, one step:
 *
 *     f = σ(W_f x + b_f)     i = σ(W_i x + b_i)     g = W_g x + b_g      candidate "linear"; "positive" puts the paper's g(·) on top
 *     h = f / (f + i) ⊙ h₋ + i / (f + i) ⊙ g
 *
 * Weights: kernel [D, 3H], bias [3H], columns f | i | g. State: h alone; there is no output gate and no cell beside it.
 */
export class MinLSTMCell extends MinimalRecurrentCell {
  static override readonly className = "MinLSTMCell";
  readonly kind = "minLstm";
}

/**
 * Minimal LSTM over a sequence; the equations and the weights are those of {@link MinLSTMCell}. Inputs: x [B, T, D] and, when
 * given, the initial state [B, H]. Outputs: [B, H], or [B, T, H] with returnSequences; with returnState also [B, H].
 */
export class MinLSTM extends RecurrentLayer<MinLSTMConfig> {
  static override readonly className = "MinLSTM";
  readonly cell: MinLSTMCell;

  constructor(config: MinLSTMConfig) {
    super(config, { ...minimalDefaults, ...recurrentDefaults });
    checkMinimal(this.label, this.config);
    this.cell = this.addLayer(new MinLSTMCell(cellConfig(this.config, minimalDefaults)), "cell");
  }
}

/** One step of a minimal LSTM, for `rnn({ cell })`. */
export const minLstmCell = /* @__PURE__ */ layerFactory(MinLSTMCell);
export const minLstm = /* @__PURE__ */ layerFactory(MinLSTM);
