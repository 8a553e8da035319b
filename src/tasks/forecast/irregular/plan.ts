/** What is decided before training of series that were observed at uneven times or in part. */
import { check, show } from "../../../util/errors.js";
import type { Reading } from "../../common-options.js";
import type { ForecastOptions } from "../options.js";

/** How observations lie in a table. */
export interface Layout {
  readonly time: string;
  readonly id: string | null;
  /** Long tables: columns that name the variable and hold its value; null for wide ones. */
  readonly variable: string | null;
  readonly value: string | null;
}

export interface IrregularPlan {
  readonly reading: Reading;
  readonly layout: Layout;
  /** Targets first, then the others that are learnt from. */
  readonly variables: readonly string[];
  readonly targets: readonly string[];
  readonly lookback: number;
  readonly horizon: number;
  readonly stride: number;
  /** Length of a step: milliseconds for dates, else in the unit of the times. */
  readonly every: number;
  /** Whether the times are dates. */
  readonly dates: boolean;
  readonly residual: boolean;
  /** Judged by the absolute error, which training minimised. */
  readonly absolute: boolean;
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** "90", "15min", "1h": in milliseconds where the times are dates, else as it stands. */
export function lengthOf(where: string, every: string, dates: boolean): number {
  const [, number, unit = ""] = /^([\d.]+)([a-z]*)$/.exec(every)!;
  check(dates === (unit !== ""), () => {
    const why = dates
      ? "the times are dates, so it needs a unit such as 1h"
      : "the times are numbers, so it has no unit";
    return `${where}: every ${show(every)}: ${why}`;
  });
  return Number(number) * (dates ? UNITS[unit]! : 1);
}

/** A step as it is told: "1 h", "0.5". */
export function showLength(every: number, dates: boolean): string {
  if (!dates) return String(every);
  const [unit, size] = Object.entries(UNITS).findLast(([, length]) => every >= length)!;
  return `${Number((every / size).toPrecision(6))} ${unit}`;
}

/** Options of regular series, with what they must be here. */
export function refuseOthers(where: string, options: ForecastOptions): void {
  const { model, cell, transform, missing, intervals, scaler, future, categories, quantiles, distribution, calendar } =
    options;
  const wrong = Object.entries({
    model: model === "gru",
    cell: cell === "gru" || options.units.length > 1,
    transform: transform === "none",
    missing: missing === "error",
    intervals: intervals === "none",
    scaler: scaler === "standard",
    calendar: calendar === "auto" || calendar === "none",
    future: future === undefined,
    categories: categories === undefined,
    quantiles: quantiles === undefined,
    distribution: distribution === undefined,
  }).find(([, fits]) => !fits);
  check(wrong === undefined, () => {
    const [name] = wrong!;
    return `${where}: ${name} ${show(options[name as keyof ForecastOptions])} does not go with irregular`;
  });
  check(
    options.time !== undefined,
    () => `${where}: irregular needs time: the column of dates or numbers at which rows were observed`,
  );
}
