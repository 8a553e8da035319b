import { existsSync } from "node:fs";
import type { Evaluation } from "../runs/evaluation.js";
import { hasJournal, readJournal } from "../distributed/parallel/diloco/journal.js";
import { RUN_FILES, RunFolder } from "../runs/run-folder.js";
import { describeRun, type RunInfo } from "../runs/run-list.js";
import { aligned } from "./aligned.js";
import { quoted } from "./command-line.js";
import { dilocoFacts, dilocoObject } from "./diloco-text.js";
import { evaluationObject, evaluationText, type Measured } from "./evaluation-text.js";
import { figure } from "./figures.js";
import type { Screen } from "./screen.js";
import { VERBS } from "./verbs.js";

export interface ShownRun extends RunInfo {
  readonly config: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, unknown>>;
  readonly files: readonly string[];
  readonly evaluation: Measured | null;
  /** Of a run that was trained on shards. */
  readonly diloco?: object;
}

export function showRun(where: string, root: string): ShownRun {
  const folder = RunFolder.open(where, root);
  const object = (name: string) => (folder.has(name) ? (folder.readJson(name) as Record<string, unknown>) : {});
  const files = Object.values(RUN_FILES).map((name) => folder.file(name));
  const evaluation = folder.has(RUN_FILES.evaluation) ? evaluationOf(folder) : null;
  return {
    ...describeRun(folder.path),
    config: object(RUN_FILES.config),
    environment: object(RUN_FILES.environment),
    files: files.filter((path) => existsSync(path)),
    evaluation: evaluation && evaluationObject(evaluation),
    ...(hasJournal(folder) && { diloco: dilocoObject(readJournal(folder)) }),
  };
}

function evaluationOf(folder: RunFolder): Evaluation {
  return folder.readJson(RUN_FILES.evaluation) as unknown as Evaluation;
}

export function shownText(run: ShownRun, screen: Screen): string {
  const { bold } = screen.style;
  const cells = (object: object) => Object.entries(object).map(([name, value]) => [name, settingText(value)]);
  const { path, state, problem, date, epochs, config, environment, evaluation } = run;
  const own = trainingsText(run) ?? (config["verb"] === undefined ? { Epochs: epochs } : {});
  const head = { Run: path, State: problem ? `${state} (${problem})` : state, Begun: date ?? "–", ...own };
  const shards = run.diloco ? dilocoFacts(readJournal(RunFolder.open(path))) : [];
  return [
    aligned(null, [...cells(head), ...shards], screen.width),
    ...(evaluation ? [evaluationText(evaluation, screen)] : []),
    `${bold("Settings")}\n${aligned(null, cells(config), screen.width)}`,
    `${bold("Made by")}\n${aligned(null, cells(environment), screen.width)}`,
    ...(state === "interrupted" ? [`Go on with:  sluice ${verbOf(config)} --resume ${quoted(path)}`] : []),
  ].join("\n\n");
}

/** Of what is made of trainings, each of which has epochs of its own. */
function trainingsText({ trainings, epochs }: ShownRun): Record<string, string> | null {
  if (!trainings) return null;
  const { of, done, failed, all } = trainings;
  const waiting = all - done - failed;
  const rest = [
    ...(failed > 0 ? [`${failed} without a ${of === "series" ? "model" : "result"}`] : []),
    ...(waiting > 0 ? [`${waiting} to come`] : []),
  ];
  const name = of === "series" ? "Series" : "Trials";
  return {
    [name]: [`${done} of ${all} done`, ...rest, `${figure(epochs)} ${epochs === 1 ? "epoch" : "epochs"} in all`].join(
      ", ",
    ),
  };
}

/** That which began it. */
function verbOf({ verb }: ShownRun["config"]): string {
  return typeof verb === "string" && Object.hasOwn(VERBS, verb) ? verb : "train";
}

export function settingText(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (Array.isArray(value)) return value.map(settingText).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
