/** A comparison as files beside the runs: a table for people, JSON for programs. */
import { join } from "node:path";
import { metricTitle, type Entry, type Evaluation } from "../runs/evaluation.js";
import { writeWhole } from "../runs/files.js";
import { reportPage, type Block } from "../runs/report.js";
import { entriesTable } from "../runs/run-report.js";
import { decisive, type Candidate, type Comparison } from "./compare.js";

export interface ComparisonFiles {
  readonly json: string;
  readonly html: string;
}

/**
 * Writes `compare-DATE-NAME.json` and `.html`.
 * @param root the folder of the runs
 * @param command the command line or call that made it
 */
export function writeComparison(root: string, name: string, command: string, comparison: Comparison): ComparisonFiles {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  const path = join(root, `compare-${stamp}-${name}`);
  const files = { json: `${path}.json`, html: `${path}.html` };
  writeWhole(files.json, `${JSON.stringify({ command, ...comparisonObject(comparison) }, null, 2)}\n`);
  writeWhole(files.html, pageOf(name, command, comparison));
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

/** The candidates, the best first, as cells of a table. */
export function comparisonTable({ candidates, best }: Comparison): { header: string[]; rows: string[][] } {
  const { judge, entries } = best.evaluation;
  const metrics = commonMetrics(entries);
  const names = Object.keys(best.values);
  const sign = judge.mode === "min" ? 1 : -1;
  const ranked = [...candidates].sort((a, b) => sign * (decisive(a) - decisive(b)));
  return {
    header: [
      ...names,
      "parameters",
      "epochs",
      "seconds",
      ...metrics.map((m) => (m === judge.name ? metricTitle(judge) : m)),
    ],
    rows: ranked.map((candidate) => rowOf(candidate, names, metrics)),
  };
}

/** What the network is measured by alone is of single classes, and of many classes too much for a row. */
function commonMetrics([network, ...baselines]: readonly Entry[]): string[] {
  const all = Object.keys(network!.values);
  return baselines.length === 0 ? all : all.filter((name) => baselines.some(({ values }) => name in values));
}

function rowOf(candidate: Candidate, names: readonly string[], metrics: readonly string[]): string[] {
  const { values, parameters, epochs, seconds, evaluation } = candidate;
  const own = evaluation.entries[0]!.values;
  return [
    ...names.map((name) => [values[name]].flat().join("+")),
    parameters.toLocaleString("en-US"),
    String(epochs),
    seconds.toFixed(1),
    ...metrics.map((metric) => own[metric]!.toPrecision(4)),
  ];
}

function pageOf(name: string, command: string, comparison: Comparison): string {
  const { best, test } = comparison;
  const blocks: Block[] = [
    { text: `The best on the validation part was chosen, and it alone was measured on the test part.` },
    { heading: `On the validation part: ${best.evaluation.count} ${best.evaluation.of}` },
    { table: comparisonTable(comparison) },
    { heading: `The best on the test part: ${test.count} ${test.of}` },
    { text: test.verdict },
    { table: entriesTable(test) },
    { heading: "Runs" },
    { table: { rows: comparison.candidates.map(({ values, run }) => [Object.values(values).flat().join(" "), run]) } },
    { heading: "How this was made" },
    { command },
  ];
  return reportPage(`Comparison ${name}`, blocks);
}
