/** Values of clients beside the fields that a model takes. */
import type { Json } from "../../format/json.js";
import type { Field, Signature } from "../../tasks/view.js";
import { nearest } from "../../util/checks.js";
import { show } from "../../util/errors.js";
import { Problem, type ProblemItem } from "../problem.js";

export type Row = Readonly<Record<string, Json>>;

/** More are not told: the first say enough. */
const MOST_ERRORS = 20;

export const isObject = (value: unknown): value is Readonly<Record<string, Json>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** One step of a JSON pointer (RFC 6901, section 6: as a URI fragment it is percent-encoded). */
export function pointerStep(name: string): string {
  const whole = name.replace(/\p{Surrogate}/gu, "\ufffd"); // halves of pairs cannot be encoded
  return `/${encodeURIComponent(whole.replaceAll("~", "~0").replaceAll("/", "~1"))}`;
}

/** Where in a body the cells of a table stand. */
export interface Places {
  row(i: number): string;
  cell(i: number, name: string): string;
  /** A field of which there is nothing in any row. */
  field(name: string): string;
}

/** @param pointer of a list of objects */
export function rowPlaces(pointer: string): Places {
  const row = (i: number) => `${pointer}/${i}`;
  const cell = (i: number, name: string) => row(i) + pointerStep(name);
  return { row, cell, field: (name) => cell(0, name) };
}

/** @param pointer of an object of lists */
export function columnPlaces(pointer: string): Places {
  const field = (name: string) => pointer + pointerStep(name);
  return { row: () => pointer, cell: (i, name) => `${field(name)}/${i}`, field };
}

/**
 * Rows as objects with the model's fields; what the cells are worth the preprocessing says.
 * @throws Problem 422 that points at every value which is of another type, of no field, or missing: in a row that is a sample, or in all rows of
 * one
 */
export function checkRows(signature: Signature, rows: readonly Json[], places: Places): readonly Row[] {
  const fields = new Map(signature.inputs.map((field) => [field.name, field]));
  const errors: ProblemItem[] = [];
  const seen = new Set<string>();
  // A field that is none is told once, not for every row.
  const unknown = new Set<string>();
  for (const [i, row] of rows.entries()) {
    if (isObject(row)) {
      checkRow(row, fields, (name) => places.cell(i, name), seen, unknown, errors);
      if (signature.sample === "row") errors.push(...missingIn(row, signature.inputs, (name) => places.cell(i, name)));
    } else errors.push({ pointer: places.row(i), detail: `expected an object of fields, got ${show(row)}` });
    if (errors.length >= MOST_ERRORS) break;
  }
  for (const { name, optional } of signature.inputs) {
    if (optional === true || seen.has(name) || errors.length > 0) continue;
    errors.push({ pointer: places.field(name), detail: `the field ${show(name)} is missing in all rows` });
  }
  if (errors.length > 0) throw invalid(errors);
  return rows as readonly Row[];
}

function checkRow(
  row: Row,
  fields: ReadonlyMap<string, Field>,
  at: (name: string) => string,
  seen: Set<string>,
  unknown: Set<string>,
  errors: ProblemItem[],
): void {
  for (const [name, value] of Object.entries(row)) {
    const pointer = at(name);
    const field = fields.get(name);
    if (field !== undefined) {
      seen.add(name);
      const wrong = value === null ? null : whyWrong(field, value);
      if (wrong !== null) errors.push({ pointer, detail: wrong });
    } else if (!unknown.has(name)) {
      unknown.add(name);
      errors.push({ pointer, detail: unknownField(name, [...fields.keys()]) });
    }
  }
}

/** Fields that an object lacks. @param at where each would stand */
export function missingIn(row: Row, fields: readonly Field[], at: (name: string) => string): ProblemItem[] {
  const lacking = fields.filter(({ name, optional }) => optional !== true && !Object.hasOwn(row, name));
  return lacking.map(({ name }) => ({ pointer: at(name), detail: `the field ${show(name)} is missing` }));
}

/** @param known members that a body may have */
export function unknownMember(name: string, known: readonly string[]): Problem {
  const hint = nearest(name, known);
  const tail = hint === undefined ? `there are ${known.join(", ")}` : `did you mean ${show(hint)}?`;
  const detail = `The body has an unknown member ${show(name)}; ${tail}`;
  return new Problem("invalid-input", detail, { errors: [{ pointer: `#${pointerStep(name)}`, detail }] });
}

function unknownField(name: string, known: readonly string[]): string {
  const hint = nearest(name, known);
  return `the model takes no field ${show(name)}; ${hint ? `did you mean ${show(hint)}?` : `there are ${known.map(show).join(", ")}`}`;
}

/** The columns of a table beside the fields. @throws Problem 422 for one that is of no field */
export function checkColumns(signature: Signature, names: readonly string[]): void {
  const known = signature.inputs.map((field) => field.name);
  const errors = names.filter((name) => !known.includes(name)).map((name) => ({ detail: unknownField(name, known) }));
  for (const { name, optional } of signature.inputs)
    if (optional !== true && !names.includes(name)) errors.push({ detail: `the column ${show(name)} is missing` });
  if (errors.length > 0) throw invalid(errors);
}

export function invalid(errors: readonly ProblemItem[]): Problem {
  const shown = errors.slice(0, MOST_ERRORS);
  const { pointer, detail } = shown[0]!;
  const place = pointer === undefined ? "" : `${decodeURIComponent(pointer)}: `;
  const more = shown.length > 1 ? ` (and ${shown.length - 1} more)` : "";
  return new Problem("invalid-input", `${place}${detail}${more}`, { errors: shown });
}

const WANTED: Readonly<Record<Field["type"], readonly [what: string, fits: (value: Json) => boolean]>> = {
  number: ["a number", (value) => typeof value === "number"],
  category: ["a text or a number", (value) => typeof value === "string" || typeof value === "number" || typeof value === "boolean"], // prettier-ignore
  text: ["a text", (value) => typeof value === "string"],
  date: ['a date such as "2026-05-31" or milliseconds since 1970', (value) => typeof value === "string" || typeof value === "number"], // prettier-ignore
  boolean: ["true or false", (value) => typeof value === "boolean" || value === 0 || value === 1],
  audio: ["nothing: recordings do not go in rows", () => false],
};

/** Null where the value is of the field's type. */
export function whyWrong({ name, type, list }: Field, value: Json): string | null {
  const [what, fits] = WANTED[type];
  const ok = list === true ? Array.isArray(value) && value.every(fits) : fits(value);
  return ok ? null : `${name} must be ${list === true ? `a list, each ${what}` : what}, got ${show(value)}`;
}
