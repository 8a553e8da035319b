import { mul } from "../ops/arithmetic.js";
import { dropoutMask } from "../ops/dropout.js";
import { spreadRows } from "../ops/packed.js";
import type { PartialShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkRange } from "../util/checks.js";
import { check, show } from "../util/errors.js";
import { layerFactory } from "./factory.js";
import { Layer, type CallContext, type LayerConfig } from "./layer.js";
import { drawSeed } from "./seed.js";
import type { StepPlan } from "./step-plan.js";
import type { Value } from "./value.js";

export interface DropoutConfig extends LayerConfig {
  /** Share of the elements that are set to zero, 0 to 1. */
  rate: number;
  /**
   * Shape of the mask, batch included: null = as the input, 1 = the same along this axis. `[null, 1, null]` drops the same
   * features at every step. Default: each element for itself.
   */
  noiseShape?: PartialShape | null;
  /** Seed of the masks; left out, they follow the model's generator. */
  seed?: number | null;
}

/** In training y = x ⊙ m / (1 − rate) with m zero with probability `rate` (Srivastava et al. 2014); else y = x. */
export class Dropout extends Layer<DropoutConfig> {
  static override readonly className = "Dropout";

  constructor(config: DropoutConfig) {
    super(config, { rate: undefined, noiseShape: null, seed: null });
    checkRange(this.label, "rate", config?.rate, 0, 1);
    const { noiseShape } = this.config;
    check(noiseShape === null || Array.isArray(noiseShape), () => {
      return `${this.label}: noiseShape must be a list such as [null, 1, null], got ${show(noiseShape)}`;
    });
  }

  computeOutputShape([shape]: PartialShape[]): PartialShape[] {
    const { noiseShape } = this.config;
    const fits =
      !noiseShape ||
      (noiseShape.length === shape!.length && noiseShape.every((n, i) => n === null || n === 1 || n === shape![i]));
    check(fits, () => `${this.label}: noiseShape ${show(noiseShape)} does not fit the input ${show(shape)}`);
    return [shape!];
  }

  call([x]: Tensor[], context: CallContext): Tensor[] {
    const { rate, noiseShape } = this.config;
    if (!context.training || rate === 0) return [x!];
    const shape = x!.shape.map((n, i) => noiseShape?.[i] ?? n);
    return [mul(x!, dropoutMask(shape, rate, drawSeed(this.config, context)))];
  }

  /** A noiseShape counts the axes of padded values: [batch, time, …]. */
  override callPacked([x]: readonly Value[], context: CallContext): Value[] | null {
    const { rate, noiseShape } = this.config;
    const { tensor, packing } = x!;
    if (!context.training || rate === 0) return [x!];
    if (!noiseShape) return [{ ...x!, tensor: this.call([tensor], context)[0]! }];
    const [batch, time, ...rest] = noiseShape;
    if (batch === 1) return null;
    const step = tensor.shape.slice(1).map((n, i) => rest[i] ?? n);
    const seed = drawSeed(this.config, context);
    const alike = time === 1; // at all steps of a sequence
    const mask = dropoutMask([alike ? packing!.B : packing!.N, ...step], rate, seed);
    return [{ ...x!, tensor: mul(tensor, alike ? spreadRows(mask, packing!) : mask) }];
  }

  override planStep(plan: StepPlan): void {
    plan.output(plan.inputs[0]!);
  }
}

export const dropout = /* @__PURE__ */ layerFactory(Dropout);
