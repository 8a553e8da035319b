import { mul } from "../ops/arithmetic.js";
import { concat } from "../ops/concat.js";
import { slice } from "../ops/slice.js";
import { tensor } from "../tensor/make.js";
import { showShape, type PartialShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkRange } from "../util/checks.js";
import { check } from "../util/errors.js";
import { Random } from "../util/random.js";
import { layerFactory } from "./factory.js";
import { Layer, type CallContext, type LayerConfig } from "./layer.js";
import { drawSeed } from "./seed.js";

export interface LateFusionConfig extends LayerConfig {
  /** Share of the kinds that are taken away in training, each as a whole and for each sample by itself; one at least stays. 0 to 1, default 0. */
  dropout?: number;
  /** Seed of what is taken away; left out, it follows the model's generator. */
  seed?: number | null;
}

/**
 * Joins what several kinds of input say of a sample, of which some may be absent:
 *
 *     y = [p₁·v₁ ‖ … ‖ p_M·v_M ‖ p]        p_m = 1 where kind m is there, else 0
 *
 * In training a kind that is there is taken away as a whole with probability `dropout`, so that the network learns to do without each
 * (ModDrop: Neverova et al. 2016, arXiv 1501.00102, section 4). Kept ones are not scaled up: p says what is missing.
 *
 * Inputs: p [B, M], then v_m [B, C_m]. Output: [B, ΣC_m + M].
 */
export class LateFusion extends Layer<LateFusionConfig> {
  static override readonly className = "LateFusion";

  constructor(config: LateFusionConfig = {}) {
    super(config, { dropout: 0, seed: null });
    checkRange(this.label, "dropout", this.config.dropout, 0, 1);
  }

  computeOutputShape([present, ...vectors]: PartialShape[]): PartialShape[] {
    const fits = present?.length === 2 && vectors.length === present[1] && vectors.every((v) => v.length === 2);
    check(fits && vectors.length > 0, () => {
      const came = [present ?? [], ...vectors].map(showShape).join(", ");
      return `${this.label}: expected [batch, M] of 0 and 1, then M inputs [batch, features], got ${came}`;
    });
    return [[present![0]!, vectors.reduce((sum, v) => sum + this.lastSize(v), vectors.length)]];
  }

  call([present, ...vectors]: Tensor[], context: CallContext): Tensor[] {
    const rate = context.training ? this.config.dropout! : 0;
    const p = rate > 0 ? mul(present!, this.#kept(present!, rate, context)) : present!;
    const weighed = vectors.map((v, m) => mul(v, slice(p, [0, m], [-1, 1])));
    return [concat([...weighed, p])];
  }

  /** [B, M] of 0 and 1; where all that are there would go, one of them by chance stays. */
  #kept(present: Tensor, rate: number, context: CallContext): Tensor {
    const [B, M] = present.shape as [number, number];
    const random = new Random(drawSeed(this.config, context));
    const kept = Float32Array.from({ length: B * M }, () => Number(random.uniform() >= rate));
    for (let i = 0; i < B * M; i += M) {
      const there = Array.from({ length: M }, (_, m) => i + m).filter((j) => present.data[j]! > 0);
      const spared = there[random.below(Math.max(1, there.length))];
      if (spared !== undefined && there.every((j) => kept[j] === 0)) kept[spared] = 1;
    }
    return tensor(kept, [B, M]);
  }
}

export const lateFusion = /* @__PURE__ */ layerFactory(LateFusion);
