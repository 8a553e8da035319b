import { reshape } from "../ops/reshape.js";
import type { PartialShape } from "../tensor/shape.js";
import { sizeOf } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { layerFactory } from "./factory.js";
import { Layer, type LayerConfig } from "./layer.js";
import type { StepPlan } from "./step-plan.js";

/** All axes but the batch in one: [B, …] → [B, product]. Masks end here. */
export class Flatten extends Layer<LayerConfig> {
  static override readonly className = "Flatten";

  constructor(config: LayerConfig = {}) {
    super(config, {});
  }

  computeOutputShape([shape]: PartialShape[]): PartialShape[] {
    const [B, ...rest] = shape!;
    return [[B!, rest.includes(null) ? null : sizeOf(rest as number[])]];
  }

  call([x]: Tensor[]): Tensor[] {
    return [reshape(x!, [x!.shape[0]!, sizeOf(x!.shape.slice(1))])];
  }

  override computeMask(): (Tensor | null)[] {
    return [null];
  }

  override planStep(plan: StepPlan): void {
    const x = plan.inputs[0]!;
    check(x.rank <= 2, () => {
      return `stream: ${this.label} cannot be run step by step, because it lays the time steps of its input side by side`;
    });
    plan.output(plan.view(x, [plan.batch, x.size / plan.batch]));
  }
}

export const flatten = /* @__PURE__ */ layerFactory(Flatten);
