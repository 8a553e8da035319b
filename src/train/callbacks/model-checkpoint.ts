import { makeFolder } from "#files";
import { checkCount, checkRange } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import type { Callback, Logs, TrainingRun } from "../callback.js";
import { fillPlaces, placesOf } from "./file-name.js";
import { Monitor, type MonitorOptions } from "./monitor.js";
import { checkValueName } from "./values.js";

export interface ModelCheckpointOptions extends MonitorOptions {
  /** Where to save; may hold `{epoch}` (from 1), `{batch}` and values, as in `{epoch:02d}-{val_loss:.2f}.safetensors`. */
  filepath: string;
  /** Save only when the monitored value is the best so far. Default false. */
  saveBestOnly?: boolean;
  /** "epoch", or a number of batches. Default "epoch". */
  saveFreq?: "epoch" | number;
  /** With saveBestOnly: the value that must be beaten first. Default null: none. */
  initialValueThreshold?: number | null;
}

const DEFAULTS = {
  monitor: "val_loss",
  mode: "auto",
  saveBestOnly: false,
  saveFreq: "epoch",
  initialValueThreshold: null,
} as const satisfies Partial<ModelCheckpointOptions>;

/**
 * Saves the model during training, with the optimizer's state, so that training can go on from the file: Keras's
 * ModelCheckpoint. Folders are made as needed; a file is replaced only once the new one is whole.
 * @throws SluiceError when training begins and a value named here does not exist
 */
export function modelCheckpoint(options: ModelCheckpointOptions): Callback {
  return new ModelCheckpoint(options);
}

class ModelCheckpoint implements Callback {
  readonly #where = "modelCheckpoint";
  readonly #options: Required<ModelCheckpointOptions>;
  readonly #monitor: Monitor;
  readonly #places: string[];
  #epoch = 0;
  #batches = 0;

  constructor(options: ModelCheckpointOptions) {
    const where = this.#where;
    this.#options = withDefaults<Required<ModelCheckpointOptions>>(where, { filepath: "", ...DEFAULTS }, options);
    const { filepath, saveFreq, initialValueThreshold } = this.#options;
    check(
      typeof filepath === "string" && filepath !== "",
      () => `${where}: filepath must be a path, got ${show(filepath)}`,
    );
    if (saveFreq !== "epoch") checkCount(where, `saveFreq, unless "epoch",`, saveFreq);
    if (initialValueThreshold !== null) checkRange(where, "initialValueThreshold", initialValueThreshold);
    this.#places = placesOf(where, filepath);
    this.#monitor = new Monitor(where, this.#options, 0);
    this.#monitor.best = initialValueThreshold;
  }

  onTrainBegin(run: TrainingRun): void {
    const { saveBestOnly, saveFreq } = this.#options;
    const perEpoch = saveFreq === "epoch";
    // While an epoch runs there are no validation values yet.
    const known = { model: run.model, validates: run.validates && perEpoch };
    if (saveBestOnly) this.#monitor.begin(known);
    for (const name of this.#places) {
      if (name !== "epoch" && (name !== "batch" || perEpoch)) checkValueName(this.#where, name, known);
    }
    this.#batches = 0;
  }

  onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  async onBatchEnd(step: number, logs: Logs, run: TrainingRun): Promise<void> {
    const { saveFreq } = this.#options;
    if (saveFreq === "epoch" || ++this.#batches < saveFreq) return;
    this.#batches = 0;
    await this.#save({ ...logs, epoch: this.#epoch + 1, batch: step + 1 }, run);
  }

  async onEpochEnd(epoch: number, logs: Logs, run: TrainingRun): Promise<void> {
    if (this.#options.saveFreq === "epoch") await this.#save({ ...logs, epoch: epoch + 1 }, run);
  }

  async #save(values: Logs, { model }: TrainingRun): Promise<void> {
    const { filepath, saveBestOnly } = this.#options;
    const monitor = this.#monitor;
    if (saveBestOnly) {
      const value = monitor.read(values);
      if (!monitor.improves(value, monitor.best)) return;
      monitor.best = value;
    }
    const path = fillPlaces(this.#where, filepath, values);
    const folder = path.replace(/[^/\\]*$/, "");
    if (folder !== "") await makeFolder(folder);
    await model.save(path);
  }
}
