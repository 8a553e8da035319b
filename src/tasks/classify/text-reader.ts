import { readTable, textsOf, type DataSource, type ReadOptions, type Table } from "../../data/index.js";
import { check, show } from "../../util/errors.js";
import type { Samples } from "./samples.js";

/** Texts in a column of a table; to predict also a list of texts. */
export interface TextColumns {
  readonly text: string;
  readonly label: string;
}

/** @param labelled whether labels are needed */
export async function readTexts(
  where: string,
  source: DataSource,
  { text, label }: TextColumns,
  labelled: boolean,
  reading: ReadOptions,
): Promise<Samples<string>> {
  const table = isTextList(source) ? tableOfTexts(text, source) : await readTable(source, reading);
  check(
    !labelled || text !== label,
    () => `${where}: text and label are both the column ${show(text)}; the answer would stand in the question`,
  );
  check(table.length > 0, () => `${where}: ${table.source} has no rows`);
  const texts = textsOf(where, table, text);
  return {
    source: table.source,
    items: texts.map((item) => item ?? ""),
    labels: labelled ? textsOf(where, table, label) : texts.map(() => null),
    references: texts.map((item) => ({ [text]: item })),
    placeOf: (i) => table.placeOf(i),
  };
}

export function isTextList(source: unknown): source is readonly string[] {
  return Array.isArray(source) && source.length > 0 && source.every((item) => typeof item === "string");
}

/** As it is: a reader of tables would look whether texts are dates. */
function tableOfTexts(name: string, values: readonly string[]): Table {
  const columns = [{ name, type: "text", values }] as const;
  return { source: "texts", length: values.length, columns, placeOf: (row) => `text ${row + 1}` };
}
