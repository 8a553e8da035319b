/** Where a served model lies: a run folder, or a model file. */
import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { fileAt, RunFolder } from "../../runs/run-folder.js";
import { modelIn } from "../../runs/model-in.js";
import { check, show, SluiceError } from "../../util/errors.js";
import type { Limits } from "../limits.js";
import type { ServerMetrics } from "../metrics/server-metrics.js";
import { isModelName, openServed, type ServedModel } from "../served-model.js";

/** A model by its place on this machine. */
export interface ModelPath {
  /** What requests call it. Default: the name of the run's folder, or of the file without its ending. */
  readonly name?: string;
  /** A run folder, "latest", the name of a run in `runs`, or a .safetensors file. */
  readonly path: string;
}

export interface ModelFile {
  readonly name: string;
  /** The file itself, absolute. */
  readonly file: string;
}

/** @throws SluiceError when there is no such run or file, the run holds no model, or the name is none */
export function modelFile({ name, path }: ModelPath, root = "runs"): ModelFile {
  const file = resolve(fileOf(path, root));
  const called = name ?? nameOf(file);
  check(isModelName(called), () => {
    return `serve: a model's name is made of letters, digits, "-", "_" and ".", got ${show(called)}; give another one: name=${path}`;
  });
  return { name: called, file };
}

function fileOf(path: string, root: string): string {
  const own = fileAt(path, root);
  if (own !== null) return own;
  const folder = RunFolder.open(path, root);
  return modelIn("serve", folder);
}

/** Files of runs are all called alike: their folder tells them apart. */
function nameOf(file: string): string {
  const own = basename(file).replace(/\.safetensors$/i, "");
  if (["best", "last"].includes(own) && basename(dirname(file)) === "checkpoints")
    return basename(dirname(dirname(file)));
  return own === "model" ? basename(dirname(file)) : own;
}

/** Reads the file and makes it a model that can be served. */
export async function openFile(
  { name, file }: ModelFile,
  limits: Partial<Limits>,
  metrics: ServerMetrics,
): Promise<ServedModel> {
  const served = await openServed({ name, bytes: await readFile(file), limits, metrics }).catch((error: Error) => {
    throw new SluiceError(`serve: ${file} holds no model: ${error.message}`, { cause: error });
  });
  metrics.loads.add({ model: name, outcome: "loaded" });
  return served;
}
