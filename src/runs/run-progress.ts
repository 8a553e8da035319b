/** How far the training of a run has come, in its file progress.json, so that another process can show it. */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { parseJson } from "../format/json.js";
import type { Callback, TrainingRun } from "../train/callback.js";
import { readText } from "./files.js";
import { RUN_FILES, type RunFolder } from "./run-folder.js";

/** Twice a second is enough for eyes, and costs a thousandth of the time or less. */
const WRITE_MS = 500;
/** How much the newest epoch counts in the mean time of an epoch, by which what is left is foretold. */
const NEWEST = 0.3;

export interface RunProgress {
  /** The epoch that is trained, from 0, and how many there are at most. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in the epoch; and of how many, null while that is not known. */
  readonly step: number;
  readonly steps: number | null;
  /** Of the epoch so far, validation left out. */
  readonly stepsPerSecond: number;
  readonly samplesPerSecond: number;
  /** At most, since early stopping may end it sooner; null while it is not known. */
  readonly secondsLeft: number | null;
  /** Mean over the epoch so far; null where it is not finite. */
  readonly loss: number | null;
  /** ISO time at which this was written, and by which process. */
  readonly date: string;
  readonly process: number;
}

/** Writes the file during training and removes it at its end. @param batchSize samples of a step */
export function runProgress(folder: RunFolder, batchSize: number): Callback {
  const path = folder.file(RUN_FILES.progress);
  let [epoch, began, written, perEpoch] = [0, 0, -WRITE_MS, 0];
  let first = 0; // the step with which the epoch began here: a run that is resumed goes on in the midst of one
  const seconds = () => (performance.now() - began) / 1000;
  const left = ({ epochs, steps }: TrainingRun, done: number) => {
    const share = steps === null ? 0 : done / steps;
    const here = steps === null ? 0 : (done - first) / steps;
    const one = perEpoch || (here > 0 ? seconds() / here : 0);
    return one > 0 ? one * (epochs - epoch - share) : null;
  };
  return {
    onEpochBegin(number) {
      epoch = number;
      [began, first] = [performance.now(), -1];
    },
    onBatchEnd(index, logs, run) {
      if (first < 0) first = index;
      if (performance.now() - written < WRITE_MS) return;
      written = performance.now();
      const step = index + 1;
      const stepsPerSecond = (step - first) / Math.max(seconds(), 1e-3);
      const loss = logs["loss"] ?? Number.NaN;
      write(path, {
        epoch,
        epochs: run.epochs,
        step,
        steps: run.steps,
        stepsPerSecond,
        samplesPerSecond: stepsPerSecond * batchSize,
        secondsLeft: left(run, step),
        loss: Number.isFinite(loss) ? loss : null,
        date: new Date().toISOString(),
        process: process.pid,
      });
    },
    onEpochEnd() {
      if (first !== 0) return; // less than an epoch
      perEpoch = perEpoch === 0 ? seconds() : perEpoch + NEWEST * (seconds() - perEpoch);
    },
    onTrainEnd() {
      rmSync(path, { force: true });
    },
  };
}

/** Null where nothing is trained. */
export function readProgress(folder: RunFolder): RunProgress | null {
  if (!folder.has(RUN_FILES.progress)) return null;
  const path = folder.file(RUN_FILES.progress);
  return parseJson(readText(path), path) as unknown as RunProgress;
}

/** Not synced: what a crash loses is of no use after it. A disk that is full is for checkpoints to tell. */
function write(path: string, progress: RunProgress): void {
  const temporary = `${path}.tmp`;
  try {
    writeFileSync(temporary, JSON.stringify(progress));
    renameSync(temporary, path);
  } catch {
    rmSync(temporary, { force: true });
  }
}
