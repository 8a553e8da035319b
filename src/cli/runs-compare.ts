import { RUN_FILES, RunFolder } from "../runs/run-folder.js";
import { describeRun, type RunInfo } from "../runs/run-list.js";
import { aligned } from "./aligned.js";
import { resultCells } from "./runs-list.js";
import { settingText } from "./runs-show.js";
import type { Screen } from "./screen.js";
import { wrap } from "./text-width.js";

export interface ComparedRuns {
  readonly runs: readonly (RunInfo & { readonly config: Readonly<Record<string, unknown>> })[];
  /** Names of the settings that are not the same in all runs. */
  readonly differences: readonly string[];
}

export function compareRuns(names: readonly string[], root: string): ComparedRuns {
  const runs = names.map((name) => {
    const folder = RunFolder.open(name, root);
    return { ...describeRun(folder.path), config: folder.readJson(RUN_FILES.config) as Record<string, unknown> };
  });
  const settings = [...new Set(runs.flatMap(({ config }) => Object.keys(config)))];
  const differs = (name: string) => new Set(runs.map(({ config }) => JSON.stringify(config[name]))).size > 1;
  return { runs, differences: settings.filter(differs) };
}

export function comparedText({ runs, differences }: ComparedRuns, screen: Screen): string {
  const header = ["run", ...differences, "epochs", "metric", "network", "best baseline"];
  const rows = runs.map(({ name, config, epochs, result }) => [
    name,
    ...differences.map((setting) => settingText(config[setting])),
    String(epochs),
    ...(result ? resultCells(result) : ["–", "–", "–"]),
  ]);
  const same = differences.length === 0 ? ["All settings are the same."] : [];
  const mixed = new Set(runs.map(({ config }) => String(config["data"]))).size > 1;
  const warning = mixed ? ["The runs were made of different data: their results cannot be compared."] : [];
  return [
    aligned(header, rows, screen.width),
    ...[...same, ...warning].map((line) => wrap(line, screen.proseWidth)),
  ].join("\n\n");
}
