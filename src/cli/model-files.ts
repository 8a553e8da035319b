/** Models as the command line names them: a run, or a file of any system. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { isTfjs, MODEL_ENDING } from "../interop/formats.js";
import { openAnyModel, type OpenedModel, type OpenOptions } from "../interop/open.js";
import { fileAt, isSeriesPath } from "../runs/run-folder.js";
import { openRun } from "../tasks/open-run.js";
import { check } from "../util/errors.js";

/** A run's model has the weights of its best epoch. */
export async function openModelOrRun(where: string, options: OpenOptions = {}): Promise<OpenedModel> {
  const file = fileAt(where);
  if (file !== null || (/\.\w+$/.test(where) && !isSeriesPath(where))) return openAnyModel(file ?? where, options);
  return { format: "sluice", model: (await openRun(where)).model };
}

/** Whether a path is a model's and not data: by its ending, and a JSON file by what is in it. */
export function isModelFile(path: string): boolean {
  if (MODEL_ENDING.test(path)) return true;
  return /\.json$/i.test(path) && existsSync(path) && statSync(path).isFile() && isTfjs(readFileSync(path));
}

export function checkFree(paths: readonly string[], force: boolean): void {
  const taken = paths.find((path) => existsSync(path));
  check(force || taken === undefined, () => `${taken} is there already; --force overwrites it`);
}
