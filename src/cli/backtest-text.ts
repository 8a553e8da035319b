/** What is told of a backtest that has just ended. */
import { join } from "node:path";
import { metricTitle, type Entry, type Judge } from "../runs/evaluation.js";
import { RUN_FILES } from "../runs/run-folder.js";
import { BACKTEST_FILE } from "../tasks/backtest/finish.js";
import type { Backtest } from "../tasks/backtest/result.js";
import { aligned } from "./aligned.js";
import { evaluationObject, evaluationText, metricText } from "./evaluation-text.js";
import { duration, figure } from "./figures.js";
import type { Screen } from "./screen.js";
import type { Reply } from "./verbs.js";

/** Rows of a table that are shown; the report has all. */
const SHOWN = 12;

export function backtestReply(backtest: Backtest, seconds: number, screen: Screen): Reply {
  const { data, settings, folder, fits, evaluation, byOrigin, byStep, bySeries, notes } = backtest;
  const [file, report] = [join(folder, BACKTEST_FILE), join(folder, RUN_FILES.report)];
  const measured = evaluationObject(evaluation);
  const object = { verb: "backtest", task: "forecast", data, run: folder, file, report, settings, seconds, fits, evaluation: measured, byOrigin, byStep, bySeries, notes }; // prettier-ignore
  const trained = fits.length === 0 ? "before, on other data" : `${figure(fits.length)} times, ${duration(seconds)}`;
  const { judge } = evaluation;
  const tables = [
    judgedTable(`${metricTitle(judge)} from`, byOrigin.map(({ at, entries }) => [String(at), entries]), judge, screen), // prettier-ignore
    ...(byStep.length > 1
      ? [judgedTable(`${metricTitle(judge)} at step`, byStep.map(({ step, entries }) => [String(step), entries]), judge, screen)] // prettier-ignore
      : []),
  ];
  const facts = [["Trained", trained], ["Run", folder], ["Report", report]]; // prettier-ignore
  const text = [evaluationText(evaluation, screen), ...tables.flatMap((table) => ["", table]), "", aligned(null, facts, Infinity)]; // prettier-ignore
  return { object, text: text.join("\n") };
}

function judgedTable(
  title: string,
  rows: readonly (readonly [name: string, entries: readonly Entry[]])[],
  { name: metric }: Judge,
  { proseWidth }: Screen,
): string {
  const cells = rows.map(([name, entries]) => [name, ...entries.map(({ values }) => metricText(values[metric]))]);
  const shown = cells.length <= SHOWN ? cells : [...cells.slice(0, SHOWN / 2), ...cells.slice(-SHOWN / 2)];
  const table = aligned([title, ...rows[0]![1].map(({ name }) => name)], shown, proseWidth);
  return shown.length === cells.length ? table : `${table}\nthe first and the last ${SHOWN / 2} of ${cells.length}; all are in the report`; // prettier-ignore
}
