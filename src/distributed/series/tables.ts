/** What is known of many series as cells, for the report and the terminal. */
import type { Table } from "../../runs/report.js";
import type { SeriesRecord, SeriesSummary } from "./ledger.js";

/** By MASE; a series without one stands in neither. No series stands in both. */
export function bestAndWorst(
  done: readonly SeriesRecord[],
  most: number,
): { best: SeriesRecord[]; worst: SeriesRecord[] } {
  const ranked = done.filter(({ value }) => value !== null).sort((a, b) => a.value! - b.value!);
  const count = Math.min(most, Math.ceil(ranked.length / 2));
  return { best: ranked.slice(0, count), worst: ranked.slice(count).slice(-most).reverse() };
}

export function seriesTable(records: readonly SeriesRecord[]): Required<Pick<Table, "header">> & Table {
  return {
    header: ["series", "rows", "MASE", "best naive", "", "epochs"],
    rows: records.map(({ id, rows, value, baseline, epochs }) => [
      id,
      String(rows),
      figure(value),
      figure(baseline?.value ?? null),
      baseline?.name ?? "–",
      String(epochs ?? "–"),
    ]),
  };
}

export function betterTable({ better }: SeriesSummary): Required<Pick<Table, "header">> & Table {
  const rows = Object.entries(better).map(([name, share]) => [name, `${Math.round(100 * share)} %`]);
  return { header: ["network better than (by MASE)", "share of series"], rows };
}

export function spreadTable({ spread }: SeriesSummary): Required<Pick<Table, "header">> & Table {
  const levels = [...new Set(Object.values(spread).flatMap((own) => Object.keys(own)))];
  return {
    header: ["MASE", ...levels.map((level) => (level === "0.5" ? "median" : `${Math.round(100 * Number(level))} %`))],
    rows: Object.entries(spread).map(([name, own]) => [name, ...levels.map((level) => figure(own[level] ?? null))]),
  };
}

function figure(value: number | null): string {
  return value === null ? "–" : value.toPrecision(4);
}
