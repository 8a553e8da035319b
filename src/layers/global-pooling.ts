/** What is left of a sequence when time is averaged, or the largest value taken: x [B, T, F] → [B, F]. */
import { div, mul } from "../ops/arithmetic.js";
import { max, mean, sum } from "../ops/reduce.js";
import { maxSteps, sumSteps } from "../ops/packed.js";
import type { Packing } from "../ops/packing.js";
import { reshape } from "../ops/reshape.js";
import { where } from "../ops/where.js";
import type { Kernels } from "../kernels/kernels.js";
import { Tensor } from "../tensor/tensor.js";
import type { PartialShape } from "../tensor/shape.js";
import { layerFactory } from "./factory.js";
import { Layer, type CallContext, type LayerConfig } from "./layer.js";
import { checkFrame, type StepPlan } from "./step-plan.js";
import type { Value } from "./value.js";

export interface GlobalPooling1DConfig extends LayerConfig {
  /** Whether the time axis stays, with size 1. Default false. */
  keepDims?: boolean;
}

abstract class GlobalPooling1D extends Layer<GlobalPooling1DConfig> {
  constructor(config: GlobalPooling1DConfig = {}) {
    super(config, { keepDims: false });
  }

  /** Over the steps whose mask [B, T, 1] is not 0. */
  protected abstract pool(x: Tensor, mask: Tensor | null): Tensor;
  /** [N, F] → [B, F] */
  protected abstract poolPacked(x: Tensor, packing: Packing): Tensor;
  protected abstract planPool(plan: StepPlan, step: PooledStep): void;

  computeOutputShape([shape]: PartialShape[]): PartialShape[] {
    this.checkRank(shape, 3, "[batch, time, features]");
    const [B, , F] = shape!;
    return [this.config.keepDims ? [B!, 1, F!] : [B!, F!]];
  }

  call([x]: Tensor[], { masks }: CallContext): Tensor[] {
    const mask = masks[0] ? reshape(masks[0], [...masks[0].shape, 1]) : null;
    const [B, , F] = x!.shape as [number, number, number];
    return [reshape(this.pool(x!, mask), this.config.keepDims ? [B, 1, F] : [B, F])];
  }

  override computeMask(): (Tensor | null)[] {
    return [null];
  }

  override callPacked([x]: readonly Value[]): Value[] {
    const { tensor, packing } = x!;
    const y = this.poolPacked(tensor, packing!);
    return [{ tensor: this.config.keepDims ? reshape(y, [packing!.B, 1, y.shape[1]!]) : y, mask: null }];
  }

  /** The result for the steps so far, which is what the layer gives for the sequence so far. */
  override planStep(plan: StepPlan): void {
    checkFrame(plan, this);
    const [x, mask] = [plan.inputs[0]!, plan.masks[0] ?? null];
    const [B, , F] = x.shape as [number, number, number];
    const shape = [B, F];
    const use = plan.alloc(shape);
    use.data.fill(1);
    if (mask) plan.run(() => spread(mask, use));
    const y = plan.alloc(shape);
    this.planPool(plan, { x, use, y, kernels: plan.kernels, n: x.size });
    plan.output(this.config.keepDims ? plan.view(y, [B, 1, F]) : y);
  }
}

interface PooledStep {
  x: Tensor;
  /** [B, F]: 1 where the step counts */
  use: Tensor;
  y: Tensor;
  kernels: Kernels;
  /** elements of each */
  n: number;
}

/** The mask [B, 1] at each feature. */
function spread(mask: Tensor, use: Tensor): void {
  const [data, from] = [use.data, mask.data];
  const F = data.length / from.length;
  for (let i = 0; i < data.length; i++) data[i] = from[Math.floor(i / F)] ? 1 : 0;
}

/** The mean of the steps that count; zeros when none does (Keras divides by zero there). */
export class GlobalAveragePooling1D extends GlobalPooling1D {
  static override readonly className = "GlobalAveragePooling1D";

  protected pool(x: Tensor, mask: Tensor | null): Tensor {
    if (!mask) return mean(x, 1);
    const [B, , F] = x.shape;
    const counts = steps(mask).map((n) => Math.max(n, 1));
    return div(sum(where(mask, x, 0), 1), broadcastRows(counts, B!, F!));
  }

  protected poolPacked(x: Tensor, packing: Packing): Tensor {
    return div(sumSteps(x, packing), broadcastRows(packing.lengths, packing.B, x.shape[1]!));
  }

  protected planPool(plan: StepPlan, { x, use, y, kernels: k, n }: PooledStep): void {
    const [total, count] = [plan.state([n]), plan.state([n])];
    const one = plan.alloc([1]);
    one.data.fill(1);
    plan.run(() => {
      k.binary("mul", y.ptr, x.ptr, n, use.ptr, n, n);
      k.axpy(total.ptr, 1, y.ptr, n);
      k.axpy(count.ptr, 1, use.ptr, n);
      k.binary("max", y.ptr, count.ptr, n, one.ptr, 1, n);
      k.binary("div", y.ptr, total.ptr, n, y.ptr, n, n);
    });
  }
}

/** Larger than any feature, so that what is put this far down is never the maximum; twice of it is still finite. */
const FAR = 1e38;

/** The largest of the steps that count, for each feature; zeros when none does. (Keras's layer does not look at the mask.) */
export class GlobalMaxPooling1D extends GlobalPooling1D {
  static override readonly className = "GlobalMaxPooling1D";

  protected pool(x: Tensor, mask: Tensor | null): Tensor {
    if (!mask) return max(x, 1);
    const [B, , F] = x.shape;
    const any = steps(mask).map((n) => Math.min(n, 1));
    return mul(max(where(mask, x, -FAR), 1), broadcastRows(any, B!, F!));
  }

  protected poolPacked(x: Tensor, packing: Packing): Tensor {
    return maxSteps(x, packing);
  }

  /** What has not been seen, or does not count, is put far down: best + (seen − 1)·FAR. */
  protected planPool(plan: StepPlan, { x, use, y, kernels: k, n }: PooledStep): void {
    const [best, seen] = [plan.state([n]), plan.state([n])];
    const [one, low] = [plan.alloc([1]), plan.alloc([n])];
    one.data.fill(1);
    const lowered = (to: number, values: number, counts: number) => {
      k.binary("sub", to, counts, n, one.ptr, 1, n);
      k.scale(to, FAR, to, n);
      k.axpy(to, 1, values, n);
    };
    plan.run(() => {
      lowered(y.ptr, best.ptr, seen.ptr);
      lowered(low.ptr, x.ptr, use.ptr);
      k.binary("max", y.ptr, y.ptr, n, low.ptr, n, n);
      k.binary("max", seen.ptr, seen.ptr, n, use.ptr, n, n);
      k.binary("mul", y.ptr, y.ptr, n, seen.ptr, n, n);
      k.scale(best.ptr, 1, y.ptr, n);
    });
  }
}

/** How many steps count, for each sequence. */
function steps(mask: Tensor): Float64Array {
  const [B, T] = mask.shape as [number, number];
  const { data } = mask;
  const counts = new Float64Array(B);
  for (let i = 0; i < B * T; i++) if (data[i]) counts[Math.floor(i / T)]! += 1;
  return counts;
}

/** [B, F] with one value for each row. */
function broadcastRows(values: ArrayLike<number>, B: number, F: number): Tensor {
  return Tensor.of(
    Float64Array.from({ length: B * F }, (_, i) => values[Math.floor(i / F)]!),
    [B, F],
  );
}

export const globalAveragePooling1d = /* @__PURE__ */ layerFactory(GlobalAveragePooling1D);
export const globalMaxPooling1d = /* @__PURE__ */ layerFactory(GlobalMaxPooling1D);
