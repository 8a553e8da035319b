/** An evaluation for the terminal: network and baselines with their metrics, and the verdict. */
import type { Entry, Evaluation } from "../runs/evaluation.js";
import { aligned } from "./aligned.js";
import { figure } from "./figures.js";
import type { Screen } from "./screen.js";
import { plain, wrap } from "./text-width.js";

/** All but the pictures. */
export type Measured = Omit<Evaluation, "pictures">;

export function evaluationText({ count, of, part, judge, entries, verdict }: Measured, screen: Screen): string {
  const names = metricNames(entries);
  const header = ["", ...names.map((name) => (name === judge.name ? withUnit(name, judge.unit) : name))];
  const rows = entries.map(({ name, values }) => [name, ...names.map((metric) => shown(values[metric]))]);
  const title = `On ${figure(count)} ${of} of the ${/^(test|validation)$/.test(part) ? `${part} part` : `file ${plain(part)}`}:`;
  const table = aligned(header, rows, screen.width);
  return [screen.style.bold(title), "", table, "", wrap(plain(verdict), screen.proseWidth)].join("\n");
}

/** "mae (°C)"; "nats a character" says it all by itself. */
function withUnit(name: string, unit: string | undefined): string {
  if (unit === undefined) return name;
  return unit.startsWith(name) ? unit : `${name} (${unit})`;
}

function metricNames(entries: readonly Entry[]): string[] {
  return [...new Set(entries.flatMap(({ values }) => Object.keys(values)))];
}

function shown(value: number | null | undefined): string {
  // null is what JSON made of a number that is not finite.
  return value === undefined ? "" : value === null ? "–" : figure(value);
}

/** What --json and the run's list keep of an evaluation: all but the pictures. */
export function evaluationObject(evaluation: Evaluation): Measured {
  const { pictures: _, ...rest } = evaluation;
  return rest;
}
