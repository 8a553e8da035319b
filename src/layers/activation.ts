import { activationOf, type Activation, type ActivationLike } from "../ops/activations.js";
import type { PartialShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { hasStep, planActivation } from "./activation-step.js";
import { layerFactory } from "./factory.js";
import { Layer, type LayerConfig } from "./layer.js";
import type { StepPlan } from "./step-plan.js";

export interface ActivationConfig extends LayerConfig {
  /** A name, such as "relu" or "softmax" (over the last axis), or a function of one tensor. */
  activation: ActivationLike;
}

/** y = f(x), of the input's shape. */
export class ActivationLayer extends Layer<ActivationConfig> {
  static override readonly className = "Activation";
  override readonly packed = "steps";
  readonly #activation: Activation;

  constructor(config: ActivationConfig) {
    super(config, { activation: undefined });
    this.#activation = activationOf(config?.activation, this.label);
  }

  computeOutputShape([shape]: PartialShape[]): PartialShape[] {
    return [shape!];
  }

  call([x]: Tensor[]): Tensor[] {
    return [this.#activation.apply(x!)];
  }

  override planStep(plan: StepPlan): void {
    if (!hasStep(this.#activation)) return plan.call();
    plan.output(planActivation(plan, this.#activation, plan.inputs[0]!));
  }
}

export const activation = /* @__PURE__ */ layerFactory(ActivationLayer);
