import { layerFactory } from "../factory.js";
import { cellConfig, checkCell } from "./cell-options.js";
import { LSTMCell, lstmDefaults, type LSTMCellConfig } from "./lstm-cell.js";
import { recurrentDefaults, RecurrentLayer, type RecurrentLayerConfig } from "./recurrent-layer.js";

export interface LSTMConfig extends LSTMCellConfig, RecurrentLayerConfig {}

/**
 * Long short-term memory over a sequence; the equations and the weights are those of {@link LSTMCell}. Inputs: x [B, T, D]
 * and, when given, the initial states h and c [B, H]. Outputs: [B, H], or [B, T, H] with returnSequences; with returnState
 * also h and c.
 */
export class LSTM extends RecurrentLayer<LSTMConfig> {
  static override readonly className = "LSTM";
  readonly cell: LSTMCell;

  constructor(config: LSTMConfig) {
    super(config, { ...lstmDefaults, ...recurrentDefaults });
    checkCell(this.label, this.config);
    this.cell = this.addLayer(new LSTMCell(cellConfig(this.config, lstmDefaults)), "cell");
  }
}

export const lstm = /* @__PURE__ */ layerFactory(LSTM);
