/** How far gradients reached back in time while a run trained, in its file gradient-norms.jsonl: a line for each epoch and layer. */
import { appendFileSync, existsSync } from "node:fs";
import { parseJson } from "../format/json.js";
import type { Callback, Logs, TrainingRun } from "../train/callback.js";
import { gradientNorms } from "../train/callbacks/index.js";
import { SluiceError } from "../util/errors.js";
import { readText, writeWhole } from "./files.js";

/** Enough for a curve, and a third of the bytes. */
const DIGITS = 4;

/** ‖∂L/∂h_t‖ for each step t of the first batch of an epoch, as `callbacks.gradientNorms` defines it; null for what is not finite. */
export interface GradientNormLine {
  /** From 0. */
  readonly epoch: number;
  readonly layer: string;
  readonly norms: readonly (number | null)[];
}

/**
 * Appends the lines of an epoch when it ends. Lines of epochs that are trained again, since the checkpoint was older than the file, are
 * replaced. The batch that is looked at takes several times as long; the other batches of the epoch cost nothing.
 * @throws SluiceError (in fit) when the model has no recurrent layer
 */
export function gradientNormsJsonl(path: string): Callback {
  const watched = gradientNorms();
  let told = 0;
  let begun = false;
  return {
    async onTrainBegin(run: TrainingRun) {
      begun = false;
      await watched.onTrainBegin?.(run);
    },
    onEpochBegin: (epoch, run) => watched.onEpochBegin?.(epoch, run),
    onBatchEnd: (step, logs, run) => watched.onBatchEnd?.(step, logs, run),
    onEpochEnd(epoch: number, _logs: Logs) {
      if (!begun) writeWhole(path, earlierThan(epoch, path));
      begun = true;
      const lines = watched.records.slice(told).map(({ epoch: of, layer, norms }): GradientNormLine => {
        return { epoch: of, layer, norms: Array.from(norms, rounded) };
      });
      told = watched.records.length;
      append(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    },
    onTrainEnd: (logs, run) => watched.onTrainEnd?.(logs, run),
  };
}

/** In order; empty where the run keeps none. What a crash cut off is left out. */
export function readGradientNorms(path: string): GradientNormLine[] {
  if (!existsSync(path)) return [];
  const lines = readText(path).split("\n").slice(0, -1);
  return lines.map((text, i) => parseJson(text, `${path}, line ${i + 1}`) as unknown as GradientNormLine);
}

function earlierThan(epoch: number, path: string): string {
  const kept = readGradientNorms(path).filter((line) => line.epoch < epoch);
  return kept.map((line) => `${JSON.stringify(line)}\n`).join("");
}

function rounded(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : null;
}

function append(path: string, text: string): void {
  try {
    appendFileSync(path, text);
  } catch (error) {
    throw new SluiceError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}
