import { reshape as reshapeTensor } from "../ops/reshape.js";
import type { PartialShape } from "../tensor/shape.js";
import { showShape, sizeOf } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check, show } from "../util/errors.js";
import { layerFactory } from "./factory.js";
import { Layer, type LayerConfig } from "./layer.js";
import type { StepPlan } from "./step-plan.js";

export interface ReshapeConfig extends LayerConfig {
  /** Shape of one sample, without the batch; one size may be -1 and is then worked out. */
  targetShape: readonly number[];
}

/** The same elements in another shape: [B, …] → [B, …targetShape]. Masks end here. */
export class Reshape extends Layer<ReshapeConfig> {
  static override readonly className = "Reshape";

  constructor(config: ReshapeConfig) {
    super(config, { targetShape: undefined });
    const target = config?.targetShape;
    const fits = Array.isArray(target) && target.every((n) => Number.isInteger(n) && (n > 0 || n === -1));
    check(fits && target.filter((n) => n === -1).length <= 1, () => {
      return `${this.label}: targetShape must be a list of positive whole numbers with at most one -1, got ${show(target)}`;
    });
  }

  computeOutputShape([shape]: PartialShape[]): PartialShape[] {
    const { targetShape } = this.config;
    const [B, ...rest] = shape!;
    const size = rest.includes(null) ? null : sizeOf(rest as number[]);
    const known = sizeOf(targetShape.filter((n) => n !== -1));
    const whole = size === null || (targetShape.includes(-1) ? size % known === 0 : size === known);
    check(whole, () => {
      return `${this.label}: ${showShape(rest)} has ${size} elements, which do not fit targetShape ${showShape(targetShape)}`;
    });
    return [[B!, ...targetShape.map((n) => (n === -1 ? (size === null ? null : size / known) : n))]];
  }

  call([x]: Tensor[]): Tensor[] {
    return [reshapeTensor(x!, [x!.shape[0]!, ...this.#sizes(sizeOf(x!.shape.slice(1)))])];
  }

  override computeMask(): (Tensor | null)[] {
    return [null];
  }

  override planStep(plan: StepPlan): void {
    const x = plan.inputs[0]!;
    if (x.rank === 2) return plan.output(plan.view(x, [plan.batch, ...this.#sizes(x.shape[1]!)]));
    const [T, ...rest] = this.config.targetShape;
    check(T === -1 && sizeOf(rest) === sizeOf(x.shape.slice(2)), () => {
      const why = "its targetShape does not keep the time axis; write -1 for it";
      return `stream: ${this.label} cannot be run step by step, because ${why}`;
    });
    plan.output(plan.view(x, [plan.batch, 1, ...rest]));
  }

  /** targetShape for a sample of this size. */
  #sizes(size: number): number[] {
    const { targetShape } = this.config;
    const known = sizeOf(targetShape.filter((n) => n !== -1));
    return targetShape.map((n) => (n === -1 ? size / known : n));
  }
}

export const reshape = /* @__PURE__ */ layerFactory(Reshape);
