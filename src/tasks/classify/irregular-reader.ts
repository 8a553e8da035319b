import {
  columnOf,
  observations,
  readTable,
  textsOf,
  type DataSource,
  type ReadOptions,
  type Table,
} from "../../data/index.js";
import { check, show } from "../../util/errors.js";
import { isoOf } from "../forecast/frame.js";
import type { ClassifyOptions } from "./options.js";
import type { Samples } from "./samples.js";

/** A sequence that was observed now and then: values[t * D + d] is variable d at times[t], NaN where it was not observed. */
export interface ObservedSequence {
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly D: number;
}

/** How observations lie in a table. */
export interface IrregularLayout {
  readonly label: string;
  readonly id: string;
  readonly time: string;
  /** Long tables: columns that name the variable and hold its value; null for wide ones. */
  readonly variable: string | null;
  readonly value: string | null;
  /** null before they are known: all there are. */
  readonly features: readonly string[] | null;
}

export function irregularLayout(options: ClassifyOptions): IrregularLayout {
  const { label, id, time, variable = null, value = null, features = null } = options;
  check(id !== undefined && time !== undefined, () => {
    const missing = [id === undefined && "id", time === undefined && "time"].filter(Boolean);
    return `classify: irregular needs ${missing.join(" and ")}: the column that says which sequence a row belongs to, and the one of its time`;
  });
  return { label, id, time, variable, value, features };
}

/** @param labelled whether labels are needed */
export async function readIrregular(
  where: string,
  source: DataSource,
  layout: IrregularLayout,
  labelled: boolean,
  reading: ReadOptions,
): Promise<Samples<ObservedSequence> & { readonly variables: readonly string[] }> {
  const table = await readTable(source, reading);
  const { id, time, variable, value, features, label } = layout;
  const long = variable === null ? {} : { variable, value: value ?? undefined };
  const wide = variable === null && features === null ? { variables: otherNumbers(table, layout) } : {};
  const listed = features === null ? {} : { variables: features };
  const { series, variables, placeOf } = observations(table, { id, time, ...long, ...wide, ...listed }, where);
  const dated = columnOf(where, table, time).type === "date";
  const texts = labelled ? textsOf(where, table, label) : null;
  const groups = textsOf(where, table, id);
  if (texts) checkLabels(where, { texts, groups, placeOf });
  return {
    source: table.source,
    variables,
    items: series.map(({ times, values }) => ({ times, values, D: variables.length })),
    labels: series.map(({ rows }) => (texts ? texts[rows[0]!]! : null)),
    references: series.map((one) => ({ [id]: one.id })),
    dated,
    stepsOf: (i) => Array.from(series[i]!.times, dated ? isoOf : String),
    placeOf: (i) => `${id} ${show(series[i]!.id)}, ${table.placeOf(series[i]!.rows[0]!)}`,
  };
}

function otherNumbers(table: Table, { id, time, label }: IrregularLayout): string[] {
  const taken = [id, time, label];
  return table.columns.filter(({ name, type }) => type === "number" && !taken.includes(name)).map(({ name }) => name);
}

interface Labelled {
  readonly texts: readonly (string | null)[];
  readonly groups: readonly (string | null)[];
  placeOf(row: number): string;
}

/** All rows of a sequence have one label. */
function checkLabels(where: string, { texts, groups, placeOf }: Labelled): void {
  const first = new Map<string | null, string | null>();
  for (const [row, text] of texts.entries()) {
    const name = groups[row]!;
    if (!first.has(name)) first.set(name, text);
    check(first.get(name) === text, () => {
      return `${where}: sequence ${show(name)} has the labels ${show(first.get(name))} and ${show(text)} (${placeOf(row)})`;
    });
  }
}
