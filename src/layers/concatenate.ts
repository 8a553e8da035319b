import { concat } from "../ops/concat.js";
import { ones } from "../ops/create.js";
import { showShape, type PartialShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check, show } from "../util/errors.js";
import { layerFactory } from "./factory.js";
import { Layer, type LayerConfig } from "./layer.js";
import { anyMask, maskFrom } from "./masks.js";
import type { StepPlan } from "./step-plan.js";
import { commonPacking, type Value } from "./value.js";

export interface ConcatenateConfig extends LayerConfig {
  /** Axis along which the inputs are joined; the batch is axis 0. Default -1, the last one. */
  axis?: number;
}

/** The inputs end to end along an axis; all other sizes must agree. A step counts when it counts for any of the inputs. */
export class Concatenate extends Layer<ConcatenateConfig> {
  static override readonly className = "Concatenate";

  constructor(config: ConcatenateConfig = {}) {
    super(config, { axis: -1 });
    const { axis } = this.config;
    check(Number.isInteger(axis) && axis !== 0, () => {
      return `${this.label}: axis must be a whole number other than 0 (the batch), got ${show(axis)}`;
    });
  }

  computeOutputShape(shapes: PartialShape[]): PartialShape[] {
    const [first] = shapes as [PartialShape];
    const a = this.#axis(first);
    const fits = (shape: PartialShape) =>
      shape.length === first.length &&
      shape.every((n, i) => i === a || n === null || first[i] === null || n === first[i]);
    check(shapes.length >= 2 && a > 0 && a < first.length && shapes.every(fits), () => {
      const came = shapes.map(showShape).join(" and ");
      return `${this.label}: expected two or more inputs whose shapes agree except on axis ${this.config.axis}, got ${came}`;
    });
    const total = shapes.reduce<number | null>((sum, s) => (sum === null || s[a] === null ? null : sum + s[a]!), 0);
    return [first.map((n, i) => (i === a ? total : (n ?? shapes.find((s) => s[i] !== null)?.[i] ?? null)))];
  }

  call(inputs: Tensor[]): Tensor[] {
    return [concat(inputs, this.config.axis)];
  }

  #axis(shape: PartialShape): number {
    const axis = this.config.axis!;
    return axis < 0 ? axis + shape.length : axis;
  }

  override computeMask(masks: readonly (Tensor | null)[], inputs: Tensor[]): (Tensor | null)[] {
    if (masks.every((m) => m === null)) return [null];
    if (this.#axis(inputs[0]!.shape) !== 1) return [anyMask(masks)];
    return [
      concat(
        masks.map((mask, i) => mask ?? allSteps(inputs[i]!)),
        1,
      ),
    ];
  }

  override callPacked(came: readonly Value[]): Value[] | null {
    const packing = commonPacking(came);
    if (!packing || this.config.axis !== -1) return null;
    return [{ tensor: this.call(came.map((v) => v.tensor))[0]!, mask: null, packing }];
  }

  override planStep(plan: StepPlan): void {
    const { inputs, kernels: k } = plan;
    const { rank } = inputs[0]!;
    const a = this.#axis(inputs[0]!.shape);
    check(rank === 2 || a !== 1, () => {
      return `stream: ${this.label} cannot be run step by step, because it joins its inputs along time`;
    });
    if (a !== rank - 1 || plan.masks.some((m) => m !== null)) return plan.call();
    const sizes = inputs.map((x) => x.shape[a]!);
    const cols = sizes.reduce((sum, n) => sum + n, 0);
    const y = plan.alloc([...inputs[0]!.shape.slice(0, -1), cols]);
    const rows = y.size / cols;
    const { bytes } = k.memory;
    let offset = 0;
    for (const [i, x] of inputs.entries()) {
      const [dims, to, from] = [[rows, sizes[i]!], [cols, 1], [sizes[i]!, 1]]; // prettier-ignore
      const at = y.ptr + offset * bytes;
      plan.run(() => k.copy(at, x.ptr, dims!, to!, from!, false));
      offset += sizes[i]!;
    }
    plan.output(y);
  }
}

/** The mask of an input that has none. */
function allSteps(x: Tensor): Tensor {
  const shape = x.shape.slice(0, 2);
  return maskFrom(ones(shape), shape, () => true);
}

export const concatenate = /* @__PURE__ */ layerFactory(Concatenate);
