import { layerNorm } from "../ops/layer-norm.js";
import type { ConstraintLike } from "../constraints/index.js";
import type { InitializerLike } from "../initializers/index.js";
import type { RegularizerLike } from "../regularizers/index.js";
import type { PartialShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkRange } from "../util/checks.js";
import { check, show } from "../util/errors.js";
import { layerFactory } from "./factory.js";
import { Layer, type LayerConfig } from "./layer.js";
import type { Parameter } from "./parameter.js";
import type { StepPlan } from "./step-plan.js";
import { weightOptions } from "./weight-options.js";

export interface LayerNormalizationConfig extends LayerConfig {
  /** The axis that is normalised: the last one, -1. */
  axis?: number;
  /** Added to the variance. Default 1e-3. */
  epsilon?: number;
  /** Whether beta is added. Default true. */
  center?: boolean;
  /** Whether gamma multiplies. Default true. */
  scale?: boolean;
  /** Default "zeros". */
  betaInitializer?: InitializerLike;
  betaRegularizer?: RegularizerLike | null;
  betaConstraint?: ConstraintLike | null;
  /** Default "ones". */
  gammaInitializer?: InitializerLike;
  gammaRegularizer?: RegularizerLike | null;
  gammaConstraint?: ConstraintLike | null;
}

const betaOptions = weightOptions("beta", "zeros");
const gammaOptions = weightOptions("gamma", "ones");
const DEFAULTS = { axis: -1, epsilon: 1e-3, center: true, scale: true };

/**
 * y = (x − μ) / √(σ² + epsilon) ⊙ gamma + beta, with mean and variance of each row along the last axis (Ba et al. 2016, arXiv
 * 1607.06450). Weights: gamma [n], beta [n].
 */
export class LayerNormalization extends Layer<LayerNormalizationConfig> {
  static override readonly className = "LayerNormalization";
  override readonly packed = "steps";
  #gamma: Parameter | null = null;
  #beta: Parameter | null = null;

  constructor(config: LayerNormalizationConfig = {}) {
    super(config, { ...DEFAULTS, ...betaOptions.defaults, ...gammaOptions.defaults });
    checkRange(this.label, "epsilon", this.config.epsilon, 0);
    const { axis } = this.config;
    check(Number.isInteger(axis), () => `${this.label}: axis must be a whole number, got ${show(axis)}`);
  }

  override build([shape]: PartialShape[]): void {
    const { center, scale } = this.config;
    const n = this.lastSize(shape!);
    if (scale) this.#gamma = this.addWeight("gamma", [n], gammaOptions.resolve(this.config, this.label));
    if (center) this.#beta = this.addWeight("beta", [n], betaOptions.resolve(this.config, this.label));
  }

  computeOutputShape([shape]: PartialShape[]): PartialShape[] {
    const { axis } = this.config;
    check(axis === -1 || axis === shape!.length - 1, () => {
      return `${this.label}: axis must be the last one (-1 or ${shape!.length - 1}), got ${axis}`;
    });
    return [shape!];
  }

  call([x]: Tensor[]): Tensor[] {
    return [layerNorm(x!, this.#gamma, this.#beta, this.config.epsilon)];
  }

  override planStep(plan: StepPlan): void {
    const x = plan.inputs[0]!;
    const [k, gamma, beta, epsilon] = [plan.kernels, this.#gamma, this.#beta, this.config.epsilon!];
    const cols = x.shape.at(-1)!;
    const rows = x.size / cols;
    const [y, stats] = [plan.alloc(x.shape), plan.alloc([rows, 2])];
    plan.run(() => k.layerNorm(y.ptr, stats.ptr, x.ptr, gamma?.ptr ?? 0, beta?.ptr ?? 0, epsilon, rows, cols));
    plan.output(y);
  }
}

export const layerNormalization = /* @__PURE__ */ layerFactory(LayerNormalization);
