import { check, show } from "../../util/errors.js";

/** A Date, milliseconds since 1970, or ISO 8601 text; text without a zone is UTC, so that no result depends on the machine. */
export type DateLike = Date | number | string;

const ISO = /^(\d{4}-\d{2}-(\d{2}))(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?)?$/;

/** Milliseconds since 1970. */
export function readDates(where: string, dates: readonly DateLike[]): Float64Array {
  return Float64Array.from(dates, (date, i) => {
    const time = typeof date === "string" ? ofText(date) : date instanceof Date ? date.getTime() : date;
    check(typeof time === "number" && Number.isFinite(time), () => {
      return `${where}: date at row ${i} must be a Date, milliseconds or text such as "2024-05-31 17:00", got ${show(date)}`;
    });
    return time;
  });
}

function ofText(text: string): number {
  const [, date, day, time = "00:00", zone = "Z"] = ISO.exec(text) ?? [];
  if (date === undefined) return NaN;
  // Engines read the 30th of February as a day in March.
  const exists = new Date(`${date}T00:00Z`).getUTCDate() === Number(day);
  return exists ? Date.parse(`${date}T${time}${zone}`) : NaN;
}
