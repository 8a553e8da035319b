import { activationOf, type Activation } from "../../ops/activations.js";
import { add, mul } from "../../ops/arithmetic.js";
import { matmul } from "../../ops/matmul.js";
import type { PartialShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { layerFactory } from "../factory.js";
import type { Parameter } from "../parameter.js";
import { biasOptions, kernelOptions, recurrentOptions } from "../weight-options.js";
import { RecurrentCell, type CellContext, type FusedCell } from "./cell.js";
import { cellDefaults, checkCell, type CellConfig } from "./cell-options.js";

export type SimpleRNNCellConfig = CellConfig;

export const simpleRnnDefaults = cellDefaults;

/**
 * Simple recurrent network (Elman 1990), one step: h = tanh(W x + U h₋ + b).
 * Weights: kernel [D, H], recurrentKernel [H, H], bias [H].
 */
export class SimpleRNNCell extends RecurrentCell<SimpleRNNCellConfig> {
  static override readonly className = "SimpleRNNCell";
  readonly stateSizes: readonly number[];
  readonly outputSize: number;
  override readonly dropout: number;
  override readonly recurrentDropout: number;
  readonly #activation: Activation;
  #W!: Parameter;
  #U!: Parameter;
  #b: Parameter | null = null;

  constructor(config: SimpleRNNCellConfig) {
    super(config, simpleRnnDefaults);
    checkCell(this.label, this.config);
    this.stateSizes = [config.units];
    this.outputSize = config.units;
    this.dropout = this.config.dropout!;
    this.recurrentDropout = this.config.recurrentDropout!;
    this.#activation = activationOf(this.config.activation, this.label);
  }

  override build([shape]: PartialShape[]): void {
    const { units: H, useBias } = this.config;
    this.#W = this.addWeight("kernel", [this.lastSize(shape!), H], kernelOptions.resolve(this.config, this.label));
    this.#U = this.addWeight("recurrentKernel", [H, H], recurrentOptions.resolve(this.config, this.label));
    if (useBias) this.#b = this.addWeight("bias", [H], biasOptions.resolve(this.config, this.label));
  }

  computeOutputShape([x]: PartialShape[]): PartialShape[] {
    const shape = [x?.[0] ?? null, this.config.units];
    return [shape, shape];
  }

  call([x, h]: Tensor[], { stateDropout }: CellContext): Tensor[] {
    const dropped = stateDropout ? mul(h!, stateDropout) : h!;
    const a = add(matmul(x!, this.#W), matmul(dropped, this.#U));
    const next = this.#activation.apply(this.#b ? add(a, this.#b) : a);
    return [next, next];
  }

  override get fused(): FusedCell | null {
    const activation = this.#activation.fused;
    if (!activation) return null;
    const weights = { W: this.#W, U: this.#U, b: this.#b };
    return { cell: "simpleRnn", activation, recurrentActivation: "linear", resetAfter: false, ...weights };
  }
}

/** One step of a simple RNN, for `rnn({ cell })`. */
export const simpleRnnCell = /* @__PURE__ */ layerFactory(SimpleRNNCell);
