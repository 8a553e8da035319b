import { check, show } from "../../util/errors.js";
import { layerFactory } from "../factory.js";
import type { Layer } from "../layer.js";
import { storeLayer, type LayerRegistry } from "../registry.js";
import { RecurrentCell } from "./cell.js";
import { stepwise } from "./stepwise.js";
import { recurrentDefaults, RecurrentLayer, type RecurrentLayerConfig } from "./recurrent-layer.js";

export interface RNNConfig extends RecurrentLayerConfig {
  /** What computes one step: `gruCell(…)`, or a RecurrentCell of your own. */
  cell: RecurrentCell;
}

/** A cell of any kind over a sequence: `rnn({ cell: gruCell({ units: 8 }), returnSequences: true })`. */
export class RNN extends RecurrentLayer<RNNConfig> {
  static override readonly className = "RNN";
  readonly cell: RecurrentCell;

  constructor(config: RNNConfig) {
    super(config, { cell: undefined, ...recurrentDefaults });
    stepwise();
    check(config.cell instanceof RecurrentCell, () => {
      return `${this.label}: cell must be a RecurrentCell, such as gruCell({ units: 8 }), got ${show(config.cell)}`;
    });
    this.cell = this.addLayer(config.cell, "cell");
  }

  override copy(changes: Partial<RNNConfig>): this {
    const { cell } = this.config;
    const CellClass = cell.constructor as new (config: unknown) => RecurrentCell;
    return super.copy({ cell: new CellClass({ ...cell.config }), ...changes });
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), cell: storeLayer(this.cell) };
  }

  static revive(config: Record<string, unknown>, registry: LayerRegistry): Layer {
    return new RNN({ ...config, cell: registry.revive(config.cell) as RecurrentCell });
  }
}

export const rnn = /* @__PURE__ */ layerFactory(RNN);
