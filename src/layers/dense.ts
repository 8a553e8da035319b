import { activationOf, type ActivationLike } from "../ops/activations.js";
import { add } from "../ops/arithmetic.js";
import { matmul } from "../ops/matmul.js";
import type { PartialShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkCount } from "../util/checks.js";
import { check } from "../util/errors.js";
import { layerFactory } from "./factory.js";
import { Layer, type LayerConfig } from "./layer.js";
import type { Parameter } from "./parameter.js";
import { biasOptions, kernelOptions, type BiasOptions, type KernelOptions } from "./weight-options.js";

export interface DenseConfig extends LayerConfig, KernelOptions, BiasOptions {
  /** Size of the output's last axis. */
  units: number;
  /** Default "linear". */
  activation?: ActivationLike;
  /** Default true. */
  useBias?: boolean;
}

/**
 * y = f(x W + b) on the last axis: x [..., D], W [D, units], b [units], y [..., units].
 * @throws SluiceError when the size of the last axis is unknown or differs from the one that the layer was built for
 */
export class Dense extends Layer<DenseConfig> {
  static override readonly className = "Dense";
  readonly #activation;
  #kernel!: Parameter;
  #bias: Parameter | null = null;

  constructor(config: DenseConfig) {
    super(config, {
      units: undefined,
      activation: "linear",
      useBias: true,
      ...kernelOptions.defaults,
      ...biasOptions.defaults,
    });
    checkCount(this.label, "units", config.units);
    this.#activation = activationOf(this.config.activation, this.label);
  }

  override build([shape]: PartialShape[]): void {
    const { units, useBias } = this.config;
    this.#kernel = this.addWeight(
      "kernel",
      [this.lastSize(shape!), units],
      kernelOptions.resolve(this.config, this.label),
    );
    if (useBias) this.#bias = this.addWeight("bias", [units], biasOptions.resolve(this.config, this.label));
  }

  computeOutputShape([shape]: PartialShape[]): PartialShape[] {
    check(
      !!shape && shape.length >= 2,
      () => `${this.label}: input must be [batch, …, features], got rank ${shape?.length}`,
    );
    return [[...shape!.slice(0, -1), this.config.units]];
  }

  call([x]: Tensor[]): Tensor[] {
    const a = matmul(x!, this.#kernel);
    return [this.#activation.apply(this.#bias ? add(a, this.#bias) : a)];
  }
}

export const dense = /* @__PURE__ */ layerFactory(Dense);
