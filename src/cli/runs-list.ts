import type { RunInfo, RunResult } from "../runs/run-list.js";
import { aligned } from "./aligned.js";
import { metricText } from "./evaluation-text.js";
import type { Screen } from "./screen.js";

/** What stands above the cells of `resultCells`. */
export const RESULT_HEADER = ["metric", "network", "baseline"];

/** Marks a baseline that is better than the network: in words below, since a terminal may have no colours. */
const BETTER = "*";

export function listText(runs: readonly RunInfo[], root: string, screen: Screen): string {
  if (runs.length === 0) return `There are no runs in ${root}.`;
  // Almost all results are of test parts: a column for it would say nothing new.
  const parts = runs.some(({ result }) => result !== null && result.part !== "test");
  const rows = runs.map(({ name, state, task, result }) => {
    return [name, state, task ?? "–", ...(parts ? [result?.part ?? "–"] : []), ...resultCells(result)];
  });
  const header = ["run", "state", "task", ...(parts ? ["part"] : []), ...RESULT_HEADER];
  const table = aligned(header, rows, screen.width);
  return [table, ...footnote(runs)].join("\n\n");
}

/** The metric that decides, with its value for the network and for the best baseline. */
export function resultCells(result: RunResult | null): string[] {
  if (result === null) return ["–", "–", "–"];
  const { metric, network, baseline } = result;
  if (baseline === null) return [metric, metricText(network), "–"];
  return [metric, metricText(network), metricText(baseline.value) + (loses(result) ? BETTER : "")];
}

function loses({ mode, network, baseline }: RunResult): boolean {
  return baseline !== null && (mode === "min" ? baseline.value < network : baseline.value > network);
}

export function footnote(runs: readonly RunInfo[]): string[] {
  return runs.some(({ result }) => result && loses(result)) ? [`${BETTER} better than the network`] : [];
}
