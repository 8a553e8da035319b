import type { RunInfo, RunResult } from "../runs/run-list.js";
import { aligned } from "./aligned.js";
import { figure } from "./figures.js";
import type { Screen } from "./screen.js";

export function listText(runs: readonly RunInfo[], root: string, screen: Screen): string {
  if (runs.length === 0) return `There are no runs in ${root}.`;
  const header = ["run", "state", "task", "epochs", "metric", "network", "best baseline"];
  return aligned(header, runs.map(rowOf), screen.width);
}

function rowOf({ name, state, task, epochs, result }: RunInfo): string[] {
  const [metric, network, baseline] = result ? resultCells(result) : ["–", "–", "–"];
  return [name, state, task ?? "–", String(epochs), metric!, network!, baseline!];
}

/** Which is better is said in words, since a terminal may have no colours. */
export function resultCells({ metric, mode, network, baseline }: RunResult): string[] {
  const sign = mode === "min" ? 1 : -1;
  const wins = baseline === null || sign * network < sign * baseline.value;
  const other = baseline ? `${figure(baseline.value)} ${baseline.name}${wins ? "" : " (better)"}` : "–";
  return [metric, figure(network), other];
}
