import { appendFile, makeFolder } from "#files";
import { encodeFileVersion, encodeScalar } from "../../format/event-file.js";
import { checkCount } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import type { Callback, Logs, TrainingRun } from "../callback.js";

export interface TensorBoardOptions {
  /** The folder that `tensorboard --logdir` is given. Default "logs". */
  logDir?: string;
  /** When loss and metrics are also written while an epoch runs: "batch", every so many batches, or "epoch": never. Default "epoch". */
  updateFreq?: "epoch" | "batch" | number;
}

/**
 * Writes event files for TensorBoard (Node), as Keras's callback names them: runs `train` and `validation` in logDir with
 * `epoch_loss`, `epoch_<metric>` and `epoch_learning_rate` by epoch, and `batch_<value>` by step.
 */
export function tensorBoard(options: TensorBoardOptions = {}): Callback {
  return new TensorBoard(options);
}

/** While batches are written, what has been gathered goes to the file once a second, so that the curves can be watched. */
const FLUSH_MS = 1000;

class TensorBoard implements Callback {
  readonly #options: Required<TensorBoardOptions>;
  readonly #every: number;
  #train: EventWriter | null = null;
  #validation: EventWriter | null = null;
  #flushed = 0;

  constructor(options: TensorBoardOptions) {
    const where = "tensorBoard";
    this.#options = withDefaults<Required<TensorBoardOptions>>(where, { logDir: "logs", updateFreq: "epoch" }, options);
    const { logDir, updateFreq } = this.#options;
    check(typeof logDir === "string" && logDir !== "", () => `${where}: logDir must be a path, got ${show(logDir)}`);
    this.#every =
      updateFreq === "epoch"
        ? Infinity
        : updateFreq === "batch"
          ? 1
          : checkCount(where, `updateFreq, unless "epoch" or "batch",`, updateFreq);
  }

  async onTrainBegin(run: TrainingRun): Promise<void> {
    const { logDir } = this.#options;
    this.#train = await EventWriter.open(`${logDir}/train`);
    this.#validation = run.validates ? await EventWriter.open(`${logDir}/validation`) : null;
    this.#flushed = performance.now();
  }

  async onBatchEnd(_step: number, logs: Logs, run: TrainingRun): Promise<void> {
    const done = run.model.optimizer.iterations;
    if (done % this.#every !== 0) return;
    for (const [name, value] of Object.entries(logs)) this.#train!.add(`batch_${name}`, value, done);
    if (performance.now() - this.#flushed < FLUSH_MS) return;
    await this.#train!.flush();
    this.#flushed = performance.now();
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    for (const [name, value] of Object.entries(logs)) {
      const validation = name.startsWith("val_");
      const tag = name === "learningRate" ? "learning_rate" : name.replace(/^val_/, "");
      (validation ? this.#validation : this.#train)?.add(`epoch_${tag}`, value, epoch);
    }
    await this.#train!.flush();
    await this.#validation?.flush();
  }

  async onTrainEnd(): Promise<void> {
    await this.#train!.flush();
  }
}

/** One event file of its own; TensorBoard reads all in a folder as one run, in the order of their names. */
class EventWriter {
  #waiting: Uint8Array[] = [];

  private constructor(private readonly path: string) {}

  static async open(folder: string): Promise<EventWriter> {
    await makeFolder(folder);
    const time = Date.now() / 1000;
    const writer = new EventWriter(`${folder}/events.out.tfevents.${time.toFixed(3)}.sluice`);
    writer.#waiting.push(encodeFileVersion(time));
    await writer.flush();
    return writer;
  }

  add(tag: string, value: number, step: number): void {
    this.#waiting.push(encodeScalar({ tag, value, step, time: Date.now() / 1000 }));
  }

  async flush(): Promise<void> {
    const bytes = this.#waiting.flatMap((record) => [...record]);
    this.#waiting = [];
    if (bytes.length > 0) await appendFile(this.path, Uint8Array.from(bytes));
  }
}
