import { existsSync } from "node:fs";
import { readText, writeWhole } from "./files.js";

/** Takes out the lines of epochs that are trained again, since the checkpoint is older than the file, and one that a crash cut off. */
export function keepEpochsBefore(path: string, epoch: number): void {
  if (!existsSync(path)) return;
  const [header, ...lines] = readText(path).split("\n").slice(0, -1);
  if (header === undefined) return;
  const kept = lines.filter((line) => Number.parseInt(line, 10) < epoch);
  writeWhole(path, [header, ...kept].map((line) => `${line}\n`).join(""));
}
