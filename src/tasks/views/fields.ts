/** Raw values that go in and come out, described and read. */
import { checkRange } from "../../util/checks.js";
import { check, show, SluiceError } from "../../util/errors.js";
import { parseDate } from "../../data/readers/date-formats.js";
import type { Field, RawRow } from "../view.js";
import { unitOf } from "./unit.js";

/** A number, with the unit that its name gives in brackets. */
export function numberField(name: string, more: Partial<Field> = {}): Field {
  const unit = unitOf(name);
  return { name, type: "number", ...(unit !== undefined && { unit }), ...more };
}

/** When a row was observed: a date, or a number where the times of training were such. */
export function timeField(name: string, dated: boolean): Field {
  return dated ? { name, type: "date" } : numberField(name);
}

/** @throws SluiceError that names the field */
export function numberIn(where: string, row: RawRow, name: string): number {
  checkThere(where, row, name);
  return checkRange(where, name, row[name]);
}

/** @throws SluiceError that names the field */
export function textIn(where: string, row: RawRow, name: string): string {
  checkThere(where, row, name);
  const value = row[name];
  check(typeof value === "string", () => `${where}: ${name} must be a text, got ${show(value)}`);
  return value;
}

/** Milliseconds since 1970, of an ISO 8601 date or of such a number. */
export function dateIn(where: string, row: RawRow, name: string): number {
  checkThere(where, row, name);
  const value = row[name];
  const time = typeof value === "string" ? parseDate(value, "iso") : value;
  check(typeof time === "number" && Number.isFinite(time), () => {
    return `${where}: ${name} must be a date such as "2026-05-31" or "2026-05-31T17:00:00Z", got ${show(value)}`;
  });
  return time;
}

function checkThere(where: string, row: RawRow, name: string): void {
  if (typeof row !== "object" || row === null || Array.isArray(row))
    throw new SluiceError(`${where}: a row must be an object of fields, got ${show(row)}`);
  check(Object.hasOwn(row, name), () => {
    return `${where}: the field ${show(name)} is missing; the row has ${Object.keys(row).map(show).join(", ") || "none"}`;
  });
}
