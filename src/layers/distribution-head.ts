import { families, FAMILY_NAMES, type FamilyName } from "../distributions/index.js";
import { add } from "../ops/arithmetic.js";
import { matmul } from "../ops/matmul.js";
import { op } from "../ops/op.js";
import { reshape } from "../ops/reshape.js";
import type { PartialShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkChoice, checkCount } from "../util/checks.js";
import { check } from "../util/errors.js";
import { layerFactory } from "./factory.js";
import { Layer, type LayerConfig } from "./layer.js";
import type { Parameter } from "./parameter.js";
import { biasOptions, kernelOptions, type BiasOptions, type KernelOptions } from "./weight-options.js";

export interface DistributionHeadConfig extends LayerConfig, KernelOptions, BiasOptions {
  /** Whose parameters are made: "normal", "studentT" or "negativeBinomial". */
  distribution: FamilyName;
  /** Distributions for each position. Default 1. */
  units?: number;
}

/**
 * Parameters of a distribution: a = x W + b, a location as it is, a parameter with the lower bound β as β + ln(1 + eᵃ); bounds are 1e-6,
 * that of the degrees of freedom 2. x [..., D], W [D, units · P], b [units · P], y [..., units, P], P the number of parameters: mean
 * and deviation; location, scale and degreesOfFreedom; mean and dispersion. Goes with `losses.negativeLogLikelihood`.
 */
export class DistributionHead extends Layer<DistributionHeadConfig> {
  static override readonly className = "DistributionHead";
  readonly #bounds: readonly number[];
  #kernel!: Parameter;
  #bias!: Parameter;

  constructor(config: DistributionHeadConfig) {
    super(config, { distribution: undefined, units: 1, ...kernelOptions.defaults, ...biasOptions.defaults });
    const name = checkChoice(this.label, "distribution", config?.distribution, FAMILY_NAMES);
    this.#bounds = families[name].bounds;
    checkCount(this.label, "units", this.config.units);
  }

  override build([shape]: PartialShape[]): void {
    const width = this.config.units! * this.#bounds.length;
    this.#kernel = this.addWeight(
      "kernel",
      [this.lastSize(shape!), width],
      kernelOptions.resolve(this.config, this.label),
    );
    this.#bias = this.addWeight("bias", [width], biasOptions.resolve(this.config, this.label));
  }

  computeOutputShape([shape]: PartialShape[]): PartialShape[] {
    check(!!shape && shape.length >= 2, () => {
      return `${this.label}: input must be [batch, …, features], got rank ${shape?.length}`;
    });
    return [[...shape!.slice(0, -1), this.config.units!, this.#bounds.length]];
  }

  call([x]: Tensor[]): Tensor[] {
    const a = add(matmul(x!, this.#kernel), this.#bias);
    const shape = [...x!.shape.slice(0, -1), this.config.units!, this.#bounds.length];
    return [aboveBounds(reshape(a, shape), this.#bounds)];
  }
}

/** β + softplus(x) for the parameters that have a bound, with slope σ(x). */
function aboveBounds(input: Tensor, bounds: readonly number[]): Tensor {
  return op("aboveBounds", [input], ([x], scope) => {
    const y = scope.alloc(x!.shape);
    const P = bounds.length;
    const [from, to] = [x!.data, y.data];
    for (let i = 0; i < to.length; i++) {
      const bound = bounds[i % P]!;
      to[i] =
        bound === -Infinity ? from[i]! : bound + Math.max(from[i]!, 0) + Math.log1p(Math.exp(-Math.abs(from[i]!)));
    }
    scope.record([x!], [y], () => {
      scope.assignGrad(x!, (ptr) => {
        const [dx, dy, value] = [scope.kernels.memory.floats(ptr, x!.size), y.grad!.data, x!.data];
        for (let i = 0; i < dx.length; i++)
          dx[i] = bounds[i % P] === -Infinity ? dy[i]! : dy[i]! / (1 + Math.exp(-value[i]!));
      });
    });
    return y;
  });
}

export const distributionHead = /* @__PURE__ */ layerFactory(DistributionHead);
