import { layerFactory } from "../factory.js";
import { cellConfig } from "./cell-options.js";
import { checkMinimal, minimalDefaults, MinimalRecurrentCell, type MinimalCellConfig } from "./minimal-cell.js";
import { recurrentDefaults, RecurrentLayer, type RecurrentLayerConfig } from "./recurrent-layer.js";

export type MinGRUCellConfig = MinimalCellConfig;
export interface MinGRUConfig extends MinGRUCellConfig, RecurrentLayerConfig {}

/**
 * Minimal gated recurrent unit (Feng et al. 2024, arXiv 2410.01201), one step:
 *
 *     z = σ(W_z x + b_z)                    the share of the new
 *     g = W_g x + b_g                       candidate "linear"; "positive" puts the paper's g(·) on top
 *     h = (1 − z) ⊙ h₋ + z ⊙ g
 *
 * Neither sees the state, so over a sequence there is one product for all steps and no matrix in the loop over time. Here z
 * *writes*, as in the paper; in `gru` it keeps. Weights: kernel [D, 2H], bias [2H], columns z | g. State: h.
 */
export class MinGRUCell extends MinimalRecurrentCell {
  static override readonly className = "MinGRUCell";
  readonly kind = "minGru";
}

/**
 * Minimal GRU over a sequence; the equations and the weights are those of {@link MinGRUCell}. Inputs: x [B, T, D] and, when given,
 * the initial state [B, H]. Outputs: [B, H], or [B, T, H] with returnSequences; with returnState also [B, H]. The state of a step
 * cannot decide what is forgotten, so one layer does less than a `gru`: stack several, with a causal convolution
 * before and a dense layer after each.
 */
export class MinGRU extends RecurrentLayer<MinGRUConfig> {
  static override readonly className = "MinGRU";
  readonly cell: MinGRUCell;

  constructor(config: MinGRUConfig) {
    super(config, { ...minimalDefaults, ...recurrentDefaults });
    checkMinimal(this.label, this.config);
    this.cell = this.addLayer(new MinGRUCell(cellConfig(this.config, minimalDefaults)), "cell");
  }
}

/** One step of a minimal GRU, for `rnn({ cell })`. */
export const minGruCell = /* @__PURE__ */ layerFactory(MinGRUCell);
export const minGru = /* @__PURE__ */ layerFactory(MinGRU);
