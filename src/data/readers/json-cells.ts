import type { CellRules, Reading } from "./cells.js";
import { dateReadings, MISSING } from "./csv-cells.js";
import type { ReadOptions } from "./options.js";

const NUMBER: Reading = { type: "number", expects: "numbers", read: toNumber };
const MOMENT: Reading = {
  type: "date",
  expects: "dates",
  read: (cell) => (cell instanceof Date ? cell.getTime() : NaN),
};
const TEXT: Reading = { type: "text", expects: "texts", read: (cell) => (typeof cell === "string" ? cell : null) };
/** Where the caller wants texts, numbers are written as JavaScript does. */
const ANY_TEXT: Reading = {
  type: "text",
  expects: "texts, numbers or truth values",
  read: (cell) => (isPlain(cell) ? String(cell) : null),
};

const isPlain = (cell: unknown): boolean => ["string", "number", "bigint", "boolean"].includes(typeof cell);

/** Truth values are 1 and 0. Whole numbers beyond 2⁵³ lose digits, as they do in CSV. */
function toNumber(cell: unknown): number {
  if (typeof cell === "number") return cell;
  return typeof cell === "boolean" || typeof cell === "bigint" ? Number(cell) : NaN;
}

/** Cells are JavaScript values: numbers stay numbers and texts texts, unless all texts of a column are dates. */
export function jsonRules(where: string, source: string, unit: string, options: ReadOptions): CellRules {
  const types = { ...options.optionalTypes, ...options.types };
  const dates = [MOMENT, ...dateReadings(where, options.dateFormat).map(ofTexts)];
  const marks = new Set(options.missing ?? MISSING);
  const textMarks = new Set(options.missing ?? []);
  const byType = { number: [NUMBER], date: dates, text: [ANY_TEXT] };
  return {
    where,
    source,
    unit,
    typed: Object.keys(types),
    required: Object.keys(options.types ?? {}),
    wanted: options.columns,
    readings: (column) => (Object.hasOwn(types, column) ? byType[types[column]!] : [NUMBER, ...dates, TEXT]),
    marks: (options.missing ?? []).flatMap((mark) => [mark, Number(mark)]),
    isMissing: (cell, type) => {
      if (cell === undefined || cell === null || (typeof cell === "number" && Number.isNaN(cell))) return true;
      return typeof cell === "string" && (type === "date" ? marks : textMarks).has(cell);
    },
  };
}

const ofTexts = (reading: Reading): Reading => ({
  ...reading,
  read: (cell) => (typeof cell === "string" ? reading.read(cell) : NaN),
});
