/** Answers as files and as text: CSV, TSV, JSON lines, JSON. */
import type { Answer } from "../tasks/task.js";
import { aligned } from "./aligned.js";
import { figure } from "./figures.js";

export const ANSWER_FORMATS = ["csv", "tsv", "jsonl", "json"] as const;
export type AnswerFormat = (typeof ANSWER_FORMATS)[number];
type Value = Answer[string];

/** Between the labels of an answer that has several. */
const BETWEEN = "|";

export function writeAnswers(answers: readonly Answer[], format: AnswerFormat): string {
  if (format === "json") return `${JSON.stringify(answers, finite, 2)}\n`;
  if (format === "jsonl") return answers.map((answer) => `${JSON.stringify(answer, finite)}\n`).join("");
  const delimiter = format === "csv" ? "," : "\t";
  const names = namesOf(answers);
  const record = (cells: readonly string[]) => `${cells.map((cell) => field(cell, delimiter)).join(delimiter)}\n`;
  return [names, ...answers.map((answer) => names.map((name) => textOf(answer[name])))].map(record).join("");
}

export function answersTable(answers: readonly Answer[], width: number): string {
  const names = namesOf(answers);
  const shown = (value: Value | undefined) => (typeof value === "number" ? figure(value) : textOf(value));
  const rows = answers.map((answer) => names.map((name) => shown(answer[name])));
  return aligned(names, rows, width);
}

/** All names, in the order in which they come first. */
function namesOf(answers: readonly Answer[]): string[] {
  return [...new Set(answers.flatMap((answer) => Object.keys(answer)))];
}

/** Numbers with all their digits, so that reading them gives the same number; "" for what is not there. */
function textOf(value: Value | undefined): string {
  if (value === undefined || value === null || (typeof value === "number" && Number.isNaN(value))) return "";
  return Array.isArray(value) ? value.join(BETWEEN) : String(value);
}

/** RFC 4180, 2.5 to 2.7. */
function field(text: string, delimiter: string): string {
  return text.includes(delimiter) || /["\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function finite(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}
