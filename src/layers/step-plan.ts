/**
 * What `model.stream` compiles a graph into: a list of functions on fixed addresses, run once per time step. Nothing is
 * allocated when they run.
 */
import type { Kernels } from "../kernels/kernels.js";
import type { Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { showShape } from "../tensor/shape.js";
import { check } from "../util/errors.js";
import type { Layer } from "./layer.js";

export interface StepPlan {
  readonly kernels: Kernels;
  /** Sequences that are stepped together. */
  readonly batch: number;
  /** Inputs of the layer at one step, [B, 1, …] or [B, …]; their addresses do not change. */
  readonly inputs: readonly Tensor[];
  /** For each input its mask at one step, int32 [B, 1], 1 = the step counts; or null. */
  readonly masks: readonly (Tensor | null)[];
  /** A persistent tensor of zeros: an output, or scratch. */
  alloc(shape: Shape): Tensor;
  /** The same for a mask, int32. */
  allocMask(shape: Shape): Tensor;
  /** A persistent tensor of zeros that is carried from step to step, and saved, restored and forked with the stream. */
  state(shape: Shape): Tensor;
  /** The same elements under another shape. */
  view(x: Tensor, shape: Shape): Tensor;
  /** Says what the layer's outputs are. */
  output(...tensors: Tensor[]): void;
  /** Says what the outputs' masks are; left out, that of the first input unless the layer has a `computeMask`. */
  outputMasks(...masks: (Tensor | null)[]): void;
  /** Says what to do at each step. */
  run(step: () => void): void;
  /** Plans an inner layer on these inputs and gives its outputs. */
  layer(inner: Layer, inputs: readonly Tensor[]): readonly Tensor[];
  /** Plans the layer's own `call` for each step: for what has no form without allocation, such as a user's function. */
  call(): void;
}

/** For layers over time: raises an error unless what comes at each step is one step of a sequence, [B, 1, features]. */
export function checkFrame({ inputs, batch }: StepPlan, { label }: Layer): void {
  const { shape } = inputs[0]!;
  check(shape.length === 3 && shape[0] === batch && shape[1] === 1, () => {
    const why = `it needs one time step at a time, [${batch}, 1, features], and what comes to it has the shape ${showShape(shape)}`;
    return `stream: ${label} cannot be run step by step, because ${why}`;
  });
}
