/** An evaluation for the terminal: network and baselines with their metrics, and the verdict. */
import { metricTitle, type Entry, type Evaluation } from "../runs/evaluation.js";
import { aligned } from "./aligned.js";
import { figure } from "./figures.js";
import type { Screen } from "./screen.js";
import { plain, widthOf, wrap } from "./text-width.js";

/** Metrics that are shown: those of many classes fill more than a screen. */
const SHOWN = 12;

/** All but the pictures. */
export type Measured = Omit<Evaluation, "pictures">;

/** What --json and the run's list keep of an evaluation. */
export function evaluationObject(evaluation: Evaluation): Measured {
  const { pictures: _, ...rest } = evaluation;
  return rest;
}

export function evaluationText(evaluation: Measured, screen: Screen): string {
  const { count, of, part, verdict } = evaluation;
  const where = part === "test" || part === "validation" ? `the ${part} part` : plain(part);
  const title = screen.style.bold(`On ${figure(count)} ${plain(of)} of ${where}:`);
  return [title, "", metricsText(evaluation, screen), "", wrap(plain(verdict), screen.proseWidth)].join("\n");
}

/** A row for each of network and baselines; or, where that is too wide, a column. */
function metricsText({ judge, entries }: Measured, { proseWidth }: Screen): string {
  const names = metricNames(entries, judge.name);
  const titles = names.map((name) => (name === judge.name ? metricTitle(judge) : name));
  const rows = entries.map(({ name, values }) => [name, ...names.map((metric) => metricText(values[metric]))]);
  const table = aligned(["", ...titles], rows, Infinity);
  if (widthOf(table.split("\n")[1]!) <= proseWidth) return table;
  const turned = titles.slice(0, SHOWN).map((title, i) => [title, ...rows.map((row) => row[i + 1]!)]);
  const rest = names.length - turned.length;
  const more = rest > 0 ? `\nand ${rest} more metrics in the report and with --json` : "";
  return aligned(["", ...entries.map(({ name }) => name)], turned, proseWidth) + more;
}

/** The one that decides first. */
function metricNames(entries: readonly Entry[], first: string): string[] {
  return [...new Set([first, ...entries.flatMap(({ values }) => Object.keys(values))])];
}

/** Null is what JSON made of a number that is not finite. */
export function metricText(value: number | null | undefined): string {
  if (value === undefined) return "";
  if (value === null) return "–";
  return Number.isInteger(value) && Math.abs(value) < 1000 ? value.toPrecision(4) : figure(value);
}
