/** A comparison as files beside the runs: a table for people, JSON for programs. */
import { join } from "node:path";
import { metricTitle, type Entry, type Evaluation } from "../runs/evaluation.js";
import { writeWhole } from "../runs/files.js";
import { reportPage, type Block } from "../runs/report.js";
import { entriesTable } from "../runs/run-report.js";
import { colourOf } from "../runs/plots/colours.js";
import { drawPlot } from "../runs/plots/draw.js";
import { panelSpec } from "../runs/plots/lines.js";
import type { Plot } from "../runs/plots/render.js";
import { decisive, type Candidate, type Comparison } from "./compare.js";
import { showValues } from "./grid.js";

export interface ComparisonFiles {
  readonly json: string;
  readonly html: string;
}

/**
 * Writes `compare-DATE-NAME.json` and `.html`.
 * @param root the folder of the runs
 * @param command the command line or call that made it
 */
export async function writeComparison(
  root: string,
  name: string,
  command: string,
  comparison: Comparison,
): Promise<ComparisonFiles> {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  const path = join(root, `compare-${stamp}-${name}`);
  const files = { json: `${path}.json`, html: `${path}.html` };
  writeWhole(files.json, `${JSON.stringify({ command, ...comparisonObject(comparison) }, null, 2)}\n`);
  writeWhole(files.html, await pageOf(name, command, comparison));
  return files;
}

/** All but the pictures, which are in the runs' reports. */
export function comparisonObject({ task, candidates, best, test }: Comparison) {
  return {
    task,
    candidates: candidates.map((candidate) => ({ ...candidate, evaluation: withoutPictures(candidate.evaluation) })),
    best: { values: best.values, run: best.run },
    test: withoutPictures(test),
  };
}

function withoutPictures(evaluation: Evaluation): Omit<Evaluation, "pictures"> {
  const { pictures: _, ...rest } = evaluation;
  return rest;
}

/** What the columns of a comparison say beside the metrics. */
const COSTS = ["parameters", "epochs", "seconds", "s/epoch", "µs/step"] as const;

/** The candidates, the best first, then the baselines on the same part, as cells of a table. */
export function comparisonTable({ candidates, best }: Comparison): { header: string[]; rows: string[][] } {
  const { judge, entries } = best.evaluation;
  const metrics = commonMetrics(entries);
  const names = Object.keys(best.values);
  const sign = judge.mode === "min" ? 1 : -1;
  const ranked = [...candidates].sort((a, b) => sign * (decisive(a) - decisive(b)));
  const baselines = entries.slice(1).map((entry) => {
    const blank = [...names.slice(1), ...COSTS].map(() => "");
    return [entry.name, ...blank, ...metrics.map((metric) => figureOf(entry.values[metric]))];
  });
  return {
    header: [...names, ...COSTS, ...metrics.map((m) => (m === judge.name ? metricTitle(judge) : m))],
    rows: [...ranked.map((candidate) => rowOf(candidate, names, metrics)), ...baselines],
  };
}

/** What the network is measured by alone is of single classes, and of many classes too much for a row. */
function commonMetrics([network, ...baselines]: readonly Entry[]): string[] {
  const all = Object.keys(network!.values);
  return baselines.length === 0 ? all : all.filter((name) => baselines.some(({ values }) => name in values));
}

function rowOf(candidate: Candidate, names: readonly string[], metrics: readonly string[]): string[] {
  const { values, parameters, epochs, seconds, epochSeconds, stepMicroseconds, evaluation } = candidate;
  const own = evaluation.entries[0]!.values;
  return [
    ...names.map((name) => [values[name]].flat().join("+")),
    parameters.toLocaleString("en-US"),
    String(epochs),
    seconds.toFixed(1),
    ...[epochSeconds, stepMicroseconds].map((value) => value?.toPrecision(3) ?? "–"),
    ...metrics.map((metric) => figureOf(own[metric])),
  ];
}

function figureOf(value: number | undefined): string {
  return value === undefined ? "" : value.toPrecision(4);
}

async function pageOf(name: string, command: string, comparison: Comparison): Promise<string> {
  const { best, test, candidates } = comparison;
  const blocks: Block[] = [
    { text: `The best on the validation part was chosen, and it alone was measured on the test part.` },
    { heading: `On the validation part: ${best.evaluation.count} ${best.evaluation.of}` },
    { table: comparisonTable(comparison) },
    {
      text:
        "Below the networks stand the baselines, on the same part. s/epoch: an epoch of training with its validation, the median. " +
        "µs/step: one step of one sequence in a stream (model.stream()), the median of several rounds; where other layers need the " +
        "whole window, of the recurrent layers alone; – where these read both ways.",
    },
    { text: best.evaluation.verdict },
    ...(await drawPlot(curvesOf(candidates))),
    { heading: `The best on the test part: ${test.count} ${test.of}` },
    { text: test.verdict },
    { table: entriesTable(test) },
    { heading: "Runs" },
    { table: { rows: candidates.map(({ values, run }) => [Object.values(values).flat().join(" "), run]) } },
    { heading: "How this was made" },
    { command },
  ];
  return reportPage(`Comparison ${name}`, blocks);
}

/** Lines that can be told apart in one picture. */
const MOST_LINES = 8;

/** How the loss on the validation part fell, the best candidates of many. */
function curvesOf(candidates: readonly Candidate[]): Plot {
  const lowest = ({ validationLoss }: Candidate) => Math.min(...validationLoss.map((loss) => loss ?? Infinity));
  const shown = [...candidates].sort((a, b) => lowest(a) - lowest(b)).slice(0, MOST_LINES);
  const epochs = Math.max(...shown.map(({ validationLoss }) => validationLoss.length));
  const lines = shown.map(({ values, validationLoss }, i) => ({
    name: showValues(values),
    y: Array.from({ length: epochs }, (_, e) => validationLoss[e] ?? Number.NaN),
    colour: colourOf(i),
  }));
  const x = Array.from({ length: epochs }, (_, e) => e + 1);
  const part = shown.length < candidates.length ? ` The ${MOST_LINES} lowest of ${candidates.length}.` : "";
  return {
    title: "Loss on the validation part by epoch",
    ...(part !== "" && { subtitle: part.trim() }),
    description: `Lowest: ${shown.map((one) => `${showValues(one.values)} ${lowest(one).toPrecision(3)}`).join("; ")}.${part}`,
    spec: (width) => panelSpec({ x, xLabel: "epoch", lines, points: epochs === 1 }, width),
  };
}
