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
