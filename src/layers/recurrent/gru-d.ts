import type { PartialShape } from "../../tensor/shape.js";
import { layerFactory } from "../factory.js";
import { cellConfig, checkCell } from "./cell-options.js";
import { GRUDCell, gruDDefaults, type GRUDCellConfig } from "./gru-d-cell.js";
import { recurrentDefaults, RecurrentLayer, type RecurrentLayerConfig } from "./recurrent-layer.js";

export interface GRUDConfig extends GRUDCellConfig, RecurrentLayerConfig {}

/**
 * GRU for series with missing observations and uneven steps (Che et al. 2018, "Recurrent Neural Networks for Multivariate Time
 * Series with Missing Values", arXiv 1606.01865). Its input [B, T, 3D] holds for D variables, side by side, the values x (any
 * number where nothing was observed), the mask m (1 observed, 0 not) and the gaps δ, the time since the last observation:
 *
 *     δ_t = s_t − s_{t−1} + (1 − m_{t−1}) δ_{t−1},  δ_0 = 0       s: the times of the steps
 *     γ_x = exp(−max(0, w ⊙ δ + b_x))               γ_h = exp(−max(0, W_h δ + b_h))
 *     x̂ = m ⊙ x + (1 − m) ⊙ (γ_x ⊙ x' + (1 − γ_x) ⊙ μ)            x' the last observation, μ the mean
 *     ĥ = γ_h ⊙ h₋
 *     z = σ(W_z x̂ + V_z m + U_z ĥ + b_z)            the share of the old state that is kept
 *     r = σ(W_r x̂ + V_r m + U_r ĥ + b_r)
 *     g = tanh(W_g x̂ + V_g m + U_g (r ⊙ ĥ) + b_g)
 *     h = z ⊙ ĥ + (1 − z) ⊙ g
 *
 * Before the first observation x' is μ. With resetAfter (default false, the paper's form) g is that of `gru`. Backwards the gaps
 * are the times to the next observation; the layer works them out of the ones given. Dropout leaves out whole variables, mask
 * and all. Weights: kernel [2D, 3H] (W over V), recurrentKernel [H, 3H], bias; inputDecay [D], inputDecayBias [D], stateDecay
 * [D, H], stateDecayBias [H]; and mean [D], which training does not change. Inputs: the one above and, when given, the initial
 * states h [B, H] and x' − μ [B, D]. Outputs: [B, H], or [B, T, H] with returnSequences; with returnState both last states too.
 */
export class GRUD extends RecurrentLayer<GRUDConfig> {
  static override readonly className = "GRUD";
  readonly cell: GRUDCell;

  constructor(config: GRUDConfig) {
    super(config, { ...gruDDefaults, ...recurrentDefaults });
    checkCell(this.label, this.config);
    this.cell = this.addLayer(new GRUDCell(cellConfig(this.config, gruDDefaults)), "cell");
  }

  override computeOutputShape(inputs: PartialShape[]): PartialShape[] {
    if (inputs[0]?.length === 3) this.cell.expect(inputs[0], this.label);
    return super.computeOutputShape(inputs);
  }
}

export const gruD = /* @__PURE__ */ layerFactory(GRUD);
