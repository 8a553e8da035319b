import { additiveScores } from "../ops/additive-scores.js";
import { ones } from "../ops/create.js";
import type { PartialShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { AttentionLayer, attentionDefaults, type AttentionLayerConfig } from "./attention-layer.js";
import { layerFactory } from "./factory.js";
import type { Parameter } from "./parameter.js";
import { weightChoices } from "./weight-choices.js";

/**
 * Additive attention (Bahdanau et al. 2015, arXiv 1409.0473) over [query, value] or [query, value, key]: the score is
 * Σ_u scale_u · tanh(q_t + k_s)_u. Bahdanau's W_a and U_a are dense layers before it: `additiveAttention().apply([dense({ units:
 * U }).apply(q), v, dense({ units: U }).apply(v)])`. Inputs, outputs and masks are those of Keras's layer; what Keras is told in
 * the call (returnAttentionScores, useCausalMask) is an option here. Weights: scale [D] with useScale, which is the default.
 */
export class AdditiveAttention extends AttentionLayer<AttentionLayerConfig> {
  static override readonly className = "AdditiveAttention";
  #scale: Parameter | null = null;

  constructor(config: AttentionLayerConfig = {}) {
    super(config, { useScale: true, ...attentionDefaults });
  }

  override build([query]: PartialShape[]): void {
    if (!this.config.useScale) return;
    const initializer = weightChoices.initializer("glorotUniform", `${this.label}: scale`);
    this.#scale = this.addWeight("scale", [this.lastSize(query!)], { initializer });
  }

  protected score(query: Tensor, key: Tensor): Tensor {
    return additiveScores(query, key, this.#scale ?? ones([query.shape[2]!]));
  }
}

export const additiveAttention = /* @__PURE__ */ layerFactory(AdditiveAttention);
