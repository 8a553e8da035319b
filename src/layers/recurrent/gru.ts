import { layerFactory } from "../factory.js";
import { cellConfig, checkCell } from "./cell-options.js";
import { GRUCell, gruDefaults, type GRUCellConfig } from "./gru-cell.js";
import { recurrentDefaults, RecurrentLayer, type RecurrentLayerConfig } from "./recurrent-layer.js";

export interface GRUConfig extends GRUCellConfig, RecurrentLayerConfig {}

/**
 * Gated recurrent unit over a sequence; the equations and the weights are those of {@link GRUCell}. Inputs: x [B, T, D] and,
 * when given, the initial state [B, H]. Outputs: [B, H], or [B, T, H] with returnSequences; with returnState also [B, H].
 */
export class GRU extends RecurrentLayer<GRUConfig> {
  static override readonly className = "GRU";
  readonly cell: GRUCell;

  constructor(config: GRUConfig) {
    super(config, { ...gruDefaults, ...recurrentDefaults });
    checkCell(this.label, this.config);
    this.cell = this.addLayer(new GRUCell(cellConfig(this.config, gruDefaults)), "cell");
  }
}

export const gru = /* @__PURE__ */ layerFactory(GRU);
