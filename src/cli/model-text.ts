/** A run or model file: what it is, what it does to raw data, how large it is. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { RUN_FILES } from "../runs/run-folder.js";
import { summarize } from "../model/summary.js";
import { openRun } from "../tasks/open-run.js";
import { aligned } from "./aligned.js";
import { evaluationObject, evaluationText, type Measured } from "./evaluation-text.js";
import { figure, size } from "./figures.js";
import type { Screen } from "./screen.js";

export interface ModelFacts {
  readonly kind: "model";
  readonly task: string;
  /** Null for a model file outside of a run folder. */
  readonly run: string | null;
  readonly bytes: number | null;
  readonly parameters: number;
  readonly layers: readonly string[];
  readonly summary: string;
  /** What is done to raw data, and undone in answers, as the file keeps it. */
  readonly preprocessing: unknown;
  readonly evaluation: Measured | null;
}

export async function inspectModel(what: string): Promise<ModelFacts> {
  const { model, pipeline, folder, evaluation } = await openRun(what);
  const file = folder === null ? what : join(folder, RUN_FILES.model);
  return {
    kind: "model",
    task: pipeline.task,
    run: folder,
    bytes: statSync(file, { throwIfNoEntry: false })?.size ?? null,
    parameters: model.countParams(),
    layers: model.layers.map(({ name, className }) => `${name} (${className})`),
    summary: summarize(model),
    preprocessing: pipeline.toJSON(),
    evaluation: evaluation && evaluationObject(evaluation),
  };
}

export function modelText(facts: ModelFacts, screen: Screen): string {
  const { bold } = screen.style;
  const head = [
    ["Task", facts.task],
    ...(facts.run === null ? [] : [["Run", facts.run]]),
    ["Parameters", figure(facts.parameters)],
    ["File", facts.bytes === null ? "not finished" : size(facts.bytes)],
  ];
  return [
    aligned(null, head, screen.width),
    facts.summary,
    `${bold("Preprocessing")}\n${aligned(null, listed("", facts.preprocessing, DEEPEST), screen.width)}`,
    ...(facts.evaluation ? [evaluationText(facts.evaluation, screen)] : []),
  ].join("\n\n");
}

/** Deeper parts are told by their size only. */
const DEEPEST = 5;
/** Longer lists are told by their length only. */
const LONGEST = 8;

/** Names and values of a JSON value, those inside of objects with dots. */
function listed(name: string, value: unknown, depth: number): [name: string, text: string][] {
  if (value === null || value === undefined) return [];
  if (typeof value !== "object") return [[name, String(value)]];
  if (Array.isArray(value)) return [[name, listText(value)]];
  const entries = Object.entries(value);
  if (depth === 0) return [[name, `${entries.length} entries`]];
  return entries.flatMap(([key, part]) => listed(name === "" ? key : `${name}.${key}`, part, depth - 1));
}

function listText(list: readonly unknown[]): string {
  const plain = list.every((item) => item === null || typeof item !== "object");
  if (!plain || list.length > LONGEST) return `${figure(list.length)} entries`;
  return list.map((item) => (typeof item === "number" ? figure(item) : String(item))).join(", ");
}
