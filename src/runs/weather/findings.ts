/** What came out, in numbers and in plain words. */
import { compare, score, type Difference, type Score } from "./scores.js";

export interface Finding {
  name: string;
  forecast: readonly number[];
  score: Score;
  /** How much larger the absolute error is than the first forecast's; null for the first itself. */
  behind: Difference | null;
}

/** @param forecasts the model's first, then the others, by name */
export function findings(truth: readonly number[], forecasts: ReadonlyMap<string, readonly number[]>): Finding[] {
  const [first] = forecasts.values();
  return [...forecasts].map(([name, forecast]) => ({
    name,
    forecast,
    score: score(truth, forecast),
    behind: forecast === first ? null : compare(truth, first!, forecast),
  }));
}

export const HEADER = ["forecast", "mean absolute error", "root mean squared error"];

export function rowOf({ name, score }: Finding): string[] {
  return [name, `${score.mae.toFixed(2)} °C`, `${score.rmse.toFixed(2)} °C`];
}

/** One sentence on each opponent: whether the GRU is better, and whether chance would explain it. */
export function verdicts([own, ...others]: readonly Finding[]): string[] {
  return others.map(({ name, score, behind }) => {
    const { mean, low, high } = behind!;
    const share = `${Math.abs(Math.round((1 - own!.score.mae / score.mae) * 100))} %`;
    const relation = mean > 0 ? `smaller than` : `larger than`;
    const interval = `95 % interval of the difference ${degrees(low)} to ${degrees(high)} °C`;
    const certain = low > 0 || high < 0 ? "more than chance would explain" : "chance may explain it";
    return `The GRU's mean absolute error is ${share} ${relation} that of "${name}" (${interval}: ${certain}).`;
  });
}

/** The same in one line: what a reader wants to know first. */
export function summaryOf([own, ...others]: readonly Finding[]): string {
  const ahead = others.filter(({ score }) => score.mae <= own!.score.mae).map(({ name }) => name);
  const tied = others.filter(({ behind }) => behind!.mean > 0 && behind!.low <= 0).map(({ name }) => name);
  if (ahead.length > 0) return `The GRU does not beat: ${ahead.join(", ")}.`;
  const all = "The GRU makes smaller errors than every other forecast here";
  return tied.length > 0 ? `${all}, though against ${tied.join(", ")} chance may explain the difference.` : `${all}.`;
}

function degrees(value: number): string {
  return value.toFixed(2).replace("-", "−");
}

/** A table for the terminal: the first column to the left, numbers to the right. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("   ");
  return [line(header), widths.map((width) => "─".repeat(width)).join("───"), ...rows.map(line)].join("\n");
}
