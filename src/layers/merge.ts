/** Layers that combine several inputs element by element: add, subtract, multiply, average, maximum, minimum. */
import { add, maximum, minimum, mul, sub } from "../ops/arithmetic.js";
import type { Binary } from "../kernels/kernels.js";
import { showShape, type PartialShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { Layer, type LayerConfig } from "./layer.js";
import { anyMask } from "./masks.js";
import type { StepPlan } from "./step-plan.js";
import { commonPacking, type Value } from "./value.js";

/** Inputs of one shape, or of shapes that stretch to one (size 1); a step counts when it counts for any of the inputs. */
abstract class Merge extends Layer<LayerConfig> {
  /** The kernel that joins two inputs. */
  protected abstract readonly kernel: Binary;
  /** The same as an operation. */
  protected abstract join(a: Tensor, b: Tensor): Tensor;
  /** How many inputs the layer takes; left out, two or more. */
  protected readonly count?: number;

  constructor(config: LayerConfig = {}) {
    super(config, {});
  }

  computeOutputShape(shapes: PartialShape[]): PartialShape[] {
    check(this.count === undefined ? shapes.length >= 2 : shapes.length === this.count, () => {
      return `${this.label}: expected ${this.count ?? "two or more"} inputs, got ${shapes.length}`;
    });
    return [shapes.reduce((a, b) => this.#stretch(a, b, shapes))];
  }

  #stretch(a: PartialShape, b: PartialShape, all: PartialShape[]): PartialShape {
    const fits = a.length === b.length && a.every((n, i) => n === b[i] || [n, b[i]].some((m) => m === 1 || m === null));
    check(fits, () => `${this.label}: inputs must have equal shapes, got ${all.map(showShape).join(" and ")}`);
    return a.map((n, i) => (n === 1 || n === null ? b[i]! : n));
  }

  call(inputs: Tensor[]): Tensor[] {
    return [inputs.reduce((a, b) => this.join(a, b))];
  }

  override computeMask(masks: readonly (Tensor | null)[]): (Tensor | null)[] {
    return [anyMask(masks)];
  }

  override callPacked(came: readonly Value[]): Value[] | null {
    const packing = commonPacking(came);
    return packing && [{ tensor: this.call(came.map((v) => v.tensor))[0]!, mask: null, packing }];
  }

  override planStep(plan: StepPlan): void {
    const { inputs, kernels: k } = plan;
    const n = inputs[0]!.size;
    if (inputs.some((x) => x.size !== n) || plan.masks.some((m) => m !== null)) return plan.call();
    const y = plan.alloc(inputs[0]!.shape);
    plan.run(() => {
      k.binary(this.kernel, y.ptr, inputs[0]!.ptr, n, inputs[1]!.ptr, n, n);
      for (let i = 2; i < inputs.length; i++) k.binary(this.kernel, y.ptr, y.ptr, n, inputs[i]!.ptr, n, n);
    });
    this.finishStep(plan, y);
    plan.output(y);
  }

  /** What follows the joining in a step. */
  protected finishStep(_plan: StepPlan, _y: Tensor): void {}
}

/** The sum of the inputs. */
export class Add extends Merge {
  static override readonly className = "Add";
  protected readonly kernel = "add";
  protected join = add;
}

/** The first input minus the second. */
export class Subtract extends Merge {
  static override readonly className = "Subtract";
  protected readonly kernel = "sub";
  protected override readonly count = 2;
  protected join = sub;
}

/** The product of the inputs, element by element. */
export class Multiply extends Merge {
  static override readonly className = "Multiply";
  protected readonly kernel = "mul";
  protected join = mul;
}

/** The mean of the inputs. */
export class Average extends Merge {
  static override readonly className = "Average";
  protected readonly kernel = "add";
  protected join = add;

  override call(inputs: Tensor[]): Tensor[] {
    return [mul(super.call(inputs)[0]!, 1 / inputs.length)];
  }

  protected override finishStep({ kernels, inputs, run }: StepPlan, y: Tensor): void {
    run(() => kernels.scale(y.ptr, 1 / inputs.length, y.ptr, y.size));
  }
}

/** The largest of the inputs, element by element. */
export class Maximum extends Merge {
  static override readonly className = "Maximum";
  protected readonly kernel = "max";
  protected join = maximum;
}

/** The smallest of the inputs, element by element. */
export class Minimum extends Merge {
  static override readonly className = "Minimum";
  protected readonly kernel = "min";
  protected join = minimum;
}
