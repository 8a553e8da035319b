import { layerFactory } from "../factory.js";
import { cellConfig, checkCell } from "./cell-options.js";
import { recurrentDefaults, RecurrentLayer, type RecurrentLayerConfig } from "./recurrent-layer.js";
import { SimpleRNNCell, simpleRnnDefaults, type SimpleRNNCellConfig } from "./simple-rnn-cell.js";

export interface SimpleRNNConfig extends SimpleRNNCellConfig, RecurrentLayerConfig {}

/**
 * Simple recurrent network over a sequence; the equation and the weights are those of {@link SimpleRNNCell}. Inputs: x [B, T, D]
 * and, when given, the initial state [B, H]. Outputs: [B, H], or [B, T, H] with returnSequences; with returnState also [B, H].
 */
export class SimpleRNN extends RecurrentLayer<SimpleRNNConfig> {
  static override readonly className = "SimpleRNN";
  readonly cell: SimpleRNNCell;

  constructor(config: SimpleRNNConfig) {
    super(config, { ...simpleRnnDefaults, ...recurrentDefaults });
    checkCell(this.label, this.config);
    this.cell = this.addLayer(new SimpleRNNCell(cellConfig(this.config, simpleRnnDefaults)), "cell");
  }
}

export const simpleRnn = /* @__PURE__ */ layerFactory(SimpleRNN);
