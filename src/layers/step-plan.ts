/**
 * What `model.stream` compiles a graph into: a list of functions on fixed addresses, run once per time step. Nothing is
 * allocated when they run.
 */
import type { Kernels } from "../kernels/kernels.js";
import type { Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";

export interface StepPlan {
  readonly kernels: Kernels;
  /** Sequences that are stepped together. */
  readonly batch: number;
  /** Inputs of the layer at one step, [B, 1, …] or [B, …]; their addresses do not change. */
  readonly inputs: readonly Tensor[];
  /** A persistent tensor of zeros: an output, or scratch. */
  alloc(shape: Shape): Tensor;
  /** A persistent tensor of zeros that is carried from step to step, and saved, restored and forked with the stream. */
  state(shape: Shape): Tensor;
  /** The same elements under another shape. */
  view(x: Tensor, shape: Shape): Tensor;
  /** Says what the layer's outputs are. */
  output(...tensors: Tensor[]): void;
  /** Says what to do at each step. */
  run(step: () => void): void;
}
