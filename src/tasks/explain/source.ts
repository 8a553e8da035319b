/** What a run was trained on, where nothing else is given to look at. */
import { statSync } from "node:fs";
import { RUN_FILES, RunFolder } from "../../runs/run-folder.js";
import type { DataSource } from "../../data/index.js";
import { check, SluiceError } from "../../util/errors.js";
import { dataOf } from "../open-run.js";
import type { Run } from "../run.js";

/** The data of the run's configuration. @throws SluiceError for a model file, and where they are gone */
export function dataOfRun({ folder }: Run): string {
  check(
    folder !== null,
    () => "explain: a model file does not say what it was trained on; give a text, data or a clip",
  );
  const run = RunFolder.open(folder);
  const { data } = run.readJson(RUN_FILES.config) as { data?: unknown };
  return dataOf(`explain ${run.path}`, run, data);
}

/** Larger files are not read for the sake of their samples' gates. */
const LARGEST = 20_000_000;

/**
 * Data on which gates are measured where a single text or clip is explained: the run's own, if they are there and small.
 * @returns null where the explained data must do
 */
export function populationOf(run: Run): string | null {
  if (run.folder === null) return null;
  try {
    const path = dataOfRun(run);
    const file = statSync(path);
    return file.isFile() && file.size <= LARGEST ? path : null;
  } catch (error) {
    if (error instanceof SluiceError) return null;
    throw error;
  }
}

/** A text as the task takes texts: alone, or as the only cell of a row. */
export function textSource({ model, pipeline }: Run, text: string): DataSource {
  const { task, sample, inputs } = pipeline.signature(model);
  check(
    sample === "text",
    () => `explain: the model was trained to ${task} ${sample === "audio" ? "clips" : "rows"}, not texts; give data`,
  );
  return task === "classify" ? ([text] as unknown as DataSource) : [{ [inputs[0]!.name]: text }];
}
