/** The end of a training of many series: what they come to together, files and report. */
import { rmSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { loadModel } from "sluice";
import { takeRows } from "../../data/index.js";
import type { Evaluation } from "../../runs/evaluation.js";
import { RUN_FILES } from "../../runs/run-folder.js";
import { forecastTask } from "../../tasks/forecast/forecast-task.js";
import type { ForecastOptions } from "../../tasks/forecast/options.js";
import { check } from "../../util/errors.js";
import { SERIES_FOLDER, type Ledger, type SeriesRecord } from "./ledger.js";
import { pool } from "./pool.js";
import { writeSeriesReport, type Shown } from "./report.js";
import type { TrainedSeries } from "./result.js";
import { answerOf } from "./series.js";
import type { Split } from "./split.js";
import { bestAndWorst } from "./tables.js";

/** @throws SluiceError where no series has a model */
export async function finishSeries(split: Split, ledger: Ledger, options: ForecastOptions): Promise<Evaluation> {
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
  const { best, worst } = bestAndWorst(done, 1);
  const shown = await Promise.all([...best, ...worst].map((record) => shownOf(record, split, options, place)));
  await writeSeriesReport(ledger, evaluation, shown);
  return evaluation;
}

/** A series that the report shows, measured once more: what pictures take is not kept of thousands. */
async function shownOf(
  { id, run }: SeriesRecord,
  split: Split,
  options: ForecastOptions,
  place: string,
): Promise<Shown> {
  const { rows, seed } = split.series.find(({ name }) => name === run)!;
  const context = { warn: () => undefined, signal: undefined };
  const prepared = await forecastTask.prepare(takeRows(split.table, rows), { ...options, seed }, context);
  const model = await loadModel(join(place, run, RUN_FILES.model));
  await prepared.calibrate?.(model);
  return { id, pictures: (await prepared.test(model)).pictures };
}
