import type { CellRules, Reading } from "./cells.js";
import { FOUND_FORMATS, parseDate, readDateFormat, type DateFormat } from "./date-formats.js";
import { parseNumber } from "./number-text.js";
import type { ReadOptions } from "./options.js";

/** What stands for no value in columns of numbers and dates, unless the caller lists the marks. In texts only "" does. */
export const MISSING: readonly string[] = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "?"];

/** Cells are texts: numbers, else dates, else texts. A column without any value is one of numbers. */
export function csvRules(where: string, source: string, semicolons: boolean, options: ReadOptions): CellRules {
  const { missing } = options;
  const types = { ...options.optionalTypes, ...options.types };
  const marks = new Set(["", ...(missing ?? MISSING)]);
  const textMarks = new Set(["", ...(missing ?? [])]);
  const numbers = numberReadings(options.decimal, semicolons);
  const dates = dateReadings(where, options.dateFormat);
  const text: Reading = { type: "text", expects: "texts", read: (cell) => cell as string };
  const byType = { number: numbers, date: dates, text: [text] };
  return {
    where,
    source,
    unit: "line",
    typed: Object.keys(types),
    required: Object.keys(options.types ?? {}),
    wanted: options.columns,
    readings: (column) => (Object.hasOwn(types, column) ? byType[types[column]!] : [...numbers, ...dates, text]),
    marks: missing ?? [],
    isMissing: (cell, type) => (type === "text" ? textMarks : marks).has(cell as string),
  };
}

function numberReadings(decimal: "." | "," | undefined, semicolons: boolean): Reading[] {
  const marks = decimal === undefined ? ([".", ...(semicolons ? [","] : [])] as ("." | ",")[]) : [decimal];
  return marks.map((mark) => {
    const expects = mark === "." ? "numbers" : "numbers with a decimal comma";
    return { type: "number", expects, decimal: mark, read: (cell) => parseNumber(cell as string, mark) };
  });
}

/** The format that the caller names comes first, ISO 8601 and the others after it: it speaks for the columns that it fits. */
export function dateReadings(where: string, dateFormat: string | undefined): Reading[] {
  const given = dateFormat === undefined ? [] : [readDateFormat(where, dateFormat)];
  return [...given, ...FOUND_FORMATS.filter((format) => !given.includes(format))].map((format) => ({
    type: "date",
    expects: `dates (${format})`,
    chosen: format === given[0],
    read: (cell) => parseDate(cell as string, format),
  }));
}

export const looksLikeValue = (cell: string): boolean =>
  !Number.isNaN(parseNumber(cell, ".")) || FOUND_FORMATS.some((f: DateFormat) => !Number.isNaN(parseDate(cell, f)));
