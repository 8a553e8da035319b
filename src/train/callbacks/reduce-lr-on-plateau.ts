import { checkCount, checkRange } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import type { Callback, Logs, TrainingRun } from "../callback.js";
import { Monitor, type MonitorOptions } from "./monitor.js";

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the learning rate is multiplied with; below 1. Default 0.1. */
  factor?: number;
  /** Epochs without improvement after which the rate is reduced. Default 10. */
  patience?: number;
  /** A change of less than this is no improvement. Default 1e-4. */
  minDelta?: number;
  /** Epochs after a reduction during which none are counted. Default 0. */
  cooldown?: number;
  /** The rate never goes below. Default 0. */
  minLearningRate?: number;
}

const DEFAULTS = {
  monitor: "val_loss",
  mode: "auto",
  factor: 0.1,
  patience: 10,
  minDelta: 1e-4,
  cooldown: 0,
  minLearningRate: 0,
} satisfies ReduceLROnPlateauOptions;

/**
 * Multiplies the learning rate when a value has stopped improving: Keras's ReduceLROnPlateau.
 * @throws SluiceError when training begins, if the value does not exist or the optimizer's rate follows a schedule
 */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callback {
  return new ReduceLROnPlateau(options);
}

class ReduceLROnPlateau implements Callback {
  readonly #options: Required<ReduceLROnPlateauOptions>;
  readonly #monitor: Monitor;
  #wait = 0;
  #cooldown = 0;

  constructor(options: ReduceLROnPlateauOptions) {
    const where = "reduceLROnPlateau";
    this.#options = withDefaults<Required<ReduceLROnPlateauOptions>>(where, DEFAULTS, options);
    const { factor, patience, cooldown, minLearningRate, minDelta } = this.#options;
    check(factor > 0 && factor < 1, () => `${where}: factor must be between 0 and 1, got ${show(factor)}`);
    checkCount(where, "patience", patience, 0);
    checkCount(where, "cooldown", cooldown, 0);
    checkRange(where, "minLearningRate", minLearningRate, 0);
    this.#monitor = new Monitor(where, this.#options, minDelta);
  }

  onTrainBegin(run: TrainingRun): void {
    this.#monitor.begin(run);
    this.#monitor.best = null;
    this.#wait = 0;
    this.#cooldown = 0;
    // Setting it raises the optimizer's own error now, not after `patience` epochs, when a schedule rules the rate.
    const { learningRate } = run.model.optimizer;
    run.model.optimizer.learningRate = learningRate;
  }

  onEpochEnd(_epoch: number, logs: Logs, run: TrainingRun): void {
    const monitor = this.#monitor;
    const value = monitor.read(logs);
    if (this.#cooldown > 0) {
      this.#cooldown--;
      this.#wait = 0;
    }
    if (monitor.improves(value, monitor.best)) {
      monitor.best = value;
      this.#wait = 0;
    } else if (this.#cooldown === 0 && ++this.#wait >= this.#options.patience) {
      this.#reduce(run);
    }
  }

  #reduce({ model: { optimizer } }: TrainingRun): void {
    const { factor, minLearningRate, cooldown } = this.#options;
    if (optimizer.learningRate <= minLearningRate) return;
    optimizer.learningRate = Math.max(optimizer.learningRate * factor, minLearningRate);
    this.#cooldown = cooldown;
    this.#wait = 0;
  }
}
