import { sequenceKernels } from "../kernels/sequence-kernels.js";
import { activationOf, type Activation, type ActivationLike } from "../ops/activations.js";
import { conv1dLength, PADDINGS, type Padding } from "../ops/conv1d.js";
import { depthwiseConv1d as convolve } from "../ops/depthwise-conv1d.js";
import { needSequences } from "../ops/need-sequences.js";
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
import { biasOptions, weightOptions, type BiasOptions, type WeightOptions } from "./weight-options.js";

export interface DepthwiseConv1DConfig extends LayerConfig, WeightOptions<"depthwise">, BiasOptions {
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

const depthwiseOptions = weightOptions("depthwise", "glorotUniform");
const DEFAULTS = {
  strides: 1,
  padding: "valid",
  dilationRate: 1,
  activation: "linear",
  useBias: true,
  activityRegularizer: null,
};

/**
 * Convolution over time in which each channel meets its own kernel: y[b, t, c] = f(Σ_k x[b, t·strides + k·dilation − before, c]
 * W[k, c] + b[c]). x [B, T, C], weights kernel [K, C] and bias [C], y [B, T', C]. Keras's DepthwiseConv1D with depthMultiplier 1,
 * and "causal" beside its paddings. Masks end here.
 */
export class DepthwiseConv1D extends Layer<DepthwiseConv1DConfig> {
  static override readonly className = "DepthwiseConv1D";
  readonly #activation: Activation;
  #kernel!: Parameter;
  #bias: Parameter | null = null;

  constructor(config: DepthwiseConv1DConfig) {
    super(config, { kernelSize: undefined, ...DEFAULTS, ...depthwiseOptions.defaults, ...biasOptions.defaults });
    const { strides, dilationRate, padding } = this.config;
    for (const [name, value] of Object.entries({ kernelSize: config?.kernelSize, strides, dilationRate }))
      checkCount(this.label, name, value);
    checkChoice(this.label, "padding", padding, PADDINGS);
    this.#activation = activationOf(this.config.activation, this.label);
    needSequences();
  }

  override build([shape]: PartialShape[]): void {
    const { kernelSize, useBias } = this.config;
    const C = this.lastSize(shape!);
    this.#kernel = this.addWeight("kernel", [kernelSize, C], depthwiseOptions.resolve(this.config, this.label));
    if (useBias) this.#bias = this.addWeight("bias", [C], biasOptions.resolve(this.config, this.label));
  }

  get #options() {
    const { strides, dilationRate, padding } = this.config;
    return { stride: strides!, dilation: dilationRate!, padding: padding! };
  }

  computeOutputShape([shape]: PartialShape[]): PartialShape[] {
    this.checkRank(shape, 3, "[batch, time, features]");
    const [B, T, C] = shape!;
    const { kernelSize } = this.config;
    const steps = T === null || T === undefined ? null : conv1dLength(T, kernelSize, this.#options);
    check(steps !== 0, () => `${this.label}: ${T} time steps are too few for kernelSize ${kernelSize}`);
    return [[B!, steps, C!]];
  }

  call([x]: Tensor[]): Tensor[] {
    return [this.#activation.apply(convolve(x!, this.#kernel, this.#bias, this.#options))];
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

  /** The last (K − 1)·dilation steps are carried; with the new one behind them they make one output. */
  override planStep(plan: StepPlan): void {
    if (!hasStep(this.#activation)) return plan.call();
    checkFrame(plan, this);
    const k = sequenceKernels(plan.kernels, this.label);
    const { bytes } = k.memory;
    const x = plan.inputs[0]!;
    const [B, C, K] = [plan.batch, x.shape[2]!, this.config.kernelSize];
    const dilation = this.config.dilationRate!;
    const T = (K - 1) * dilation + 1;
    const window = plan.state([B, T, C]);
    const later = plan.alloc([B, T, C]);
    const y = plan.alloc([B, 1, C]);
    const at = { x: window.ptr, W: this.#kernel.ptr, b: this.#bias?.ptr ?? 0, y: y.ptr };
    const call = { B, T, C, K, steps: 1, stride: 1, dilation, before: 0, ...at };
    const [older, newer, inWindow, inFrame] = [[B, (T - 1) * C], [B, C], [T * C, 1], [C, 1]]; // prettier-ignore
    plan.run(() => {
      if (T > 1) k.copy(later.ptr, window.ptr + C * bytes, older, inWindow, inWindow, false);
      k.copy(later.ptr + (T - 1) * C * bytes, x.ptr, newer, inWindow, inFrame, false);
      k.scale(window.ptr, 1, later.ptr, later.size);
      k.depthwise(call);
    });
    plan.output(planActivation(plan, this.#activation, y));
  }
}

export const depthwiseConv1d = /* @__PURE__ */ layerFactory(DepthwiseConv1D);
