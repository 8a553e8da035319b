import { broadcastTo } from "../ops/broadcast-to.js";
import { reshape } from "../ops/reshape.js";
import type { PartialShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkCount } from "../util/checks.js";
import { layerFactory } from "./factory.js";
import { Layer, type LayerConfig } from "./layer.js";

export interface RepeatVectorConfig extends LayerConfig {
  /** How many steps are made of the vector. */
  n: number;
}

/** The same vector at every step: [B, D] → [B, n, D]. */
export class RepeatVector extends Layer<RepeatVectorConfig> {
  static override readonly className = "RepeatVector";

  constructor(config: RepeatVectorConfig) {
    super(config, { n: undefined });
    checkCount(this.label, "n", config?.n);
  }

  computeOutputShape([shape]: PartialShape[]): PartialShape[] {
    this.checkRank(shape, 2, "[batch, features]");
    return [[shape![0]!, this.config.n, shape![1]!]];
  }

  call([x]: Tensor[]): Tensor[] {
    const [B, D] = x!.shape as [number, number];
    return [broadcastTo(reshape(x!, [B, 1, D]), [B, this.config.n, D])];
  }

  override computeMask(): (Tensor | null)[] {
    return [null];
  }

  override notStreamable(): string {
    return "it makes several time steps of one vector";
  }
}

export const repeatVector = /* @__PURE__ */ layerFactory(RepeatVector);
