/** What is told of a training of many series, when it has ended. */
import { join } from "node:path";
import { SERIES_FILE, SERIES_FOLDER } from "../distributed/series/ledger.js";
import { bestAndWorst, betterTable, seriesTable, spreadTable } from "../distributed/series/tables.js";
import type { PerSeries } from "../distributed/series/train-series.js";
import { RUN_FILES } from "../runs/run-folder.js";
import { aligned } from "./aligned.js";
import { quoted } from "./command-line.js";
import { evaluationObject, evaluationText } from "./evaluation-text.js";
import { duration, figure } from "./figures.js";
import type { Screen } from "./screen.js";
import { wrap, wrapCommand } from "./text-width.js";

/** Series that are named; the report has more, and series.json all. */
const SHOWN = 5;

export function seriesObject({ folder, ledger, evaluation }: PerSeries): object {
  const { plan, series, summary, spent } = ledger;
  return {
    verb: "train",
    perSeries: true,
    task: "forecast",
    data: plan.data,
    run: folder,
    file: join(folder, SERIES_FILE),
    report: join(folder, RUN_FILES.report),
    seconds: spent,
    summary,
    series: series.map(({ run, state, ...rest }) => {
      return { ...rest, state, run: state === "done" ? join(folder, SERIES_FOLDER, run) : null };
    }),
    evaluation: evaluationObject(evaluation),
  };
}

export function seriesText({ folder, ledger, evaluation }: PerSeries, screen: Screen): string {
  const { bold } = screen.style;
  const { series, summary, spent } = ledger;
  const done = series.filter(({ state }) => state === "done");
  const { worst } = bestAndWorst(done, SHOWN);
  const without = series.filter(({ state }) => state !== "done");
  const warned = done.filter(({ warnings = [] }) => warnings.length > 0).length;
  const said = [
    ...without.slice(0, SHOWN).map(({ id, state, reason = "" }) => `Series ${id} ${state === "failed" ? "failed" : "was set aside"}: ${reason}`), // prettier-ignore
    ...(without.length > SHOWN ? [`${without.length - SHOWN} more have no model; ${SERIES_FILE} says why.`] : []),
    ...(warned > 0 ? [`Of the data of ${warned} series something should be known; ${SERIES_FILE} has it.`] : []),
  ];
  const next = [
    `sluice predict ${quoted(folder)} --data new.csv --out predictions.csv`,
    `sluice evaluate ${quoted(folder)} --data test.csv`,
    ...(done[0] ? [`sluice inspect ${quoted(join(folder, SERIES_FOLDER, done[0].id))}`] : []),
  ];
  const table = ({ header, rows }: { header: readonly string[]; rows: readonly (readonly string[])[] }) =>
    aligned(header, rows, screen.width);
  const facts = [
    ["Trained", `${figure(done.length)} of ${figure(series.length)} series, ${duration(spent)}`],
    ["Run", folder],
    ["Report", join(folder, RUN_FILES.report)],
  ];
  return [
    evaluationText(evaluation, screen),
    "",
    table(betterTable(summary!)),
    "",
    table(spreadTable(summary!)),
    "",
    bold("The worst:"),
    "",
    table(seriesTable(worst)),
    ...(said.length > 0 ? ["", ...said.map((line) => wrap(line, screen.proseWidth))] : []),
    "",
    aligned(null, facts, screen.width),
    "",
    bold("Next:"),
    ...next.map((line) => wrapCommand(`  ${line}`, screen.width)),
  ].join("\n");
}
