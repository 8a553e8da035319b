import { check, show } from "../../util/errors.js";

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const TIME = String.raw`(?:[T ,]+(?<h>\d{1,2}):(?<min>\d{2})(?::(?<s>\d{2}(?:[.,]\d+)?))?(?:\s*(?<half>[AaPp][Mm]))?\s*(?<zone>Z|UTC|[+-]\d{2}:?\d{2})?)?`;
const Y = String.raw`(?<y>\d{4})`;
const M = String.raw`(?<m>\d{1,2})`;
const D = String.raw`(?<d>\d{1,2})`;
const NAME = String.raw`(?<name>[A-Za-z]{3})[a-z]*\.?`;

/** How dates are written; without a zone they are UTC. Each may be followed by a time such as 17:00, 17:00:00.5Z or 5:00 pm. */
const PATTERNS = {
  iso: String.raw`${Y}-(?<m>\d{2})(?:-(?<d>\d{2}))?`,
  "YYYY/MM/DD": String.raw`${Y}/${M}/${D}`,
  "YYYY.MM.DD": String.raw`${Y}\.${M}\.${D}`,
  YYYYMMDD: String.raw`${Y}(?<m>\d{2})(?<d>\d{2})`,
  "DD.MM.YYYY": String.raw`${D}\.${M}\.${Y}`,
  "MM/DD/YYYY": String.raw`${M}/${D}/${Y}`,
  "DD/MM/YYYY": String.raw`${D}/${M}/${Y}`,
  "MM-DD-YYYY": String.raw`${M}-${D}-${Y}`,
  "DD-MM-YYYY": String.raw`${D}-${M}-${Y}`,
  "MMM D YYYY": String.raw`${NAME}[ -]${D},?[ -]${Y}`,
  "D MMM YYYY": String.raw`${D}[ -]${NAME},?[ -]${Y}`,
} as const;

export type DateFormat = keyof typeof PATTERNS;

const REGEXPS = Object.fromEntries(
  Object.entries(PATTERNS).map(([format, pattern]) => [format, new RegExp(`^${pattern}${TIME}$`)]),
) as Record<DateFormat, RegExp>;

export const DATE_FORMATS = Object.keys(PATTERNS) as DateFormat[];

/** Those that a column is tried for; eight digits without a mark between them are a number unless the caller says otherwise. */
export const FOUND_FORMATS = DATE_FORMATS.filter((format) => format !== "YYYYMMDD");

export function readDateFormat(where: string, format: string): DateFormat {
  const known = (DATE_FORMATS as readonly string[]).includes(format);
  check(known, () => `${where}: dateFormat must be one of ${DATE_FORMATS.join(", ")}, got ${show(format)}`);
  return format as DateFormat;
}

/** Milliseconds since 1970, or NaN where the text is no date in that format: there is no 30th of February. */
export function parseDate(text: string, format: DateFormat): number {
  if (format === "iso" && (text.length === 10 || text.length === 19)) {
    const time = plainIso(text);
    if (!Number.isNaN(time)) return time;
  }
  const groups = REGEXPS[format].exec(text)?.groups;
  if (groups === undefined) return NaN;
  const { y, m, d = "1", name, h = "0", min = "0", s = "0", half, zone } = groups;
  const month = name === undefined ? Number(m) - 1 : MONTHS.indexOf(name.toLowerCase());
  const [year, day, hour] = [Number(y), Number(d), hourOf(Number(h), half)];
  const seconds = Number(s.replace(",", "."));
  if (month < 0 || month > 11 || day < 1 || !(hour <= 24) || Number(min) > 59 || seconds >= 60) return NaN;
  const midnight = utc(year, month, day);
  if (new Date(midnight).getUTCDate() !== day) return NaN;
  // Seconds are counted in whole milliseconds, as Date does.
  const time = midnight + hour * 3600000 + Number(min) * 60000 + Math.round(seconds * 1000);
  if (hour === 24 && (Number(min) > 0 || seconds > 0)) return NaN;
  return time - zoneMinutes(zone) * 60000;
}

const SHAPE = "0000-00-00 00:00:00";

/** "2024-05-31" and "2024-05-31 17:00:00", as most files have them, at five times the pattern's speed; else NaN. */
function plainIso(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const digit = code >= 48 && code <= 57;
    const fits = SHAPE[i] === "0" ? digit : code === SHAPE.charCodeAt(i) || (i === 10 && code === 84);
    if (!fits) return NaN;
  }
  const at = (i: number) => text.charCodeAt(i) * 10 + text.charCodeAt(i + 1) - 528;
  const [year, month, day] = [at(0) * 100 + at(2), at(5), at(8)];
  const [hour, minute, second] = text.length === 10 ? [0, 0, 0] : [at(11), at(14), at(17)];
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  const fits = month >= 1 && month <= 12 && day >= 1 && day <= days && hour < 24 && minute < 60 && second < 60;
  return fits ? utc(year, month - 1, day) + hour * 3600000 + minute * 60000 + second * 1000 : NaN;
}

/** Date.UTC takes the years 0 to 99 for 1900 to 1999. */
function utc(year: number, month: number, day: number): number {
  if (year >= 100) return Date.UTC(year, month, day);
  return new Date(0).setUTCFullYear(year, month, day);
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return NaN;
  return (hour % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
}

function zoneMinutes(zone: string | undefined): number {
  if (zone === undefined || zone === "Z" || zone === "UTC") return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone)!;
  return (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
}
