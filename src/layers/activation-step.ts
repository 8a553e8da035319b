import type { Activation } from "../ops/activations.js";
import { UNARY, type Unary } from "../kernels/kernels.js";
import type { Tensor } from "../tensor/tensor.js";
import type { StepPlan } from "./step-plan.js";

/** Whether the kernels know the activation, so that it can be planned without allocation. */
export function hasStep({ name }: Activation): boolean {
  return name === "softmax" || unaryOf(name) !== null;
}

/** Plans f(x) for an activation that {@link hasStep}; x itself is left as it is. */
export function planActivation(plan: StepPlan, { name }: Activation, x: Tensor): Tensor {
  const { kernels } = plan;
  const f = unaryOf(name);
  if (f === "linear") return x;
  const y = plan.alloc(x.shape);
  const cols = x.shape.at(-1)!;
  if (f) plan.run(() => kernels.unary(f, y.ptr, x.ptr, x.size));
  else plan.run(() => kernels.softmax(y.ptr, x.ptr, x.size / cols, cols));
  return y;
}

function unaryOf(name: string): Unary | null {
  if (name === "swish") return "silu";
  return Object.hasOwn(UNARY, name) ? (name as Unary) : null;
}
