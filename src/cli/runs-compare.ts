import { RUN_FILES, RunFolder } from "../runs/run-folder.js";
import { describeRun, type RunInfo } from "../runs/run-list.js";
import { aligned } from "./aligned.js";
import { footnote, RESULT_HEADER, resultCells } from "./runs-list.js";
import { settingText } from "./runs-show.js";
import type { Screen } from "./screen.js";
import { wrap } from "./text-width.js";

export interface ComparedRun extends RunInfo {
  readonly config: Readonly<Record<string, unknown>>;
  /** The part of the data that the result is of: "test", or "validation" where `compare` did not choose the run. */
  readonly part: string | null;
}

export interface ComparedRuns {
  readonly runs: readonly ComparedRun[];
  /** Names of the settings that are not the same in all runs. */
  readonly differences: readonly string[];
}

export function compareRuns(names: readonly string[], root: string): ComparedRuns {
  const runs = names.map((name) => {
    const folder = RunFolder.open(name, root);
    const config = folder.readJson(RUN_FILES.config) as Record<string, unknown>;
    const info = describeRun(folder.path);
    return { ...info, config, part: info.result?.part ?? null };
  });
  const settings = [...new Set(runs.flatMap(({ config }) => Object.keys(config)))];
  const differs = (name: string) => new Set(runs.map(({ config }) => JSON.stringify(config[name]))).size > 1;
  return { runs, differences: settings.filter(differs) };
}

export function comparedText({ runs, differences }: ComparedRuns, screen: Screen): string {
  const header = ["run", ...differences, "epochs", "part", ...RESULT_HEADER];
  const rows = runs.map(({ name, config, epochs, part, result }) => [
    name,
    ...differences.map((setting) => settingText(config[setting])),
    String(epochs),
    part ?? "–",
    ...resultCells(result),
  ]);
  const same = differences.length === 0 ? ["All settings are the same."] : [];
  const differ = (value: (run: ComparedRun) => unknown) => new Set(runs.map((run) => String(value(run)))).size > 1;
  const warning = differ(({ config }) => config["data"])
    ? ["The runs were made of different data: their results cannot be compared."]
    : differ(({ part }) => part)
      ? ["The results are of different parts of the data and cannot be compared."]
      : [];
  return [
    aligned(header, rows, screen.width),
    ...[...footnote(runs), ...same, ...warning].map((line) => wrap(line, screen.proseWidth)),
  ].join("\n\n");
}
