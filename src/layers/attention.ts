import { mul } from "../ops/arithmetic.js";
import { additiveScores } from "../ops/additive-scores.js";
import { broadcastTo } from "../ops/broadcast-to.js";
import { matmulTransposed } from "../ops/matmul-transposed.js";
import type { PartialShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkChoice } from "../util/checks.js";
import { AttentionLayer, attentionDefaults, type AttentionLayerConfig } from "./attention-layer.js";
import { layerFactory } from "./factory.js";
import type { Parameter } from "./parameter.js";
import { weightChoices } from "./weight-choices.js";

export interface AttentionConfig extends AttentionLayerConfig {
  /** "dot": q·k; "concat": w · Σ tanh(q + k). Default "dot". */
  scoreMode?: "dot" | "concat";
}

/**
 * Multiplicative attention (Luong et al. 2015, arXiv 1508.04025) over [query, value] or [query, value, key]: the score is
 * q_t·k_s, with useScale times a scalar weight that begins at 1. Luong's "general" score q·W·k is this layer with a dense layer on
 * the keys: `attention().apply([q, v, dense({ units: D, useBias: false }).apply(v)])`. Inputs, outputs and masks are those of
 * Keras's layer; what Keras is told in the call (returnAttentionScores, useCausalMask) is an option here. Weights: scale [] with
 * useScale, concatScoreWeight [] with scoreMode "concat".
 */
export class Attention extends AttentionLayer<AttentionConfig> {
  static override readonly className = "Attention";
  #scale: Parameter | null = null;
  #concat: Parameter | null = null;

  constructor(config: AttentionConfig = {}) {
    super(config, { useScale: false, scoreMode: "dot", ...attentionDefaults });
    checkChoice(this.label, "scoreMode", this.config.scoreMode, ["dot", "concat"]);
  }

  override build(_inputs: PartialShape[]): void {
    const scalar = (name: string) => {
      return this.addWeight(name, [], { initializer: weightChoices.initializer("ones", `${this.label}: ${name}`) });
    };
    if (this.config.useScale) this.#scale = scalar("scale");
    if (this.config.scoreMode === "concat") this.#concat = scalar("concatScoreWeight");
  }

  protected score(query: Tensor, key: Tensor): Tensor {
    const scaled = (x: Tensor) => (this.#scale ? mul(x, this.#scale) : x);
    if (!this.#concat) return scaled(matmulTransposed(query, key));
    return additiveScores(scaled(query), scaled(key), broadcastTo(this.#concat, [query.shape[2]!]));
  }
}

export const attention = /* @__PURE__ */ layerFactory(Attention);
