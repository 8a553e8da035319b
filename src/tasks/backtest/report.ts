/** The page of a backtest. */
import { basename } from "node:path";
import { readEnvironment } from "../../runs/environment.js";
import { drawPicture } from "../../runs/plots/draw.js";
import { reportPage, type Block, type Table } from "../../runs/report.js";
import type { RunFolder } from "../../runs/run-folder.js";
import { beatsAll, entriesTable } from "../../runs/run-report.js";
import type { Entry, Judge } from "../../runs/evaluation.js";
import type { Backtest } from "./result.js";

/** Rows of a table at most; of more, the first and the last. */
const ROWS = 60;

export async function backtestReport(
  backtest: Backtest,
  { folder, command, seconds }: { folder: RunFolder; command: string; seconds: number },
): Promise<string> {
  const { evaluation, byOrigin, byStep, bySeries, notes, fits, settings, data } = backtest;
  const { judge, count, verdict, pictures } = evaluation;
  const drawn = (await Promise.all(pictures.map(drawPicture))).flat();
  const { environment } = readEnvironment(folder);
  const several = bySeries.length > 1;
  const blocks: Block[] = [
    { verdict, good: beatsAll(evaluation) },
    { heading: "Result" },
    { text: `${count} forecasts of ${byStep.length} steps from ${byOrigin.length} origins. ${trainings(fits.length)}` },
    { table: entriesTable(evaluation) },
    ...notes.map((text) => ({ text: `${text}.` })),
    ...drawn,
    { heading: `${judge.name} by origin` },
    { table: judgedTable("first step foreseen", byOrigin.map(({ at, entries }) => [String(at), entries]), judge) }, // prettier-ignore
    ...(byStep.length > 1 ? [{ heading: `${judge.name} by step of the horizon` }, { table: judgedTable("step", byStep.map(({ step, entries }) => [String(step), entries]), judge) }] : []), // prettier-ignore
    ...(several ? [{ heading: `${judge.name} by series` }, { table: judgedTable("series", bySeries.map(({ series, target, entries }) => [[series, target].filter((part) => part !== null).join(", "), entries]), judge) }] : []), // prettier-ignore
    { heading: "Settings" },
    { table: { rows: Object.entries(settings).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]) } }, // prettier-ignore
    { heading: "How this was made" },
    { command },
    { table: { rows: [["date", environment.date], ["time", `${seconds.toFixed(1)} s`], ["sluice", `${environment.sluice}, kernels ${environment.kernels}`], ["machine", `Node.js ${environment.node}, ${environment.platform}, ${environment.cpu}, ${environment.cores} cores`]] } }, // prettier-ignore
  ];
  return reportPage(`Backtest of ${basename(data)}`, blocks);
}

function trainings(count: number): string {
  if (count === 0) return "The network was trained before, on other data.";
  return count === 1
    ? "The network was trained once, on what is known at the first origin."
    : `The network was trained ${count} times, each time on what is known at an origin.`;
}

/** A row for each origin, step or series, with the judging metric of all entries; the best of each in bold. */
function judgedTable(
  title: string,
  rows: readonly (readonly [name: string, entries: readonly Entry[]])[],
  { name: metric, mode }: Judge,
): Table {
  const shown = rows.length <= ROWS ? rows : [...rows.slice(0, ROWS / 2), null, ...rows.slice(-ROWS / 2)];
  const sign = mode === "min" ? 1 : -1;
  const bold = new Set<string>();
  const cells = shown.map((row, r) => {
    if (row === null) return ["…", ...rows[0]![1].map(() => "…")];
    const values = row[1].map(({ values: own }) => own[metric] ?? NaN);
    const best = Math.min(...values.filter((value) => !Number.isNaN(value)).map((value) => sign * value));
    for (const [c, value] of values.entries()) if (sign * value === best) bold.add(`${r},${c + 1}`);
    return [row[0], ...values.map((value) => (Number.isNaN(value) ? "–" : value.toPrecision(4)))];
  });
  return { header: [title, ...rows[0]![1].map(({ name }) => name)], rows: cells, bold };
}
