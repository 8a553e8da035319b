import { activationOf, type ActivationLike } from "../ops/activations.js";
import { add } from "../ops/arithmetic.js";
import { matmul } from "../ops/matmul.js";
import type { PartialShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkCount } from "../util/checks.js";
import { check } from "../util/errors.js";
import type { RegularizerLike } from "../regularizers/index.js";
import { hasStep, planActivation } from "./activation-step.js";
import { layerFactory } from "./factory.js";
import { Layer, type LayerConfig } from "./layer.js";
import type { Parameter } from "./parameter.js";
import type { StepPlan } from "./step-plan.js";
import { biasOptions, kernelOptions, type BiasOptions, type KernelOptions } from "./weight-options.js";

export interface DenseConfig extends LayerConfig, KernelOptions, BiasOptions {
  /** Size of the output's last axis. */
  units: number;
  /** Default "linear". */
  activation?: ActivationLike;
  /** Default true. */
  useBias?: boolean;
  /** Penalty on the outputs. */
  activityRegularizer?: RegularizerLike | null;
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
      activityRegularizer: null,
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

  override planStep(plan: StepPlan): void {
    if (!hasStep(this.#activation)) return plan.call();
    const [x] = plan.inputs;
    const [k, W, b] = [plan.kernels, this.#kernel, this.#bias];
    const [K, N] = W.shape as [number, number];
    const M = x!.size / K;
    const a = plan.alloc([...x!.shape.slice(0, -1), N]);
    plan.run(() => {
      k.gemm(a.ptr, x!.ptr, W.ptr, M, N, K, false, false, false);
      if (b) k.binaryRow("add", a.ptr, a.ptr, b.ptr, M, N);
    });
    plan.output(planActivation(plan, this.#activation, a));
  }
}

export const dense = /* @__PURE__ */ layerFactory(Dense);
