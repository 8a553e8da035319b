import type { Column, DateColumn, NumberColumn, Table, TextColumn } from "./table.js";
import { stepsOf, type DateSteps } from "./date-steps.js";

interface Described {
  readonly name: string;
  /** Rows without a value. */
  readonly missing: number;
}

/** Of the values that are there; all NaN where there are none. */
export interface NumberFacts extends Described {
  readonly type: "number";
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  /** Of the population: Σ(x - mean)² / n. */
  readonly standardDeviation: number;
  /** Different values, counted up to 1000. */
  readonly distinct: number;
  /** Whether all are whole numbers. */
  readonly whole: boolean;
}

export interface DateFacts extends Described, DateSteps {
  readonly type: "date";
  /** Milliseconds since 1970; NaN where there are none. */
  readonly first: number;
  readonly last: number;
}

export interface TextFacts extends Described {
  readonly type: "text";
  readonly distinct: number;
  /** The texts that come most often, at most ten, with how often; equal ones in order of first appearance. */
  readonly frequent: readonly (readonly [text: string, count: number])[];
  /** UTF-16 units, as JavaScript counts. */
  readonly length: { readonly min: number; readonly mean: number; readonly max: number };
}

export type ColumnFacts = NumberFacts | DateFacts | TextFacts;

export interface TableFacts {
  readonly source: string;
  readonly rows: number;
  readonly columns: readonly ColumnFacts[];
}

/** What each column holds: for people who look at a file, and for choosing what can be learned from it. */
export function describeTable(table: Table): TableFacts {
  return { source: table.source, rows: table.length, columns: table.columns.map(describeColumn) };
}

export function describeColumn(column: Column): ColumnFacts {
  if (column.type === "text") return describeTexts(column);
  return column.type === "date" ? describeDates(column) : describeNumbers(column);
}

const DISTINCT = 1000;

function describeNumbers({ name, values }: NumberColumn): NumberFacts {
  let [count, mean, squares, min, max, whole] = [0, 0, 0, Infinity, -Infinity, true];
  const seen = new Set<number>();
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count++;
    // Welford 1962: a sum of squares would lose the deviations of values far from zero.
    const delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
    min = Math.min(min, value);
    max = Math.max(max, value);
    whole &&= Number.isInteger(value);
    if (seen.size < DISTINCT) seen.add(value);
  }
  const missing = values.length - count;
  const facts = { name, type: "number", missing, distinct: seen.size } as const;
  if (count === 0) return { ...facts, min: NaN, mean: NaN, max: NaN, standardDeviation: NaN, whole: false };
  return { ...facts, min, mean, max, standardDeviation: Math.sqrt(squares / count), whole };
}

function describeDates({ name, values }: DateColumn): DateFacts {
  const dates = values.filter((value) => !Number.isNaN(value)).sort();
  const missing = values.length - dates.length;
  const [first = NaN, last = NaN] = [dates[0], dates.at(-1)];
  return { name, type: "date", missing, first, last, ...stepsOf(values) };
}

const FREQUENT = 10;

function describeTexts({ name, values }: TextColumn): TextFacts {
  const counts = new Map<string, number>();
  let [missing, total, min, max] = [0, 0, Infinity, 0];
  for (const text of values) {
    if (text === null) {
      missing++;
      continue;
    }
    counts.set(text, (counts.get(text) ?? 0) + 1);
    total += text.length;
    min = Math.min(min, text.length);
    max = Math.max(max, text.length);
  }
  const count = values.length - missing;
  // The sort keeps the order of equal ones.
  const frequent = [...counts].sort(([, a], [, b]) => b - a).slice(0, FREQUENT);
  const length = count === 0 ? { min: NaN, mean: NaN, max: NaN } : { min, mean: total / count, max };
  return { name, type: "text", missing, distinct: counts.size, frequent, length };
}
