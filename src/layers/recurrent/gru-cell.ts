import { activationOf, type Activation } from "../../ops/activations.js";
import type { PartialShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { layerFactory } from "../factory.js";
import type { Parameter } from "../parameter.js";
import { biasOptions, kernelOptions, recurrentOptions } from "../weight-options.js";
import { RecurrentCell, type CellContext, type FusedCell } from "./cell.js";
import { stepwiseOf } from "./scan.js";
import { checkCell, gatedCellDefaults, type GatedCellConfig } from "./cell-options.js";

export interface GRUCellConfig extends GatedCellConfig {
  /** The reset gate acts after the product with the recurrent weights (Keras 3, cuDNN, PyTorch) or before it. Default true. */
  resetAfter?: boolean;
}

export const gruDefaults = { ...gatedCellDefaults, resetAfter: true };

/**
 * Gated recurrent unit (Cho et al. 2014, arXiv 1406.1078), one step:
 *
 *     z = σ(W_z x + U_z h₋ + b_z)          the share of the old state that is kept
 *     r = σ(W_r x + U_r h₋ + b_r)
 *     g = tanh(W_g x + b_g + r ⊙ (U_g h₋ + c_g))    resetAfter
 *     g = tanh(W_g x + b_g + U_g (r ⊙ h₋))          otherwise
 *     h = z ⊙ h₋ + (1 − z) ⊙ g
 *
 * Weights: kernel [D, 3H], recurrentKernel [H, 3H], gates in the order z | r | g; bias [2, 3H] (b, then c) with resetAfter,
 * else [3H].
 *
 * With layerNormalization (Ba et al. 2016, arXiv 1607.06450, equations 27 to 30; for resetAfter), where N(v) = (v − mean) / √(variance
 * + 1e-5): α_zr ⊙ N(W_zr x) and β_zr ⊙ N(U_zr h₋) over the 2H values of z and r together, α_g ⊙ N(W_g x) and β_g ⊙ N(U_g h₋) stand
 * where W x and U h₋ stand above. One weight more: gains [2, 3H] (α, then β), which begin at 1; the bias is that of the normalisations.
 */
export class GRUCell extends RecurrentCell<GRUCellConfig> {
  static override readonly className = "GRUCell";
  readonly stateSizes: readonly number[];
  readonly outputSize: number;
  override readonly dropout: number;
  override readonly recurrentDropout: number;
  readonly #activation: Activation;
  readonly #recurrentActivation: Activation;
  #W!: Parameter;
  #U!: Parameter;
  #b: Parameter | null = null;

  constructor(config: GRUCellConfig) {
    super(config, gruDefaults);
    checkCell(this.label, this.config);
    this.stateSizes = [config.units];
    this.outputSize = config.units;
    this.dropout = this.config.dropout!;
    this.recurrentDropout = this.config.recurrentDropout!;
    this.#activation = activationOf(this.config.activation, this.label);
    this.#recurrentActivation = activationOf(this.config.recurrentActivation, this.label);
  }

  override build([shape]: PartialShape[]): void {
    const { units: H, useBias, resetAfter, layerNormalization } = this.config;
    this.#W = this.addWeight("kernel", [this.lastSize(shape!), 3 * H], kernelOptions.resolve(this.config, this.label));
    this.#U = this.addWeight("recurrentKernel", [H, 3 * H], recurrentOptions.resolve(this.config, this.label));
    if (layerNormalization) this.normalize("gains", [2, 3 * H]);
    if (!useBias) return;
    this.#b = this.addWeight("bias", resetAfter ? [2, 3 * H] : [3 * H], biasOptions.resolve(this.config, this.label));
  }

  computeOutputShape([x]: PartialShape[]): PartialShape[] {
    const shape = [x?.[0] ?? null, this.config.units];
    return [shape, shape];
  }

  call([x, h]: Tensor[], { stateDropout }: CellContext): Tensor[] {
    const { units: H, resetAfter } = this.config;
    const gates = { activation: this.#activation, recurrentActivation: this.#recurrentActivation };
    const weights = { W: this.#W, U: this.#U, b: this.#b };
    return stepwiseOf(this).gru({ H, resetAfter: resetAfter!, ...gates, ...weights }, x!, h!, stateDropout);
  }

  override get fused(): FusedCell | null {
    const activation = this.#activation.fused;
    const recurrentActivation = this.#recurrentActivation.fused;
    if (!activation || !recurrentActivation || this.runner) return null;
    const resetAfter = this.config.resetAfter!;
    return { cell: "gru", activation, recurrentActivation, resetAfter, W: this.#W, U: this.#U, b: this.#b };
  }
}

/** One step of a GRU, for `rnn({ cell })`. */
export const gruCell = /* @__PURE__ */ layerFactory(GRUCell);
