/** Numbers, spans of time and dates as a reader of the chosen language expects them. */
import { dictionary, locale } from "./i18n.js";

const t = dictionary(
  { ms: "{n} ms", s: "{n} s", min: "{m} min {s} s", h: "{h} h {m} min", d: "{d} d {h} h" },
  { ms: "{n} 毫秒", s: "{n} 秒", min: "{m} 分 {s} 秒", h: "{h} 小时 {m} 分", d: "{d} 天 {h} 小时" },
);

/** Of a number that is missing or no number. */
export const NONE = "–";

/** Significant digits; powers of ten where a plain number would be long. */
export function figure(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(Math.max(0, digits - 2)).replace("-", "−");
  const whole = Number.isInteger(value) && size < 1e9;
  const options = whole
    ? { maximumFractionDigits: 0 }
    : { minimumSignificantDigits: digits, maximumSignificantDigits: digits };
  return value.toLocaleString(locale(), options).replace("-", "−");
}

/** A whole number with its thousands set apart. */
export const count = (value: number): string => Math.round(value).toLocaleString(locale());

/** A share of one as percent. */
export function percent(share: number, digits = 0): string {
  if (Number.isNaN(share)) return NONE;
  return share.toLocaleString(locale(), { style: "percent", maximumFractionDigits: digits });
}

export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NONE;
  if (seconds < 1) return t("ms", { n: Math.round(seconds * 1000) });
  if (seconds < 60) return t("s", { n: seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds) });
  const s = Math.round(seconds);
  if (s < 3600) return t("min", { m: Math.floor(s / 60), s: s % 60 });
  if (s < 86400) return t("h", { h: Math.floor(s / 3600), m: Math.round((s % 3600) / 60) });
  return t("d", { d: Math.floor(s / 86400), h: Math.round((s % 86400) / 3600) });
}

export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = size < 1 ? 0 : Math.min(4, Math.floor(Math.log10(size) / 3));
  return `${figure(Math.round((size / 1000 ** power) * 10) / 10, 3)} ${units[power]}`;
}

/** Date and time of an ISO text, in the visitor's own zone. */
export function dateTime(iso: string | null): string {
  const time = iso === null ? Number.NaN : Date.parse(iso);
  if (Number.isNaN(time)) return iso ?? NONE;
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(time);
}
