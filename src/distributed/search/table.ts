/** The trials as cells of a table, for the terminal and the report: the best first, those without a value last. */
import { metricTitle } from "../../runs/evaluation.js";
import { compare } from "./halving.js";
import { valueOf, type Ledger, type TrialRecord } from "./ledger.js";
import { showValue } from "./show.js";

/** The best first; of equal ones that with fewer parameters. What was set aside comes behind them, whatever it was worth before. */
export function rankedTrials(ledger: Ledger): TrialRecord[] {
  const group = (own: TrialRecord) => (valueOf(own) === null ? 2 : Number(own.state === "failed"));
  const rank = (own: TrialRecord) => ledger.signed(valueOf(own)) ?? Infinity;
  const size = ({ parameters }: TrialRecord) => parameters ?? Infinity;
  const order = (a: TrialRecord, b: TrialRecord) => group(a) - group(b) || compare(rank(a), rank(b)) || compare(size(a), size(b)) || a.trial - b.trial; // prettier-ignore
  return [...ledger.trials].sort(order);
}

/** Digits of a value: four, and more where these do not tell trials apart. */
const DIGITS = [4, 5, 6, 7];

/** Writes values with as many digits as tell those of the trials apart. */
export function valueText(ledger: Ledger): (value: number) => string {
  const values = [...new Set(ledger.trials.map(valueOf))].filter((value) => value !== null);
  const digits = DIGITS.find((count) => new Set(values.map((value) => digitsOf(value, count))).size === values.length);
  return (value) => digitsOf(value, digits ?? DIGITS.at(-1)!);
}

/** Before the point all, up to seven. */
function digitsOf(value: number, count: number): string {
  const size = Math.abs(value);
  return value.toPrecision(size >= 1 && size < 1e7 ? Math.max(count, Math.floor(Math.log10(size)) + 1) : count);
}

/** @param most rows */
export function trialsTable(ledger: Ledger, most = Infinity): { header: string[]; rows: string[][] } {
  const names = ledger.plan.space.map(({ name }) => name);
  const { judge } = ledger;
  const metric = judge === null ? "value" : metricTitle({ name: judge.name, mode: judge.mode, ...(judge.unit !== undefined && { unit: judge.unit }) }); // prettier-ignore
  const text = valueText(ledger);
  const rows = rankedTrials(ledger).slice(0, most).map((own) => [
    String(own.trial + 1),
    ...names.map((name) => showValue(own.point[name])),
    resultOf(own, text),
    String(own.rungs.at(-1)?.epochs ?? "–"),
    own.parameters?.toLocaleString("en-US") ?? "–",
    own.rungs.length === 0 ? "–" : own.rungs.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(1),
  ]); // prettier-ignore
  return { header: ["trial", ...names, metric, "epochs", "parameters", "seconds"], rows };
}

/** The value, or why there is none. */
function resultOf(own: TrialRecord, text: (value: number) => string): string {
  if (own.state === "failed") return "failed";
  if (own.rungs.length === 0) return "not begun";
  const value = valueOf(own);
  return value === null ? "no number" : text(value);
}
