import type { History } from "../train/history.js";
import type { Environment } from "./environment.js";
import { metricTitle, type Evaluation } from "./evaluation.js";
import { BEFORE_FIRST, bestEpochOf, curvePlots, type BestEpoch } from "./plots/curves.js";
import { drawPicture, drawPlot } from "./plots/draw.js";
import { reportPage, type Block, type Table } from "./report.js";

/** All that the report of a run is made from. */
export interface RunReport {
  readonly title: string;
  /** "forecast", "classify", … */
  readonly task: string;
  /** The command line or call that made the run. */
  readonly command: string;
  /** Null when training was interrupted before anything was measured: the page then has the curves only. */
  readonly evaluation: Evaluation | null;
  readonly history: History;
  /** Decides which epoch's weights were kept. */
  readonly monitor?: {
    readonly monitor: string;
    readonly mode: "min" | "max";
    /** Its value before the first epoch, where those weights count too. */
    readonly start?: number | null;
  };
  /** More of the training, behind its curves. */
  readonly training?: readonly Block[];
  /** The model's own table of layers. */
  readonly summary: string;
  /** What the data are: names and texts. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  /** All options, as in config.json. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly environment: Environment;
  /** Time that training and measuring took. */
  readonly seconds: number;
  readonly model?: { readonly parameters: number; readonly bytes: number | null };
  /** Why training stopped before its end. */
  readonly interrupted?: string;
}

/** The page `report.html` of a run: self-contained, without script and network, every text from data shown as text. */
export async function runReport(input: RunReport): Promise<string> {
  const { evaluation, facts, summary, settings } = input;
  return reportPage(input.title, [
    ...(input.interrupted === undefined
      ? []
      : [{ verdict: `Training was interrupted: ${input.interrupted}`, good: false }]),
    ...(evaluation ? await resultBlocks(evaluation) : []),
    ...(await trainingBlocks(input)),
    { heading: "Data" },
    { table: { rows: facts } },
    { heading: "Model" },
    ...modelBlocks(input),
    { code: summary },
    { heading: "Configuration" },
    { table: { rows: Object.entries(settings).map(([name, value]) => [name, showSetting(value)]) } },
    { heading: "How this was made" },
    { command: input.command },
    { table: { rows: provenance(input) } },
  ]);
}

async function resultBlocks(evaluation: Evaluation): Promise<Block[]> {
  const { verdict, count, of, part, pictures } = evaluation;
  const where = part === "test" || part === "validation" ? `the ${part} part` : part;
  const blocks: Block[] = [
    { verdict, good: beatsAll(evaluation) },
    { heading: "Result" },
    { text: `Measured on ${count} ${of} of ${where}, which the network was not trained on.` },
    { table: entriesTable(evaluation) },
  ];
  for (const picture of pictures) blocks.push(...(await drawPicture(picture)));
  return blocks;
}

export function beatsAll({ entries, judge }: Evaluation): boolean {
  const sign = judge.mode === "min" ? 1 : -1;
  const [own, ...others] = entries.map((entry) => sign * entry.values[judge.name]!);
  return others.every((value) => own! < value);
}

/** More metrics than stand beside each other on the page. */
const MANY = 6;

/** Network and baselines with their metrics, a row or (of many metrics) a column each; the best by the one that decides in bold. */
export function entriesTable({ entries, judge }: Pick<Evaluation, "entries" | "judge">): Table {
  const metrics = [...new Set([judge.name, ...entries.flatMap(({ values }) => Object.keys(values))])];
  const sign = judge.mode === "min" ? 1 : -1;
  const values = entries.map((entry) => sign * entry.values[judge.name]!);
  const best = Math.min(...values.filter(Number.isFinite));
  const titles = metrics.map((name) => (name === judge.name ? metricTitle(judge) : name));
  const names = entries.map(({ name }) => name);
  const figures = entries.map((entry) => metrics.map((metric) => showNumber(entry.values[metric])));
  if (metrics.length > MANY) {
    const bold = values.flatMap((value, c) => (value === best ? [`0,${c + 1}`] : []));
    const rows = titles.map((title, i) => [title, ...figures.map((own) => own[i]!)]);
    return { header: ["", ...names], rows, bold: new Set(bold) };
  }
  const bold = values.flatMap((value, r) => (value === best ? [`${r},0`, `${r},1`] : []));
  return { header: ["", ...titles], rows: figures.map((own, r) => [names[r]!, ...own]), bold: new Set(bold) };
}

async function trainingBlocks({ history, monitor, training = [] }: RunReport): Promise<Block[]> {
  if (history.epoch.length === 0) return [...training];
  const best = monitor ? bestEpochOf(history, monitor.monitor, monitor.mode, monitor.start) : null;
  const plots = (await Promise.all(curvePlots(history, best).map(drawPlot))).flat();
  return [{ heading: "Training" }, { text: trainingText(history, best) }, ...plots, ...training];
}

function trainingText({ epoch, stopReason }: History, best: BestEpoch | null): string {
  const count = epoch.length === 1 ? "1 epoch" : `${epoch.length} epochs`;
  const end = stopReason ? `Training ended after ${count}: ${stopReason}.` : `Training ran ${count}.`;
  if (best?.epoch === BEFORE_FIRST)
    return `${end} The weights are those before the first epoch: no epoch had a better ${best.monitor}.`;
  return best ? `${end} The weights are those of epoch ${best.epoch + 1}, whose ${best.monitor} was best.` : end;
}

function modelBlocks({ model }: RunReport): Block[] {
  if (!model) return [];
  const size = model.bytes === null ? "" : `; the file has ${showBytes(model.bytes)}`;
  return [{ text: `${model.parameters.toLocaleString("en")} parameters${size}.` }];
}

function provenance({ task, environment, seconds }: RunReport): string[][] {
  const { sluice, node, platform, cpu, cores, kernels, date, workers } = environment;
  return [
    ["task", task],
    ["date", date],
    ["training and measuring", `${seconds.toFixed(1)} s`],
    ...(workers === undefined ? [] : [["threads", `${workers}, for shards of each batch`]]),
    ["sluice", `${sluice}, kernels ${kernels}`],
    ["machine", `Node.js ${node}, ${platform}, ${cpu}, ${cores} cores`],
  ];
}

function showNumber(value: number | undefined): string {
  if (typeof value !== "number" || Number.isNaN(value)) return "–";
  const text = Math.abs(value) < 1e4 ? value.toPrecision(4) : Math.round(value).toLocaleString("en");
  return text.replace("-", "−");
}

function showSetting(value: unknown): string {
  if (value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function showBytes(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}
