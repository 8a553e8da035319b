/** The report of a training of many series: how they did together, how they are spread, the best, the worst, and those without a model. */
import type { Evaluation, Picture } from "../../runs/evaluation.js";
import { drawPicture, drawPlot } from "../../runs/plots/draw.js";
import { histogramPlot } from "../../runs/plots/histogram.js";
import { reportPage, type Block } from "../../runs/report.js";
import { RUN_FILES } from "../../runs/run-folder.js";
import { beatsAll, entriesTable } from "../../runs/run-report.js";
import type { Ledger, SeriesRecord } from "./ledger.js";
import { betterTable, bestAndWorst, seriesTable, spreadTable } from "./tables.js";

/** Rows of a table. */
const MOST = 12;
/** Series without a model that are named; series.json has all. */
const NAMED = 100;

/** A series with its pictures. */
export interface Shown {
  readonly id: string;
  readonly pictures: readonly Picture[];
}

/** @param shown the best series and, of more than one, the worst */
export async function writeSeriesReport(
  { folder, plan, series, summary }: Ledger,
  evaluation: Evaluation,
  [first, last]: readonly Shown[],
): Promise<void> {
  const { setAside, failed } = summary!;
  const done = series.filter(({ state }) => state === "done");
  const { best, worst } = bestAndWorst(done, MOST);
  const missing = setAside + failed;
  const without = missing === 0 ? "" : missing === 1 ? " One has none; it stands below." : ` ${missing} have none; they stand below.`; // prettier-ignore
  const blocks: Block[] = [
    { verdict: evaluation.verdict, good: beatsAll(evaluation) },
    { text: `${done.length} of ${series.length} series have a model each, trained on the series alone.${without}` },
    { heading: "All series together" },
    { text: `Measured on ${evaluation.count} ${evaluation.of} of the test parts, which no network was trained on. RMSE, MAE and sMAPE are over all points, so that series with large values count more; MASE measures each series in the mean error of its own naive forecast in training.` }, // prettier-ignore
    { table: entriesTable(evaluation) },
    { heading: "From series to series" },
    { table: betterTable(summary!) },
    ...(await histogram(done)),
    { table: spreadTable(summary!) },
    { heading: "The best" },
    { table: seriesTable(best) },
    ...(await drawn(first)),
    { heading: "The worst" },
    { table: seriesTable(worst) },
    ...(await drawn(last)),
    ...unfit(series),
    { heading: "Configuration" },
    { table: { rows: Object.entries(plan.settings).map(([name, value]) => [name, shown(value)]) } },
    { heading: "How this was made" },
    { command: plan.command },
  ];
  folder.replaceText(RUN_FILES.report, reportPage(`A model for each series: ${folder.name}`, blocks));
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** One step ahead, or with its intervals: what the task shows first. */
async function drawn(shown: Shown | undefined): Promise<Block[]> {
  const [picture] = shown?.pictures ?? [];
  return picture ? drawPicture(picture) : [];
}

async function histogram(done: readonly SeriesRecord[]): Promise<Block[]> {
  const values = (of: (one: SeriesRecord) => number | null | undefined) => done.map(of).filter((value) => typeof value === "number"); // prettier-ignore
  const lists = [
    { name: "network", values: values(({ value }) => value) },
    { name: "best naive forecast of the series", values: values(({ baseline }) => baseline?.value) },
  ];
  if (lists.every((list) => list.values.length === 0)) return [];
  return drawPlot(
    histogramPlot({
      title: "MASE of the series",
      subtitle: "Below 1 the forecast is closer than the naive one was, on average, in training.",
      xLabel: "MASE on the test part",
      yLabel: "series",
      lists,
    }),
  );
}

function unfit(series: readonly SeriesRecord[]): Block[] {
  const rows = series
    .filter(({ state }) => state === "set aside" || state === "failed")
    .map(({ id, rows: count, state, reason = "" }) => [id, String(count), state, reason]);
  if (rows.length === 0) return [];
  const more = rows.length > NAMED ? [{ text: `${rows.length - NAMED} more stand in series.json.` }] : [];
  return [{ heading: "Without a model" }, { table: { header: ["series", "rows", "state", "why"], rows: rows.slice(0, NAMED) } }, ...more]; // prettier-ignore
}
