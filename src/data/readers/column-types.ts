import { check, show } from "../../util/errors.js";
import type { Column, ColumnType } from "../table/table.js";
import { FOUND_FORMATS, parseDate, readDateFormat, type DateFormat } from "./date-formats.js";
import { parseNumber } from "./number-text.js";

/** What stands for no value in columns of numbers and dates, unless the caller lists the marks. In texts only "" does. */
export const MISSING: readonly string[] = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "?"];

/** How the texts of one column are read. */
export type Reading =
  | { readonly type: "number"; readonly decimal: "." | "," }
  | { readonly type: "date"; readonly format: DateFormat }
  | { readonly type: "text" };

export interface TypeOptions {
  readonly where: string;
  /** The file's name. */
  readonly name: string;
  readonly types: Readonly<Record<string, ColumnType>>;
  /** Left out: found by column. */
  readonly decimal: "." | "," | undefined;
  /** Whether a comma may be a decimal mark: in files separated by semicolons. */
  readonly comma: boolean;
  readonly missing: readonly string[] | undefined;
  readonly dateFormat: string | undefined;
}

/** Texts of a column beside the lines on which they stand. */
export interface TextsAt {
  readonly column: string;
  readonly texts: readonly string[];
  lineOf(row: number): number;
}

/**
 * The reading that fits every text: number, else date, else text. A column without any value is one of numbers.
 * @throws SluiceError where month and day cannot be told apart, or a text contradicts the type that was given
 */
export function findReading(options: TypeOptions, at: TextsAt): Reading {
  const given = options.types[at.column];
  if (given === "text") return { type: "text" };
  const isMissing = missingSet(options.missing ?? MISSING);
  const values = at.texts.filter((text) => !isMissing.has(text));
  const number = given === "date" ? undefined : findNumber(options, values);
  if (number !== undefined) return number;
  if (given === "number") return { type: "number", decimal: options.decimal ?? "." };
  const date = findDate(options, at, values, given === "date");
  return date ?? { type: "text" };
}

function findNumber({ decimal, comma }: TypeOptions, values: readonly string[]): Reading | undefined {
  const marks = decimal === undefined ? ([".", ...(comma ? [","] : [])] as "."[]) : [decimal];
  const mark = marks.find((m) => values.every((text) => !Number.isNaN(parseNumber(text, m))));
  return mark === undefined ? undefined : { type: "number", decimal: mark };
}

function findDate(
  { where, name, dateFormat }: TypeOptions,
  at: TextsAt,
  values: readonly string[],
  asked: boolean,
): Reading | undefined {
  const tried = dateFormat === undefined ? FOUND_FORMATS : [readDateFormat(where, dateFormat), ...FOUND_FORMATS];
  const fits = tried.filter((format) => values.every((text) => !Number.isNaN(parseDate(text, format))));
  if (asked && fits.length === 0) return { type: "date", format: tried[0]! };
  check(fits.length < 2 || fits[0] === dateFormat || agree(values, fits), () => {
    const both = fits.slice(0, 2).join(" or ");
    const ways = `give dateFormat, or types: { ${show(at.column)}: "text" }`;
    return `${where}: ${name}: dates of column ${show(at.column)} such as ${show(values[0])} could be ${both}; ${ways}`;
  });
  return fits.length === 0 ? undefined : { type: "date", format: fits[0]! };
}

/** 03/03/2024 is the same day in both orders. */
function agree(values: readonly string[], formats: readonly DateFormat[]): boolean {
  return values.every((text) => formats.every((format) => parseDate(text, format) === parseDate(text, formats[0]!)));
}

export const missingSet = (marks: readonly string[]): ReadonlySet<string> => new Set(["", ...marks]);

/** The column in that reading. @throws SluiceError with the line of a text that is no such value */
export function readColumn(options: TypeOptions, at: TextsAt, reading: Reading): Column {
  const { column: name, texts } = at;
  if (reading.type === "text") {
    const isMissing = missingSet(options.missing ?? [""]);
    return { name, type: "text", values: texts.map((text) => (isMissing.has(text) ? null : text)) };
  }
  const parse =
    reading.type === "number"
      ? (text: string) => parseNumber(text, reading.decimal)
      : (text: string) => parseDate(text, reading.format);
  const isMissing = missingSet(options.missing ?? MISSING);
  const values = new Float64Array(texts.length);
  for (let row = 0; row < values.length; row++) {
    const text = texts[row]!;
    const value = parse(text);
    check(!Number.isNaN(value) || isMissing.has(text), () => contradiction(options, at, row, reading));
    values[row] = value;
  }
  return { name, type: reading.type, values };
}

function contradiction({ where, name, types }: TypeOptions, at: TextsAt, row: number, reading: Reading): string {
  const expected = reading.type === "date" ? `dates (${reading.format})` : "numbers";
  const place = `${where}: ${name}, line ${at.lineOf(row)}, column ${show(at.column)}`;
  const hint = at.column in types ? "" : `; if they are texts, give types: { ${show(at.column)}: "text" }`;
  return `${place}: expected ${expected}, got ${show(at.texts[row])}${hint}`;
}
