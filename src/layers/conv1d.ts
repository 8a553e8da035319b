import { activationOf, type Activation, type ActivationLike } from "../ops/activations.js";
import { add } from "../ops/arithmetic.js";
import { conv1d as convolve, conv1dLength, PADDINGS, type Padding } from "../ops/conv1d.js";
import type { RegularizerLike } from "../regularizers/index.js";
import type { PartialShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkChoice, checkCount } from "../util/checks.js";
import { check } from "../util/errors.js";
import { hasStep, planActivation } from "./activation-step.js";
import { layerFactory } from "./factory.js";
import { Layer, type LayerConfig } from "./layer.js";
import type { Parameter } from "./parameter.js";
import { checkFrame, type StepPlan } from "./step-plan.js";
import { biasOptions, kernelOptions, type BiasOptions, type KernelOptions } from "./weight-options.js";

export interface Conv1DConfig extends LayerConfig, KernelOptions, BiasOptions {
  /** F, the number of output features. */
  filters: number;
  /** K, the steps that one output sees. */
  kernelSize: number;
  /** Steps between two outputs. Default 1. */
  strides?: number;
  /** valid: no padding; same: ⌈T / strides⌉ outputs; causal: the same, and no output sees a later step. Default "valid". */
  padding?: Padding;
  /** Steps between two rows of the kernel. Default 1. */
  dilationRate?: number;
  /** Default "linear". */
  activation?: ActivationLike;
  /** Default true. */
  useBias?: boolean;
  /** Penalty on the outputs. */
  activityRegularizer?: RegularizerLike | null;
}

const DEFAULTS = {
  strides: 1,
  padding: "valid",
  dilationRate: 1,
  activation: "linear",
  useBias: true,
  activityRegularizer: null,
};

/**
 * Convolution over time: y[b, t] = f(Σ_k x[b, t·strides + k·dilationRate − before] W[k] + b). x [B, T, C], weights kernel
 * [K, C, F] and bias [F], y [B, T', F]. Masks end here.
 */
export class Conv1D extends Layer<Conv1DConfig> {
  static override readonly className = "Conv1D";
  readonly #activation: Activation;
  #kernel!: Parameter;
  #bias: Parameter | null = null;

  constructor(config: Conv1DConfig) {
    super(config, {
      filters: undefined,
      kernelSize: undefined,
      ...DEFAULTS,
      ...kernelOptions.defaults,
      ...biasOptions.defaults,
    });
    const { strides, dilationRate, padding } = this.config;
    for (const [name, value] of Object.entries({
      filters: config?.filters,
      kernelSize: config?.kernelSize,
      strides,
      dilationRate,
    })) {
      checkCount(this.label, name, value);
    }
    checkChoice(this.label, "padding", padding, PADDINGS);
    this.#activation = activationOf(this.config.activation, this.label);
  }

  override build([shape]: PartialShape[]): void {
    const { filters, kernelSize, useBias } = this.config;
    const size = [kernelSize, this.lastSize(shape!), filters];
    this.#kernel = this.addWeight("kernel", size, kernelOptions.resolve(this.config, this.label));
    if (useBias) this.#bias = this.addWeight("bias", [filters], biasOptions.resolve(this.config, this.label));
  }

  get #options() {
    const { strides, dilationRate, padding } = this.config;
    return { stride: strides!, dilation: dilationRate!, padding: padding! };
  }

  computeOutputShape([shape]: PartialShape[]): PartialShape[] {
    this.checkRank(shape, 3, "[batch, time, features]");
    const { filters, kernelSize } = this.config;
    const [B, T] = shape!;
    const steps = T === null || T === undefined ? null : conv1dLength(T, kernelSize, this.#options);
    check(steps !== 0, () => `${this.label}: ${T} time steps are too few for kernelSize ${kernelSize}`);
    return [[B!, steps, filters]];
  }

  call([x]: Tensor[]): Tensor[] {
    const y = convolve(x!, this.#kernel, this.#options);
    return [this.#activation.apply(this.#bias ? add(y, this.#bias) : y)];
  }

  override computeMask(): (Tensor | null)[] {
    return [null];
  }

  override notStreamable(): string | undefined {
    const { padding, strides, kernelSize } = this.config;
    if (strides! > 1) return `it has strides of ${strides}, so that not every step has an output`;
    if (padding === "causal" || kernelSize === 1) return undefined;
    return `its padding is "${padding}": an output needs steps that have not come yet; use "causal"`;
  }

  /** The last (K − 1)·dilation steps are carried; of them and the new one, the K that meet the kernel are laid side by side. */
  override planStep(plan: StepPlan): void {
    if (!hasStep(this.#activation)) return plan.call();
    checkFrame(plan, this);
    const { kernels: k, batch: B } = plan;
    const x = plan.inputs[0]!;
    const [W, b] = [this.#kernel, this.#bias];
    const [K, C, F] = W.shape as [number, number, number];
    const dilation = this.config.dilationRate!;
    const past = (K - 1) * dilation;
    const before = plan.state([B, past, C]);
    const window = plan.alloc([B, past + 1, C]);
    const taps = plan.alloc([B, K * C]);
    const y = plan.alloc([B, 1, F]);
    const copies = stepCopies(B, K, C, dilation, k.memory.bytes);
    const { older, newer, taken, inTaps } = copies;
    plan.run(() => {
      if (past > 0) k.copy(window.ptr, before.ptr, older, copies.inWindow, copies.inPast, false);
      k.copy(window.ptr + copies.newest, x.ptr, newer, copies.inWindow, copies.inFrame, false);
      k.copy(taps.ptr, window.ptr, taken, inTaps, copies.spread, false);
      if (past > 0) k.copy(before.ptr, window.ptr + copies.second, older, copies.inPast, copies.inWindow, false);
      k.gemm(y.ptr, taps.ptr, W.ptr, B, F, K * C, false, false, false);
      if (b) k.binaryRow("add", y.ptr, y.ptr, b.ptr, B, F);
    });
    plan.output(planActivation(plan, this.#activation, y));
  }
}

/** Sizes, strides and byte offsets of the copies of one step; made once, since a step allocates nothing. */
function stepCopies(B: number, K: number, C: number, dilation: number, bytes: number) {
  const past = (K - 1) * dilation;
  const row = (past + 1) * C;
  return {
    older: [B, past * C],
    newer: [B, C],
    taken: [B, K, C],
    inWindow: [row, 1],
    inPast: [past * C, 1],
    inFrame: [C, 1],
    inTaps: [K * C, C, 1],
    spread: [row, dilation * C, 1],
    newest: past * C * bytes,
    second: C * bytes,
  };
}

export const conv1d = /* @__PURE__ */ layerFactory(Conv1D);
