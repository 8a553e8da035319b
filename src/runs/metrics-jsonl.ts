import { appendFileSync, existsSync } from "node:fs";
import type { Callback, Logs } from "../train/callback.js";
import { addEpoch, emptyHistory, type History } from "../train/history.js";
import { parseJson } from "../format/json.js";
import { check, show, SluiceError } from "../util/errors.js";
import { readText, writeWhole } from "./files.js";

/** An epoch's line: its number from 0, as in history.csv, the time at its end, and the values; null for what is not finite. */
interface Line {
  readonly epoch: number;
  readonly time: string;
  readonly [value: string]: number | string | null;
}

/**
 * Writes a line of JSON an epoch, in the file as soon as the epoch ends. A file that is there is gone on with: epochs that are
 * trained again, since the checkpoint was older than the file, replace those that the file has, and so does whatever a crash
 * left half written.
 */
export function metricsJsonl(path: string): Callback {
  let begun = false;
  return {
    onTrainBegin() {
      begun = false;
    },
    onEpochEnd(epoch: number, logs: Logs) {
      if (!begun) writeWhole(path, earlierThan(epoch, path));
      begun = true;
      const values = Object.entries(logs).map(([name, value]) => [name, Number.isFinite(value) ? value : null]);
      append(path, { epoch, time: new Date().toISOString(), ...Object.fromEntries(values) });
    },
  };
}

function append(path: string, line: Line): void {
  try {
    appendFileSync(path, `${JSON.stringify(line)}\n`);
  } catch (error) {
    throw new SluiceError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function earlierThan(epoch: number, path: string): string {
  const kept = readLines(path).filter((line) => line.epoch < epoch);
  return kept.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** The curves of all epochs so far, also of a run that was interrupted; empty when there is no file. */
export function readHistory(path: string): History {
  const history = emptyHistory();
  for (const { epoch, time: _, ...values } of readLines(path)) {
    addEpoch(history, epoch, Object.fromEntries(Object.entries(values).map(([name, v]) => [name, toNumber(v)])));
  }
  return history;
}

function toNumber(value: number | string | null): number {
  return typeof value === "number" ? value : Number.NaN;
}

function readLines(path: string): Line[] {
  if (!existsSync(path)) return [];
  // What stands behind the last line's end is a line that a crash cut off.
  const lines = readText(path).split("\n").slice(0, -1);
  return lines.map((text, i) => {
    const where = `${path}, line ${i + 1}`;
    const line = parseJson(text, where) as unknown as Line;
    check(Number.isInteger(line?.epoch), () => `${where}: expected an epoch with its values, got ${show(text)}`);
    return line;
  });
}
