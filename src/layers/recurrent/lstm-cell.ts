import { activationOf, type Activation } from "../../ops/activations.js";
import { add, mul } from "../../ops/arithmetic.js";
import { matmul } from "../../ops/matmul.js";
import { split } from "../../ops/split.js";
import type { Initializer } from "../../initializers/index.js";
import type { PartialShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { layerFactory } from "../factory.js";
import type { Parameter } from "../parameter.js";
import { biasOptions, kernelOptions, recurrentOptions } from "../weight-options.js";
import { RecurrentCell, type CellContext, type FusedCell } from "./cell.js";
import { checkCell, gatedCellDefaults, type GatedCellConfig } from "./cell-options.js";

export interface LSTMCellConfig extends GatedCellConfig {
  /** The forget gate's bias starts at 1, so that at first the cell keeps what it holds (Jozefowicz et al. 2015). Default true. */
  unitForgetBias?: boolean;
}

export const lstmDefaults = { ...gatedCellDefaults, unitForgetBias: true };

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000), one step:
 *
 *     i = σ(W_i x + U_i h₋ + b_i)     f = σ(W_f x + U_f h₋ + b_f)
 *     g = tanh(W_g x + U_g h₋ + b_g)  o = σ(W_o x + U_o h₋ + b_o)
 *     c = f ⊙ c₋ + i ⊙ g              h = o ⊙ tanh(c)
 *
 * Weights: kernel [D, 4H], recurrentKernel [H, 4H], bias [4H], gates in the order i | f | g | o. States: h, c.
 *
 * With layerNormalization (Ba et al. 2016, arXiv 1607.06450, equations 20 to 22), where N(v) = (v − mean) / √(variance + 1e-5): the
 * gates see α ⊙ N(W x) + β ⊙ N(U h₋) + b, normalised over all 4H values together, and h = o ⊙ tanh(γ ⊙ N(c) + d). Three weights
 * more: gains [2, 4H] (α, then β) and cellGain [H], which begin at 1, and cellBias [H].
 */
export class LSTMCell extends RecurrentCell<LSTMCellConfig> {
  static override readonly className = "LSTMCell";
  readonly stateSizes: readonly number[];
  readonly outputSize: number;
  override readonly dropout: number;
  override readonly recurrentDropout: number;
  readonly #activation: Activation;
  readonly #recurrentActivation: Activation;
  #W!: Parameter;
  #U!: Parameter;
  #b: Parameter | null = null;

  constructor(config: LSTMCellConfig) {
    super(config, lstmDefaults);
    checkCell(this.label, this.config);
    this.stateSizes = [config.units, config.units];
    this.outputSize = config.units;
    this.dropout = this.config.dropout!;
    this.recurrentDropout = this.config.recurrentDropout!;
    this.#activation = activationOf(this.config.activation, this.label);
    this.#recurrentActivation = activationOf(this.config.recurrentActivation, this.label);
  }

  override build([shape]: PartialShape[]): void {
    const { units: H, useBias, unitForgetBias, layerNormalization } = this.config;
    this.#W = this.addWeight("kernel", [this.lastSize(shape!), 4 * H], kernelOptions.resolve(this.config, this.label));
    this.#U = this.addWeight("recurrentKernel", [H, 4 * H], recurrentOptions.resolve(this.config, this.label));
    const options = biasOptions.resolve(this.config, this.label);
    if (layerNormalization) {
      this.normalize("gains", [2, 4 * H]);
      this.normalize("cellGain", [H]);
      this.addWeight("cellBias", [H], options);
    }
    if (!useBias) return;
    const initializer = unitForgetBias ? withForgetBias(options.initializer, H) : options.initializer;
    this.#b = this.addWeight("bias", [4 * H], { ...options, initializer });
  }

  computeOutputShape([x]: PartialShape[]): PartialShape[] {
    const shape = [x?.[0] ?? null, this.config.units];
    return [shape, shape, shape];
  }

  call([x, h, c]: Tensor[], { stateDropout }: CellContext): Tensor[] {
    const dropped = stateDropout ? mul(h!, stateDropout) : h!;
    const a = add(matmul(x!, this.#W), matmul(dropped, this.#U));
    const [i, f, g, o] = split(this.#b ? add(a, this.#b) : a, 4, -1);
    const gate = (t: Tensor) => this.#recurrentActivation.apply(t);
    const cell = add(mul(gate(f!), c!), mul(gate(i!), this.#activation.apply(g!)));
    const next = mul(gate(o!), this.#activation.apply(cell));
    return [next, next, cell];
  }

  override get fused(): FusedCell | null {
    const activation = this.#activation.fused;
    const recurrentActivation = this.#recurrentActivation.fused;
    if (!activation || !recurrentActivation || this.runner) return null;
    return { cell: "lstm", activation, recurrentActivation, resetAfter: false, W: this.#W, U: this.#U, b: this.#b };
  }
}

/** The bias as asked for, but ones for the forget gate. */
function withForgetBias(initializer: Initializer, H: number): Initializer {
  return { ...initializer, init: (shape, random) => initializer.init(shape, random).fill(1, H, 2 * H) };
}

/** One step of an LSTM, for `rnn({ cell })`. */
export const lstmCell = /* @__PURE__ */ layerFactory(LSTMCell);
