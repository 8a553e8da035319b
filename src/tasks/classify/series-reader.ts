import {
  numbersOf,
  readTable,
  readTs,
  textsOf,
  type DataSource,
  type ReadOptions,
  type Table,
} from "../../data/index.js";

import { check, show } from "../../util/errors.js";
import { pathOf } from "../source-name.js";
import type { ClassifyOptions } from "./options.js";
import type { Samples } from "./samples.js";
import type { Sequence } from "./sequence.js";
import { readLong } from "./series-long.js";

/** How sequences lie in a source. */
export interface SeriesLayout {
  readonly layout: "ts" | "long" | "wide";
  readonly label: string;
  readonly id: string | null;
  readonly time: string | null;
  /** Columns of numbers; null for all that are nothing else, and for .ts files. */
  readonly features: readonly string[] | null;
  /** Whether a sequence may lack numbers. */
  readonly gaps: boolean;
}

export function layoutOf(source: DataSource, options: ClassifyOptions): SeriesLayout {
  const { label, id = null, time = null, features = null, wide, missing } = options;
  const common = { label, id, time, features, gaps: missing !== "error" };
  if (isTs(source)) return { layout: "ts", ...common };
  check(wide || id !== null, () => {
    return (
      "classify: what is to be classified? Give text: the column of texts; id: the column that says which sequence a row " +
      "belongs to; wide: true where each row is a sequence; audio: true for a folder of clips; or a .ts file"
    );
  });
  return { layout: wide ? "wide" : "long", ...common };
}

const isTs = (source: DataSource) => /\.ts(\.gz)?$/i.test(pathOf(source) ?? "");

/** @param labelled whether labels are needed */
export async function readSeries(
  where: string,
  source: DataSource,
  layout: SeriesLayout,
  labelled: boolean,
  reading: ReadOptions,
): Promise<Samples<Sequence>> {
  const samples = await read(where, source, layout, labelled, reading);
  check(samples.items.length > 0, () => `${where}: ${samples.source} has no rows`);
  if (!layout.gaps) checkGaps(where, samples);
  return samples;
}

function read(
  where: string,
  source: DataSource,
  layout: SeriesLayout,
  labelled: boolean,
  reading: ReadOptions,
): Promise<Samples<Sequence>> {
  if (isNested(source)) return Promise.resolve(ofArrays(where, source, labelled));
  if (isTs(source)) return ofTs(where, source as string | URL, labelled);
  check(layout.layout !== "ts", () => {
    return `${where}: the model was trained on a .ts file; give another one, or a list of sequences [steps][features]`;
  });
  return readTable(source, reading).then((table) =>
    (layout.layout === "wide" ? ofWide : readLong)(where, table, layout, labelled),
  );
}

async function ofTs(where: string, source: string | URL, labelled: boolean): Promise<Samples<Sequence>> {
  const { series, labels } = await readTs(source);
  const name = pathOf(source)!.replace(/^.*[\\/]/, "");
  check(!labelled || labels.length > 0, () => `${where}: ${name} has no classes (@classLabel)`);
  return {
    source: name,
    items: series,
    labels: series.map((_, i) => (labelled ? labels[i]! : null)),
    references: series.map((_, i) => ({ series: i + 1 })),
    placeOf: (i) => `series ${i + 1}`,
  };
}

type Nested = readonly (readonly (number | readonly number[])[])[];

const isNested = (source: unknown): source is Nested =>
  Array.isArray(source) && source.length > 0 && source.every(Array.isArray);

/** Sequences in memory, [steps][features] each, or [steps] where there is one feature. */
function ofArrays(where: string, source: Nested, labelled: boolean): Samples<Sequence> {
  check(!labelled, () => `${where}: sequences in arrays have no labels`);
  const items = source.map((steps, i) => {
    const rows = steps.map((step) => (Array.isArray(step) ? (step as readonly number[]) : [step as number]));
    const D = rows[0]?.length ?? 0;
    const fits = D > 0 && rows.every((row) => row.length === D && row.every((value) => typeof value === "number"));
    check(fits, () => `${where}: sequence ${i + 1} must be numbers [steps][features], got ${show(steps)}`);
    return { values: Float64Array.from(rows.flat()), length: rows.length, D };
  });
  const placeOf = (i: number) => `sequence ${i + 1}`;
  const references = items.map((_, i) => ({ series: i + 1 }));
  return { source: "arrays", items, labels: items.map(() => null), references, placeOf };
}

/** Each row a sequence of one feature; what is missing at the end of a row is not part of it. */
function ofWide(
  where: string,
  table: Table,
  { label, id, features }: SeriesLayout,
  labelled: boolean,
): Samples<Sequence> {
  const others = table.columns.filter(({ name, type }) => type === "number" && name !== label && name !== id);
  const names = features ?? others.map(({ name }) => name);
  check(names.length > 0, () => `${where}: ${table.source} has no columns of numbers beside ${show(label)}`);
  const columns = names.map((name) => numbersOf(where, table, name));
  const rows = Array.from({ length: table.length }, (_, i) => columns.map((column) => column[i]!));
  const items = rows.map((row) => {
    const length = row.findLastIndex((value) => !Number.isNaN(value)) + 1;
    return { values: Float64Array.from(row.slice(0, length)), length, D: 1 };
  });
  const ids = id === null ? null : textsOf(where, table, id);
  return {
    source: table.source,
    items,
    labels: labelled ? textsOf(where, table, label) : rows.map(() => null),
    references: rows.map((_, i) => (ids ? { [id!]: ids[i]! } : { row: i + 1 })),
    features: ["value"],
    stepsOf: (i) => names.slice(0, items[i]!.length),
    placeOf: (i) => table.placeOf(i),
  };
}

function checkGaps(where: string, { source, items, placeOf }: Samples<Sequence>): void {
  for (const [i, { values, D }] of items.entries()) {
    const gap = Array.prototype.findIndex.call(values, Number.isNaN);
    check(gap < 0, () => {
      const place = `step ${Math.floor(gap / D) + 1}, feature ${(gap % D) + 1}`;
      return `${where}: a number is missing at ${place} (${source}, ${placeOf(i)}); to fill gaps in give missing: "interpolate" or "forwardFill"`;
    });
  }
}
