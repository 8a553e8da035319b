import { activationOf, type Activation } from "../../ops/activations.js";
import { needSequences } from "../../ops/need-sequences.js";
import { reshape } from "../../ops/reshape.js";
import type { PartialShape } from "../../tensor/shape.js";
import { showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { check, show } from "../../util/errors.js";
import type { ConstraintLike } from "../../constraints/index.js";
import type { InitializerLike } from "../../initializers/index.js";
import type { RegularizerLike } from "../../regularizers/index.js";
import type { Parameter } from "../parameter.js";
import { biasOptions, kernelOptions, recurrentOptions, weightOptions } from "../weight-options.js";
import { RecurrentCell, type CellContext } from "./cell.js";
import { checkCell } from "./cell-options.js";
import { gruDefaults, type GRUCellConfig } from "./gru-cell.js";
import { gruDRunner } from "./gru-d-runner.js";
import type { CellRunner } from "./scan.js";

export interface GRUDCellConfig extends GRUCellConfig {
  /** The mean of each variable over what was observed in the training part, in the units of the input; null: zeros. Default null. */
  mean?: readonly number[] | null;
  /** Of both decay kernels. Default uniform from 0 to 0.1, so that no factor stands on the flat side of max(0, ·). */
  decayInitializer?: InitializerLike;
  decayRegularizer?: RegularizerLike | null;
  decayConstraint?: ConstraintLike | null;
}

const decayOptions = weightOptions("decay", { className: "randomUniform", config: { minval: 0, maxval: 0.1 } });

export const gruDDefaults = { ...gruDefaults, resetAfter: false, mean: null, ...decayOptions.defaults };

/** The weights of a GRU-D. */
export interface GRUDWeights {
  W: Parameter;
  U: Parameter;
  b: Parameter | null;
  inputDecay: Parameter;
  inputDecayBias: Parameter;
  stateDecay: Parameter;
  stateDecayBias: Parameter;
  mean: Parameter;
}

/** One step of {@link GRUD}, which has the equations. States: h [B, H] and the last observation less the mean [B, D]. */
export class GRUDCell extends RecurrentCell<GRUDCellConfig> {
  static override readonly className = "GRUDCell";
  readonly outputSize: number;
  override readonly recurrentDropout: number;
  readonly activation: Activation;
  readonly recurrentActivation: Activation;
  weights!: GRUDWeights;
  #D = 0;

  constructor(config: GRUDCellConfig) {
    super(config, gruDDefaults);
    checkCell(this.label, this.config);
    this.outputSize = config.units;
    this.recurrentDropout = this.config.recurrentDropout!;
    this.activation = activationOf(this.config.activation, this.label);
    this.recurrentActivation = activationOf(this.config.recurrentActivation, this.label);
    needSequences();
  }

  /** D is known once the input is. */
  get stateSizes(): readonly number[] {
    return [this.config.units, this.#D];
  }

  /** Takes note of the input's shape [.., 3D]. */
  expect(shape: PartialShape, label: string): void {
    const width = shape.at(-1);
    check(typeof width === "number" && width > 0 && width % 3 === 0, () => {
      return `${label}: the last axis of the input must hold values, mask and gaps side by side, 3 times as many as variables, got ${showShape(shape)}`;
    });
    this.#D = width / 3;
    const { mean } = this.config;
    check(mean === null || mean!.length === this.#D, () => {
      return `${label}: mean must have one number for each of the ${this.#D} variables, got ${show(mean)}`;
    });
  }

  override build(): void {
    const { units: H, useBias, resetAfter, mean } = this.config;
    const D = this.#D;
    const decay = decayOptions.resolve(this.config, this.label);
    const bias = biasOptions.resolve(this.config, this.label);
    const means = {
      className: "mean",
      config: {},
      init: () => Float64Array.from(mean ?? { length: D }, (v) => v ?? 0),
    };
    this.weights = {
      W: this.addWeight("kernel", [2 * D, 3 * H], kernelOptions.resolve(this.config, this.label)),
      U: this.addWeight("recurrentKernel", [H, 3 * H], recurrentOptions.resolve(this.config, this.label)),
      b: useBias ? this.addWeight("bias", resetAfter ? [2, 3 * H] : [3 * H], bias) : null,
      inputDecay: this.addWeight("inputDecay", [D], decay),
      inputDecayBias: this.addWeight("inputDecayBias", [D], bias),
      stateDecay: this.addWeight("stateDecay", [D, H], decay),
      stateDecayBias: this.addWeight("stateDecayBias", [H], bias),
      mean: this.addWeight("mean", [D], { initializer: means, trainable: false }),
    };
  }

  computeOutputShape([x]: PartialShape[]): PartialShape[] {
    const B = x?.[0] ?? null;
    return [[B, this.outputSize], ...this.stateSizes.map((size) => [B, size])];
  }

  /** A step is a sequence of one step. */
  call([x, ...states]: Tensor[], context: CellContext): Tensor[] {
    const [B, width] = x!.shape as [number, number];
    const inputs = { x: reshape(x!, [B, 1, width]), initial: states, mask: null, stateDropout: context.stateDropout };
    const { last, states: next } = this.runner().scan(
      this,
      inputs,
      { reverse: false, zeroOutputForMask: false },
      context,
    );
    return [last, ...next];
  }

  override runner(): CellRunner {
    return gruDRunner(this);
  }
}
