/** The end of a training of many series: what they come to together, files and report. */
import { rmSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Evaluation } from "../../runs/evaluation.js";
import { RUN_FILES } from "../../runs/run-folder.js";
import { check } from "../../util/errors.js";
import { SERIES_FOLDER, type Ledger } from "./ledger.js";
import { pool } from "./pool.js";
import { writeSeriesReport } from "./report.js";
import type { TrainedSeries } from "./result.js";
import { answerOf } from "./series.js";

/** @throws SluiceError where no series has a model */
export async function finishSeries(ledger: Ledger): Promise<Evaluation> {
  const { folder, series } = ledger;
  const place = folder.file(SERIES_FOLDER);
  // What workers that were killed left half made.
  for (const name of readdirSync(place)) if (name.startsWith(".")) rmSync(join(place, name), { recursive: true });
  rmSync(join(folder.path, "store"), { recursive: true, force: true });
  const done = series.filter(({ state }) => state === "done");
  check(done.length > 0, () => {
    const first = series.find(({ reason }) => reason !== undefined);
    return `series: none of ${series.length} series could be trained${first ? `; the first, ${first.id}: ${first.reason}` : ""}`;
  });
  const parts = done.map(({ run, id }) => {
    const result: TrainedSeries | null = answerOf(join(place, run));
    check(result !== null, () => `series: the result of ${id} is gone from ${join(place, run)}; go on with --resume`);
    return result;
  });
  const { evaluation, better, spread } = pool(parts, "test");
  const count = (state: string) => series.filter((one) => one.state === state).length;
  ledger.summary = { series: done.length, setAside: count("set aside"), failed: count("failed"), better, spread };
  ledger.write();
  folder.replaceJson(RUN_FILES.evaluation, evaluation);
  await writeSeriesReport(ledger, evaluation);
  return evaluation;
}
