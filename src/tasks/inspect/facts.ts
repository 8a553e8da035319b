/** What `inspectData` finds out about data. */
import type { TaskName } from "../task.js";

export interface Spread {
  readonly least: number;
  readonly median: number;
  readonly greatest: number;
}

export interface ClassCount {
  readonly value: string;
  readonly count: number;
}

/** A column of a table. */
export interface ColumnFacts {
  readonly name: string;
  readonly type: "number" | "date" | "text";
  readonly missing: number;
  /** Different values; null where there are more than were counted. */
  readonly distinct: number | null;
  /** Of numbers. */
  readonly range?: { readonly least: number; readonly mean: number; readonly greatest: number };
  /** Of dates. */
  readonly dates?: DateFacts;
  /** Of texts, in words. */
  readonly words?: Spread;
  /** How often each value comes, the commonest first, where they are few. */
  readonly classes?: readonly ClassCount[];
}

export interface DateFacts {
  /** ISO 8601. */
  readonly first: string;
  readonly last: string;
  /** The commonest time between two rows, such as "1 day"; null where there is one row only. */
  readonly step: string | null;
  /** Places where more than that is between two rows. */
  readonly gaps: number;
  /** The column that tells the series apart, where several stand in one table. */
  readonly id: string | null;
  /** Whether each series goes forward in time. */
  readonly ordered: boolean;
}

/** A task with its options, as `train` takes them, and why it fits. */
export interface Proposal {
  readonly task: TaskName;
  readonly options: Readonly<Record<string, unknown>>;
  readonly why: string;
}

interface Facts {
  readonly source: string;
  /** The likeliest first; empty where nothing fits. */
  readonly proposals: readonly Proposal[];
}

export interface TableFacts extends Facts {
  readonly kind: "table";
  readonly rows: number;
  /** Whether these are all rows; of very large files only the beginning is looked at. */
  readonly whole: boolean;
  readonly columns: readonly ColumnFacts[];
}

export interface TextFacts extends Facts {
  readonly kind: "text";
  readonly characters: number;
  readonly distinctCharacters: number;
  readonly words: number;
  readonly lines: number;
}

export interface ClipFacts extends Facts {
  readonly kind: "clips";
  readonly clips: number;
  readonly classes: readonly ClassCount[];
  /** Of the clips that were looked into. */
  readonly seconds: Spread;
  readonly sampleRates: readonly number[];
  readonly lookedInto: number;
  /** What is wrong with clips that cannot be read. */
  readonly problems: readonly string[];
}

export interface SequenceFacts extends Facts {
  readonly kind: "sequences";
  readonly sequences: number;
  /** Values at each step. */
  readonly dimensions: number;
  readonly lengths: Spread;
  readonly missing: number;
  readonly classes: readonly ClassCount[];
}

export type DataFacts = TableFacts | TextFacts | ClipFacts | SequenceFacts;

export function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  return { least: sorted[0] ?? 0, median: sorted[sorted.length >> 1] ?? 0, greatest: sorted.at(-1) ?? 0 };
}

/** How often each text comes, the commonest first; of equal ones the first by code units. */
export function countClasses(values: Iterable<string>): ClassCount[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}
