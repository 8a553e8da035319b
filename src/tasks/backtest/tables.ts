/** The tables of a backtest: network and baselines over all forecasts, by origin, by step of the horizon, and by series. */
import type { Entry } from "../../runs/evaluation.js";
import { meanOf, rootScoresOf } from "../forecast/scores/averages.js";
import type { Loss } from "./losses.js";

/** What one row of losses belongs to. */
export interface RowKey {
  readonly origin: number;
  readonly series: string | null;
  readonly target: string;
}

export interface LossTable {
  readonly horizon: number;
  /** By row of the losses. */
  readonly rows: readonly RowKey[];
  /** By entry. */
  readonly entries: readonly {
    readonly name: string;
    readonly kind: Entry["kind"];
    readonly losses: readonly Loss[];
  }[];
}

/** Of these rows (default all) and this step of the horizon (default all). */
export function entriesOf({ horizon, rows, entries }: LossTable, among?: readonly number[], step?: number): Entry[] {
  const taken = among ?? rows.map((_, row) => row);
  const steps = step === undefined ? Array.from({ length: horizon }, (_, h) => h) : [step];
  return entries.map(({ name, kind, losses }) => ({
    name,
    kind,
    values: Object.fromEntries(
      losses.map(({ metric, values, as }) => {
        const own = Float64Array.from(taken.flatMap((row) => steps.map((h) => values[row * horizon + h]!)));
        return [metric, scoreOf(own, as, steps.length)];
      }),
    ),
  }));
}

/** By row root at a single step of the horizon would be the absolute error: there the root is taken over the rows, as M5's authors do not say. */
function scoreOf(losses: Float64Array, as: Loss["as"], steps: number): number {
  if (as === "mean") return meanOf(losses).value;
  if (as === "root") return Math.sqrt(meanOf(losses).value);
  const scores = rootScoresOf(losses, { horizon: steps, series: new Array<null>(losses.length / steps).fill(null) });
  return steps === 1 ? scores.byStep[0]!.value : scores.overall.value;
}

/** Rows by what `keyOf` says of them, in the order of their first. */
export function groupsOf(rows: readonly RowKey[], keyOf: (row: RowKey) => string): Map<string, number[]> {
  const out = new Map<string, number[]>();
  for (const [i, row] of rows.entries()) {
    const key = keyOf(row);
    const own = out.get(key);
    if (own) own.push(i);
    else out.set(key, [i]);
  }
  return out;
}

/** What was left out of which metric because a denominator was zero or not known: said, since an average does not show it. */
export function notesOf({ entries }: LossTable): string[] {
  const [network] = entries;
  return network!.losses.flatMap(({ metric, values }) => {
    const { undefined: missing } = meanOf(values);
    if (missing === 0 || (metric !== "sMAPE" && metric !== "MASE")) return [];
    const why = metric === "sMAPE" ? "truth and forecast are both 0" : "the series never changed over a season before the origin, or was shorter"; // prettier-ignore
    return [`${metric} leaves out ${missing} of the network's ${values.length} values: ${why}`];
  });
}
