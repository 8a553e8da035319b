/** The trials as cells of a table, for the terminal and the report: the best first, those without a value last. */
import { metricTitle } from "../../runs/evaluation.js";
import { ranked } from "./halving.js";
import { valueOf, type Ledger, type TrialRecord } from "./ledger.js";

export function rankedTrials(ledger: Ledger): TrialRecord[] {
  const judged = ledger.trials.map((own) => ({ own, trial: own.trial, value: ledger.signed(valueOf(own)) }));
  return ranked(judged).map(({ own }) => own);
}

/** @param most rows */
export function trialsTable(ledger: Ledger, most = Infinity): { header: string[]; rows: string[][] } {
  const names = ledger.plan.space.map(({ name }) => name);
  const { judge } = ledger;
  const metric = judge === null ? "value" : metricTitle({ name: judge.name, mode: judge.mode, ...(judge.unit !== undefined && { unit: judge.unit }) }); // prettier-ignore
  const rows = rankedTrials(ledger).slice(0, most).map((own) => [
    String(own.trial + 1),
    ...names.map((name) => showValue(own.point[name])),
    own.state === "failed" ? "failed" : (valueOf(own)?.toPrecision(4) ?? "–"),
    String(own.rungs.at(-1)?.epochs ?? "–"),
    own.parameters?.toLocaleString("en-US") ?? "–",
    own.rungs.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(1),
  ]); // prettier-ignore
  return { header: ["trial", ...names, metric, "epochs", "parameters", "seconds"], rows };
}

/** "64+32", "0.00316" */
export function showValue(value: unknown): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return value.map(showValue).join("+");
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
  return Math.abs(value) < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(3)));
}

/** "units 64, learningRate 0.00316" */
export function showPoint(point: Readonly<Record<string, unknown>>): string {
  return Object.entries(point).map(([name, value]) => `${name} ${showValue(value)}`).join(", "); // prettier-ignore
}
