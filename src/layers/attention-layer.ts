/** What attention layers have in common; they differ in how they score a query against a key. */
import { mul } from "../ops/arithmetic.js";
import { dropoutMask } from "../ops/dropout.js";
import { matmul } from "../ops/matmul.js";
import { reshape } from "../ops/reshape.js";
import { softmaxRows } from "../ops/softmax-rows.js";
import { where } from "../ops/where.js";
import { showShape, type PartialShape } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { checkRange } from "../util/checks.js";
import { check, show } from "../util/errors.js";
import { Layer, type CallContext, type LayerConfig } from "./layer.js";
import { maskFrom } from "./masks.js";
import { drawSeed } from "./seed.js";

export interface AttentionLayerConfig extends LayerConfig {
  /** Whether the scores are scaled by a weight that is learnt. */
  useScale?: boolean;
  /** Share of the attention weights that is set to zero in training. Default 0. */
  dropout?: number;
  /** Seed of the masks of dropout; left out, they follow the model's generator. */
  seed?: number | null;
  /** Also give the attention weights [B, T, S], as a second output. Default false. */
  returnAttentionScores?: boolean;
  /** Query t sees the values 0 … t only. Default false. */
  useCausalMask?: boolean;
}

export const attentionDefaults = { dropout: 0, seed: null, returnAttentionScores: false, useCausalMask: false };

/** Added to scores of steps that do not count, as in Keras: e to the power of it is 0. */
const FAR = -1e9;

/**
 * Each query takes the mean of the values, weighed by how well their keys fit it: a = softmax_s(score(q_t, k_s)), y_t = Σ_s a_s v_s.
 * Inputs: query [B, T, D], value [B, S, M] and key [B, S, D], which is the value when it is left out. Outputs: [B, T, M] and, with
 * returnAttentionScores, the weights [B, T, S]. Masked values have the weight 0; a query without any value that counts gives
 * zeros (Keras: the mean of all), and so does a masked query. The query's mask goes on.
 */
export abstract class AttentionLayer<C extends AttentionLayerConfig> extends Layer<C> {
  /** query [B, T, D], key [B, S, D] → [B, T, S] */
  protected abstract score(query: Tensor, key: Tensor): Tensor;

  constructor(config: C, defaults: Required<{ [K in keyof Omit<C, keyof LayerConfig>]: unknown }>) {
    super(config, defaults);
    checkRange(this.label, "dropout", this.config.dropout, 0, 1);
    for (const name of ["useScale", "returnAttentionScores", "useCausalMask"] as const) {
      const value = this.config[name];
      check(typeof value === "boolean", () => `${this.label}: ${name} must be true or false, got ${show(value)}`);
    }
  }

  computeOutputShape(shapes: PartialShape[]): PartialShape[] {
    const [query, value, key = value] = shapes as [PartialShape, PartialShape, PartialShape?];
    const agree = (a?: number | null, b?: number | null) => a === b || a === null || b === null;
    const fits =
      (shapes.length === 2 || shapes.length === 3) &&
      shapes.every((shape) => shape.length === 3) &&
      agree(query.at(-1), key!.at(-1)) &&
      agree(value[1], key![1]);
    check(fits, () => {
      const came = shapes.map(showShape).join(", ");
      return `${this.label}: inputs must be query [B, T, D], value [B, S, M] and, unless it is the value, key [B, S, D], got ${came}`;
    });
    const [B, T] = query;
    const output = [B!, T!, value[2]!];
    return this.config.returnAttentionScores ? [output, [B!, T!, value[1]!]] : [output];
  }

  call([query, value, key = value]: Tensor[], context: CallContext): Tensor[] {
    const { dropout, returnAttentionScores } = this.config;
    const [queryMask, valueMask] = context.masks;
    const weights = this.#weights(this.score(query!, key!), valueMask ?? null);
    const drops = context.training && dropout! > 0;
    const used = drops ? mul(weights, dropoutMask(weights.shape, dropout!, drawSeed(this.config, context))) : weights;
    const y = matmul(used, value!);
    const [B, T] = y.shape as [number, number, number];
    const output = queryMask ? where(reshape(queryMask, [B, T, 1]), y, 0) : y;
    return returnAttentionScores ? [output, used] : [output];
  }

  #weights(scores: Tensor, valueMask: Tensor | null): Tensor {
    const seen = this.#seen(scores, valueMask);
    if (!seen) return softmaxRows(scores);
    const weights = softmaxRows(where(seen, scores, FAR));
    const blind = rowsWithoutAny(seen);
    return blind ? mul(weights, blind) : weights;
  }

  /** 1 where a query sees a value: [B, 1, S], or [B, T, S] with a causal mask; null when all see all. */
  #seen(scores: Tensor, valueMask: Tensor | null): Tensor | null {
    const [B, T, S] = scores.shape as [number, number, number];
    const mask = valueMask ? reshape(valueMask, [B, 1, S]) : null;
    if (!this.config.useCausalMask) return mask;
    return maskFrom(mask ?? scores, [B, T, S], (values, i) => {
      const [b, t, s] = [Math.floor(i / (T * S)), Math.floor(i / S) % T, i % S];
      return s <= t && (mask === null || values[b * S + s] !== 0);
    });
  }

  override computeMask(masks: readonly (Tensor | null)[], _inputs: Tensor[], outputs: Tensor[]): (Tensor | null)[] {
    return outputs.map((_, i) => (i === 0 ? (masks[0] ?? null) : null));
  }

  override notStreamable(): string {
    return "it looks at all steps of its values";
  }
}

/** Factors that are 0 for the rows of `seen` [B, T, S] which see nothing, else 1; null when there is no such row. */
function rowsWithoutAny(seen: Tensor): Tensor | null {
  const [B, T, S] = seen.shape as [number, number, number];
  const { data } = seen;
  const factors = new Float64Array(B * T);
  for (let i = 0; i < data.length; i++) if (data[i]) factors[Math.floor(i / S)] = 1;
  return factors.includes(0) ? Tensor.of(factors, [B, T, 1]) : null;
}
