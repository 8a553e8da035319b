/** From forecasts to what is told of them: tables, verdict, pictures, and backtest.json. */
import { verdictOf, type Judge } from "../../runs/evaluation.js";
import type { Frame } from "../forecast/frame.js";
import type { Forecasts } from "./forecasts.js";
import { lossesOf, rowsOf } from "./losses.js";
import type { Origin } from "./origins.js";
import { picturesOf } from "./pictures.js";
import type { Backtest } from "./result.js";
import { entriesOf, groupsOf, notesOf, type LossTable } from "./tables.js";

export interface Assembly {
  readonly frame: Frame;
  readonly origins: readonly Origin[];
  /** By origin, the place of its training; null where the network was trained before. */
  readonly fitOf: (origin: number) => number | null;
  readonly targets: readonly string[];
  readonly horizon: number;
  readonly season: number | null;
  readonly levels: readonly number[];
  /** Training minimised the absolute error, so that is what decides. */
  readonly absolute: boolean;
  /** How a moment is written: as the data do. */
  readonly write: (at: number) => string | number;
}

export type Assembled = Pick<Backtest, "evaluation" | "byOrigin" | "byStep" | "bySeries" | "notes">;

export function assemble(forecasts: Forecasts, assembly: Assembly): Assembled {
  const { frame, origins, targets, horizon, season, levels, write } = assembly;
  const judge = judgeOf(assembly);
  const settings = { frame, origins, targets, horizon, season: season ?? 1, levels, raw: judge.name !== "MASE" };
  const losses = lossesOf(forecasts, settings);
  const table: LossTable = {
    horizon,
    rows: forecasts.places.flatMap(({ origin, series }) =>
      targets.map((target) => ({ origin, series: frame.series[series]!.id, target })),
    ),
    entries: forecasts.entries.map(({ name, kind }, e) => ({ name, kind, losses: losses[e]! })),
  };
  const byOrigin = [...groupsOf(table.rows, ({ origin }) => String(origin))].map(([origin, rows]) => ({
    at: write(origins[Number(origin)]!.at),
    fit: assembly.fitOf(Number(origin)),
    windows: rows.length / targets.length,
    entries: entriesOf(table, rows),
  }));
  const byStep = Array.from({ length: horizon }, (_, h) => ({ step: h + 1, entries: entriesOf(table, undefined, h) }));
  const bySeries = [...groupsOf(table.rows, ({ series, target }) => JSON.stringify([series, target])).values()].map(
    (rows) => {
      const { series, target } = table.rows[rows[0]!]!;
      return { series, target, entries: entriesOf(table, rows) };
    },
  );
  const entries = entriesOf(table);
  const evaluation = {
    count: forecasts.places.length,
    of: "forecasts",
    part: `${byOrigin.length} origins`,
    judge,
    entries,
    verdict: verdictOf(judge, entries),
    pictures: picturesOf(forecasts, byStep, judge, assembly),
  };
  return { evaluation, byOrigin, byStep, bySeries, notes: [...leftOut(forecasts, assembly), ...notesOf(table)] };
}

/** One target of one series is judged in its own unit; several together only have a common measure without unit. */
function judgeOf({ frame, targets, absolute }: Assembly): Judge {
  if (targets.length > 1 || frame.series.length > 1) return { name: "MASE", mode: "min" };
  return { name: absolute ? "MAE" : "RMSE", mode: "min" };
}

/** Forecasts that were to be made and could not be, or not be judged. */
function leftOut({ places }: Forecasts, { frame, origins, horizon }: Assembly): string[] {
  const due = origins.reduce((sum, { ends }) => {
    return sum + ends.filter((end, i) => end + horizon <= frame.series[i]!.end).length;
  }, 0);
  const missing = due - places.length;
  if (missing <= 0) return [];
  return [
    `${missing} of ${due} forecasts are left out: a series was too short at the origin, or a value of its horizon is missing`,
  ];
}

/** One object for each origin on a line: whoever looks at one of them need not read all. */
export function backtestJson(head: object, forecasts: Forecasts, backtest: Assembled, assembly: Assembly): string {
  const { evaluation, byOrigin, byStep, bySeries, notes } = backtest;
  const { pictures: _, ...measured } = evaluation;
  const { horizon, targets, season, levels } = assembly;
  const fields = { ...head, targets, horizon, season, levels, evaluation: measured, byStep, bySeries, notes };
  const lines = Object.entries(fields).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  const windows = groupsByOrigin(forecasts);
  const origins = byOrigin.map((scores, k) => JSON.stringify({ ...scores, forecasts: windows[k]!.map((w) => windowOf(forecasts, w, assembly)) })); // prettier-ignore
  return `{\n${lines.join(",\n")},\n"origins": [\n${origins.join(",\n")}\n]\n}\n`;
}

function groupsByOrigin({ places }: Forecasts): number[][] {
  const out = new Map<number, number[]>();
  for (const [w, { origin }] of places.entries()) {
    const own = out.get(origin);
    if (own) own.push(w);
    else out.set(origin, [w]);
  }
  return [...out.values()];
}

/** Truth, forecasts and quantiles of one series at one origin, by target. */
function windowOf(forecasts: Forecasts, w: number, { frame, targets, horizon, levels, write }: Assembly): object {
  const K = targets.length;
  const { series, start } = forecasts.places[w]!;
  const { id, begin } = frame.series[series]!;
  const x = Array.from({ length: horizon }, (_, h) =>
    frame.times ? write(frame.times[start + h]!) : start + h - begin,
  );
  const of = (values: Float64Array, k: number) => {
    const row = rowsOf(values.subarray(w * horizon * K, (w + 1) * horizon * K), horizon, K);
    return Array.from(row.subarray(k * horizon, (k + 1) * horizon));
  };
  const byTarget = targets.map((target, k) => ({
    target,
    truth: of(forecasts.truth, k),
    forecasts: Object.fromEntries(forecasts.entries.map(({ name, values }) => [name, of(values, k)])),
    ...(forecasts.quantiles.length > 0 && {
      quantiles: levels.map((level, l) => ({ level, values: of(forecasts.quantiles[l]!, k) })),
    }),
  }));
  return { series: id, x, targets: byTarget };
}
