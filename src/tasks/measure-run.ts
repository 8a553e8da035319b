import { loadModel } from "sluice";
import type { DataSource } from "../data/index.js";
import { readEnvironment } from "../runs/environment.js";
import type { Evaluation } from "../runs/evaluation.js";
import { readHistory } from "../runs/metrics-jsonl.js";
import { RUN_FILES, type RunFolder } from "../runs/run-folder.js";
import { readOptions } from "./options.js";
import { sourceName } from "./source-name.js";
import { startValueOf } from "./start-value.js";
import type { Task } from "./task.js";
import type { TrainHooks } from "./train-task.js";
import { writeReport } from "./write-report.js";

/**
 * Measures a run that was measured on its validation part, and then chosen, on its test part; the evaluation and the report of the
 * folder are then of that part.
 * @param source the data that the run was made of
 * @param seconds that the run has taken so far, for the report
 */
export async function testRun(
  task: Task,
  source: DataSource,
  folder: RunFolder,
  seconds: number,
  hooks: TrainHooks,
): Promise<Evaluation> {
  const { task: _, data: __, ...settings } = folder.readJson(RUN_FILES.config) as Record<string, unknown>;
  const options = readOptions(`test ${folder.path}`, task.options, settings);
  // What preparing warns of was told when the run was trained.
  const prepared = await task.prepare(source, options, { warn: () => undefined, signal: hooks.signal });
  try {
    const model = await loadModel(folder.file(RUN_FILES.model));
    const begin = performance.now();
    await prepared.calibrate?.(model);
    const evaluation = await prepared.test(model);
    folder.replaceJson(RUN_FILES.evaluation, evaluation);
    const history = readHistory(folder.file(RUN_FILES.metrics));
    const made = readEnvironment(folder);
    const session = { ...made, prepared, source: sourceName(source), model, folder, hooks, before: null };
    if (hooks.report !== false)
      await writeReport(
        session,
        history,
        await startValueOf(prepared),
        evaluation,
        seconds + (performance.now() - begin) / 1000,
      );
    return evaluation;
  } finally {
    await prepared.close?.();
  }
}
