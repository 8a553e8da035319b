import { statSync } from "node:fs";
import { basename } from "node:path";
import type { History } from "sluice";
import type { Evaluation } from "../runs/evaluation.js";
import { RUN_FILES } from "../runs/run-folder.js";
import { runReport } from "../runs/run-report.js";
import { summarize } from "../model/summary.js";
import type { Pipeline, Prepared } from "./task.js";
import type { Session } from "./training.js";

/** "forecast of close from prices.csv" */
function titleOf({ pipeline, settings }: Prepared, source: string): string {
  const about = [settings["target"] ?? settings["label"] ?? []].flat();
  const of = about.length > 0 ? ` of ${about.join(", ")}` : "";
  return `${pipeline.task}${of} from ${basename(source)}`;
}

/**
 * Writes the page that tells the whole run; of a run that was interrupted, its curves.
 * @param start the monitored value before the first epoch, where that counts
 * @param seconds time that training and measuring took
 */
export async function writeReport<P extends Pipeline>(
  { prepared, model, folder, hooks, source, command, environment }: Session<P>,
  history: History,
  start: number | null,
  evaluation: Evaluation | null,
  seconds: number,
): Promise<void> {
  const { monitor, mode } = prepared.fit;
  const file = statSync(folder.file(RUN_FILES.model), { throwIfNoEntry: false });
  const page = await runReport({
    title: titleOf(prepared, source),
    task: prepared.pipeline.task,
    command,
    evaluation,
    history,
    monitor: { monitor, mode, start },
    training: hooks.fitter?.report?.() ?? [],
    summary: summarize(model),
    facts: prepared.facts,
    settings: prepared.settings,
    environment,
    seconds,
    model: { parameters: model.countParams(), bytes: file?.size ?? null },
    ...(evaluation === null && { interrupted: history.stopReason ?? "stopped" }),
  });
  folder.replaceText(RUN_FILES.report, page);
}
