import { flip } from "../../ops/flip.js";
import { mul } from "../../ops/arithmetic.js";
import { reshape } from "../../ops/reshape.js";
import { showShape, type PartialShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { check } from "../../util/errors.js";
import type { RegularizerLike } from "../../regularizers/index.js";
import { Layer, type CallContext, type LayerConfig } from "../layer.js";
import type { StepPlan } from "../step-plan.js";
import { weightChoices } from "../weight-choices.js";
import type { RecurrentCell } from "./cell.js";
import { planRecurrentStep } from "./plan-step.js";
import { scan, type ScanResult } from "./scan.js";

/** What GRU, LSTM, SimpleRNN and rnn({ cell }) have in common, with Keras's defaults. */
export interface RecurrentLayerConfig extends LayerConfig {
  /** Outputs of all steps [B, T, H] instead of the last one [B, H]. Default false. */
  returnSequences?: boolean;
  /** Also give the last states, as further outputs [B, H]. Default false. */
  returnState?: boolean;
  /** Run from the last step to the first; a sequence comes out in running order. Default false. */
  goBackwards?: boolean;
  /** Carry the state from batch to batch until `resetStates()`. Default false. */
  stateful?: boolean;
  /** Masked steps give zeros instead of the previous output. Default false. */
  zeroOutputForMask?: boolean;
  /**
   * Keep the state of every n-th step only while training, and compute the steps between again for the gradients, which are the
   * same: less memory for about a third more time (Chen et al. 2016, arXiv 1604.06174). Default null: keep all steps.
   */
  checkpointEvery?: number | null;
  /** Penalty on the outputs. */
  activityRegularizer?: RegularizerLike | null;
  /** Accepted for Keras's sake; the fused kernels make it pointless. */
  unroll?: boolean;
  /** Accepted for Keras's sake; there is no cuDNN here. */
  useCudnn?: boolean | "auto";
}

export const recurrentDefaults = {
  returnSequences: false,
  returnState: false,
  goBackwards: false,
  stateful: false,
  zeroOutputForMask: false,
  checkpointEvery: null,
  activityRegularizer: null,
  unroll: false,
  useCudnn: "auto",
};

/**
 * A cell run over the time axis: x [B, T, D], with the initial states as further inputs when they are given. Masked steps are
 * skipped: the state is carried over them.
 */
export abstract class RecurrentLayer<C extends RecurrentLayerConfig> extends Layer<C> {
  abstract readonly cell: RecurrentCell;
  #carried: Tensor[] | null = null;

  override build([shape]: PartialShape[]): void {
    this.cell.ensureBuilt([[shape![0] ?? null, this.lastSize(shape!)]]);
  }

  computeOutputShape([shape, ...initial]: PartialShape[]): PartialShape[] {
    check(shape?.length !== 2 || shape[1] === null, () => {
      return `${this.label}: input must be [batch, time, features], got ${showShape(shape!)}; a recurrent layer before it needs returnSequences: true`;
    });
    this.checkRank(shape, 3, "[batch, time, features]");
    const { stateSizes, outputSize } = this.cell;
    const states = stateSizes.map((size) => [shape![0]!, size]);
    check(initial.length === 0 || initial.length === stateSizes.length, () => {
      return `${this.label}: expected ${stateSizes.length} initial states, got ${initial.length}`;
    });
    for (const [i, state] of initial.entries()) {
      check(state.length === 2 && state[1] === stateSizes[i], () => {
        return `${this.label}: initial state ${i} must be [batch, ${stateSizes[i]}], got ${showShape(state)}`;
      });
    }
    const output = this.config.returnSequences ? [shape![0]!, shape![1]!, outputSize] : [shape![0]!, outputSize];
    return this.config.returnState ? [output, ...states] : [output];
  }

  call([x, ...initial]: Tensor[], context: CallContext): Tensor[] {
    const reverse = this.config.goBackwards!;
    const { sequence, last, states } = this.scan(x!, initial, reverse, context);
    const output = this.config.returnSequences ? (reverse ? flip(sequence!, 1) : sequence!) : last;
    return this.config.returnState ? [output, ...states] : [output];
  }

  /** Runs over time in the direction asked for; the sequence's outputs stand at their own times. */
  scan(x: Tensor, initial: readonly Tensor[], reverse: boolean, context: CallContext): ScanResult {
    const { cell } = this;
    const B = x.shape[0]!;
    // One mask [B, size] for all steps, when training and when there is something to drop.
    const maskFor = (size: number, rate: number) => {
      return context.training && rate > 0
        ? weightChoices.dropoutMask([B, size], rate, cell.config as object, context)
        : null;
    };
    const D = x.shape[2]!;
    const inputMask = maskFor(D, cell.dropout);
    const dropped = inputMask ? mul(x, reshape(inputMask, [B, 1, D])) : x;
    const stateDropout = maskFor(cell.stateSizes[0]!, cell.recurrentDropout);
    const start = initial.length > 0 ? initial : this.#carriedFor(B);
    const inputs = { x: dropped, initial: start, mask: context.masks[0] ?? null, stateDropout };
    const options = { ...(this.config as RecurrentLayerConfig & { zeroOutputForMask: boolean }), reverse };
    const result = (context.scan ?? scan)(cell, inputs, options, context);
    if (this.config.stateful) this.#carried = result.states.map((s) => s.toHost());
    return result;
  }

  /** A layer of the same configuration but for the changes, with weights of its own. */
  copy(changes: Partial<C>): this {
    const LayerClass = this.constructor as new (config: C) => this;
    return new LayerClass({ ...this.config, ...changes });
  }

  #carriedFor(B: number): readonly Tensor[] {
    if (!this.config.stateful || !this.#carried) return [];
    const came = this.#carried[0]!.shape[0]!;
    check(came === B, () => {
      return `${this.label}: stateful, expected the batch of ${came} sequences it carries, got ${B}; call resetStates() first`;
    });
    return this.#carried;
  }

  /** Forgets the carried state of a stateful layer. */
  override resetStates(): void {
    this.#carried = null;
  }

  /** With goBackwards the mask is turned round as the outputs are (Keras leaves it, so that it stands at the wrong steps). */
  override computeMask(masks: readonly (Tensor | null)[], _inputs: Tensor[], outputs: Tensor[]): (Tensor | null)[] {
    const mask = masks[0] ?? null;
    if (!mask || !this.config.returnSequences) return outputs.map(() => null);
    return [this.config.goBackwards ? flip(mask, 1) : mask, ...outputs.slice(1).map(() => null)];
  }

  override notStreamable(): string | undefined {
    return this.config.goBackwards ? "it runs backwards in time" : undefined;
  }

  override planStep(plan: StepPlan): void {
    planRecurrentStep(plan, this);
  }
}
