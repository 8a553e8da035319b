import { padRows } from "../ops/packed.js";
import { where } from "../ops/where.js";
import { reshape } from "../ops/reshape.js";
import type { PartialShape, Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkRange } from "../util/checks.js";
import { layerFactory } from "./factory.js";
import { Layer, type LayerConfig } from "./layer.js";
import { fillMask, maskFrom } from "./masks.js";
import type { StepPlan } from "./step-plan.js";
import type { Value } from "./value.js";

export interface MaskingConfig extends LayerConfig {
  /** Steps whose features all have this value are masked. Default 0. */
  maskValue?: number;
}

/** Masks the steps of x [B, T, D] whose features all equal maskValue, and sets them to zero. */
export class Masking extends Layer<MaskingConfig> {
  static override readonly className = "Masking";

  constructor(config: MaskingConfig = {}) {
    super(config, { maskValue: 0 });
    checkRange(this.label, "maskValue", this.config.maskValue);
  }

  computeOutputShape([shape]: PartialShape[]): PartialShape[] {
    this.checkRank(shape, 3, "[batch, time, features]");
    return [shape!];
  }

  call([x]: Tensor[]): Tensor[] {
    const mask = maskFrom(x!, maskShape(x!), this.#counts(x!));
    return [where(reshape(mask, [...mask.shape, 1]), x!, 0)];
  }

  override computeMask(_masks: readonly (Tensor | null)[], [x]: Tensor[]): (Tensor | null)[] {
    return [maskFrom(x!, maskShape(x!), this.#counts(x!))];
  }

  /** Where all steps count, the packed values go on as they are; else padded, and masked by both. */
  override callPacked([x]: readonly Value[]): Value[] {
    const { tensor, packing } = x!;
    const counts = this.#counts(tensor);
    const { data } = tensor;
    let used = 0;
    while (used < packing!.N && counts(data, used)) used++;
    if (used === packing!.N) return [x!];
    const rows = padRows(tensor, packing!);
    const real = packing!.mask;
    const mask = maskFrom(rows, maskShape(rows), (values, i) => real.data[i] !== 0 && counts(values, i));
    return [{ tensor: where(reshape(mask, [...mask.shape, 1]), rows, 0), mask }];
  }

  override planStep(plan: StepPlan): void {
    const x = plan.inputs[0]!;
    const mask = plan.allocMask(maskShape(x));
    const y = plan.alloc(x.shape);
    const counts = this.#counts(x);
    const D = x.shape.at(-1)!;
    plan.run(() => {
      fillMask(mask, x, counts);
      const [use, from, to] = [mask.data, x.data, y.data];
      for (let i = 0; i < to.length; i++) to[i] = use[Math.floor(i / D)] ? from[i]! : 0;
    });
    plan.output(y);
    plan.outputMasks(mask);
  }

  /** Whether any feature of step i differs from maskValue, as x's dtype holds it. */
  #counts(x: Tensor): (values: ArrayLike<number>, i: number) => boolean {
    const D = x.shape.at(-1)!;
    const value = x.dtype === "float32" ? Math.fround(this.config.maskValue!) : this.config.maskValue!;
    return (values, i) => {
      for (let j = i * D; j < (i + 1) * D; j++) if (values[j] !== value) return true;
      return false;
    };
  }
}

const maskShape = (x: Tensor): Shape => x.shape.slice(0, -1);

export const masking = /* @__PURE__ */ layerFactory(Masking);
