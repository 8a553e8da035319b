import type { Tensor } from "../../tensor/tensor.js";
import { checkCount, checkRange } from "../../util/checks.js";
import { withDefaults } from "../../util/named.js";
import type { Callback, Logs, TrainingRun } from "../callback.js";
import { Monitor, type MonitorOptions } from "./monitor.js";

export interface EarlyStoppingOptions extends MonitorOptions {
  /** A change of less than this is no improvement. Default 0. */
  minDelta?: number;
  /** Epochs without improvement after which training ends. Default 0. */
  patience?: number;
  /** The value that must be beaten for patience to begin anew. Default null: none. */
  baseline?: number | null;
  /** At the end, put back the weights of the best epoch (whether or not it beat the baseline). Default false. */
  restoreBestWeights?: boolean;
  /** Epochs at the beginning that do not count. Default 0. */
  startFromEpoch?: number;
}

const DEFAULTS = {
  monitor: "val_loss",
  minDelta: 0,
  patience: 0,
  mode: "auto",
  baseline: null,
  restoreBestWeights: false,
  startFromEpoch: 0,
} satisfies EarlyStoppingOptions;

/**
 * Ends training when a value has stopped improving: Keras's EarlyStopping.
 * @throws SluiceError when training begins and the value does not exist, naming those that do
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  return new EarlyStopping(options);
}

class EarlyStopping implements Callback {
  readonly #options: Required<EarlyStoppingOptions>;
  readonly #monitor: Monitor;
  #wait = 0;
  #bestWeights: Tensor[] | null = null;

  constructor(options: EarlyStoppingOptions) {
    const where = "earlyStopping";
    this.#options = withDefaults<Required<EarlyStoppingOptions>>(where, DEFAULTS, options);
    const { patience, baseline, startFromEpoch, minDelta } = this.#options;
    checkCount(where, "patience", patience, 0);
    checkCount(where, "startFromEpoch", startFromEpoch, 0);
    if (baseline !== null) checkRange(where, "baseline", baseline);
    this.#monitor = new Monitor(where, this.#options, minDelta);
  }

  /** One callback may serve several calls of fit. */
  onTrainBegin(run: TrainingRun): void {
    this.#monitor.begin(run);
    this.#monitor.best = null;
    this.#wait = 0;
    this.#bestWeights = null;
  }

  onEpochEnd(epoch: number, logs: Logs, run: TrainingRun): void {
    const { patience, baseline, startFromEpoch, restoreBestWeights } = this.#options;
    if (epoch < startFromEpoch) return;
    const monitor = this.#monitor;
    const value = monitor.read(logs);
    this.#wait++;
    if (monitor.improves(value, monitor.best)) {
      monitor.best = value;
      if (restoreBestWeights) this.#bestWeights = run.model.getWeights();
      if (monitor.improves(value, baseline)) this.#wait = 0;
      return;
    }
    // Keras never stops after the very first epoch.
    if (this.#wait < patience || epoch === 0) return;
    run.stop(`${monitor.name} has not improved for ${this.#wait} epoch${this.#wait === 1 ? "" : "s"}`);
  }

  onTrainEnd(_logs: Logs, run: TrainingRun): void {
    if (this.#bestWeights) run.model.setWeights(this.#bestWeights);
  }
}
