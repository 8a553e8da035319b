import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import type { Json } from "../format/json.js";
import { check, show, SluiceError } from "../util/errors.js";
import { readJson, readText, writeWhole } from "./files.js";
import { isSeriesPath, latestFile, runPath, SERIES, SERIES_FILE, seriesIn } from "./run-path.js";

export { fileAt, isSeriesPath, latestFile, latestRun, namesIn, runPath, throughLatest } from "./run-path.js";

/** The files of a run; what a run does not reach it does not write. */
export const RUN_FILES = {
  config: "config.json",
  environment: "environment.json",
  data: "data.json",
  status: "status.json",
  metrics: "metrics.jsonl",
  history: "history.csv",
  gradientNorms: "gradient-norms.jsonl",
  progress: "progress.json",
  tensorBoard: "tensorboard",
  best: "checkpoints/best.safetensors",
  last: "checkpoints/last.safetensors",
  previous: "checkpoints/previous.safetensors",
  checkpoints: "checkpoints/checkpoints.json",
  lock: "run.lock",
  model: "model.safetensors",
  evaluation: "evaluation.json",
  report: "report.html",
  /** Of a run that holds a model for each series. */
  diloco: "diloco.json",
  series: SERIES_FILE,
} as const;

/**
 * One folder for each run, `runs/2026-03-01T14-05-09-name`, never one that is there already. Beside it the text file
 * `runs/latest` holds the name of the newest: a file, since links need rights that Windows does not give everyone.
 */
export class RunFolder {
  private constructor(readonly path: string) {}

  /**
   * Makes the folder: under another name first, so that no run is seen, nor left by a crash, without what tells what it is.
   * @param root where runs are kept; made when it is not there
   * @param name what the run is about: letters, digits, "-" and "_"
   * @param fill writes what the run begins with, config.json above all
   */
  static create(
    root: string,
    name: string,
    date: Date,
    fill: (folder: RunFolder) => void = () => undefined,
  ): RunFolder {
    check(/^[\w-]+$/.test(name), () => `run folder: name must be letters, digits, "-" and "_", got ${show(name)}`);
    makeFolders(root);
    const stamp = localTime(date).replaceAll(":", "-"); // no colons in Windows's file names
    const hidden = makeHidden(root, `${stamp}-${name}`);
    try {
      fill(new RunFolder(hidden));
    } catch (error) {
      rmSync(hidden, { recursive: true, force: true });
      throw error;
    }
    for (let i = 1; ; i++) {
      const path = join(root, `${stamp}-${name}${i === 1 ? "" : `-${i}`}`);
      if (!showAs(hidden, path)) continue;
      writeWhole(latestFile(root), `${basename(path)}\n`);
      return new RunFolder(path);
    }
  }

  /**
   * A run that is there.
   * @param where its folder; "latest" or the name of a run in `root`; `latest` in another root, such as "elsewhere/latest"; `<run>/series/<id>`
   * @param root where runs are kept when `where` is a mere name. Default "runs"
   * @throws SluiceError when there is no such run, or the folder holds no config.json
   */
  static open(where: string, root = "runs"): RunFolder {
    const path = runPath(where, root);
    check(existsSync(join(path, RUN_FILES.config)), () => `run folder: ${path} holds no ${RUN_FILES.config}: no run`);
    return new RunFolder(path);
  }

  get name(): string {
    return basename(resolve(this.path));
  }

  /** The path of a file in the folder; `name` may hold folders, as in "checkpoints/best.safetensors". */
  file(name: string): string {
    const path = join(this.path, name);
    const inside = relative(this.path, path);
    check(inside !== "" && !inside.startsWith(".."), () => `run folder: ${show(name)} is no file of a run`);
    return path;
  }

  has(name: string): boolean {
    return existsSync(this.file(name));
  }

  readText(name: string): string {
    return readText(this.file(name));
  }

  readJson(name: string): Json {
    return readJson(this.file(name));
  }

  writeJson(name: string, value: unknown): void {
    this.writeText(name, toJson(value));
  }

  /** @throws SluiceError when the file is there already, or cannot be written */
  writeText(name: string, text: string): void {
    const path = this.file(name);
    check(!existsSync(path), () => `run folder: ${path} is there already`);
    writeWhole(path, text);
  }

  /** Writes a file anew; the old one stays as it is until the new one is whole. */
  replaceText(name: string, text: string): void {
    writeWhole(this.file(name), text);
  }

  replaceJson(name: string, value: unknown): void {
    this.replaceText(name, toJson(value));
  }
}

/** Whether a path, or a name in `root`, is a run with a model for each series. */
export function isSeriesRun(where: string, root = "runs"): boolean {
  try {
    return existsSync(join(runPath(where, root), RUN_FILES.series));
  } catch {
    return false; // no run at all: whoever opens it says so
  }
}

/** Whether it is one with a model for each series, or the folder of one of them. */
export function isOfSeries(where: string, root = "runs"): boolean {
  return isSeriesRun(where, root) || isSeriesPath(where, root);
}

/** @throws SluiceError where the run has a model for each of its series, for whoever takes one model */
export function checkOneModel(where: string, folder: RunFolder): void {
  check(!folder.has(RUN_FILES.series), () => {
    const one = seriesIn(folder.path).find(({ state }) => state === "done");
    const example = one ? `, such as ${join(folder.path, SERIES, one.id)}` : "";
    return `${where}: ${folder.path} has a model for each of its series; predict and evaluate take it, everything else the model of one: ${join(folder.path, SERIES, "ID")}${example}`;
  });
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function makeFolders(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new SluiceError(`run folder: cannot make ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** A folder that no list shows, of a name that nobody else has. */
function makeHidden(root: string, name: string): string {
  const path = join(root, `.${name}-${randomUUID()}`);
  try {
    mkdirSync(path);
    return path;
  } catch (error) {
    throw new SluiceError(`run folder: cannot make ${join(root, name)}: ${(error as Error).message}`, { cause: error });
  }
}

/** What systems say of a folder of that name which is there, and not empty. */
const TAKEN = new Set(["EEXIST", "ENOTEMPTY", "EPERM", "ENOTDIR"]);

/** Gives the folder its name; false when something of that name is there. */
function showAs(hidden: string, path: string): boolean {
  if (existsSync(path)) return false;
  try {
    renameSync(hidden, path);
    return true;
  } catch (error) {
    if (TAKEN.has((error as NodeJS.ErrnoException).code ?? "") && existsSync(path)) return false;
    throw new SluiceError(`run folder: cannot make ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** 2026-03-01T14:05:09 by the clock on the wall. */
function localTime(date: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day}T${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}
