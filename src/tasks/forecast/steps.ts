/** How far apart the rows stand, where rows are left out, and how the dates go on. */
import type { Frame } from "./frame.js";

const DAY = 86_400_000;

/** The regular distance between two rows. Business days are those from Monday to Friday. */
export type Step =
  | { readonly unit: "milliseconds"; readonly count: number }
  | { readonly unit: "businessDays"; readonly count: 1 }
  | { readonly unit: "months"; readonly count: number };

/** Most steps that are looked at to find the regular one. */
const SAMPLE = 100_000;

/** The usual step of all series together; null without dates or with a single row. */
export function stepOf({ times, series }: Frame): Step | null {
  if (times === null) return null;
  const steps: number[] = [];
  let [months, weekend] = [0, 0];
  for (const { begin, end } of series) {
    for (let i = begin + 1; i < end && steps.length < SAMPLE; i++) {
      steps.push(times[i]! - times[i - 1]!);
      if (isMonths(times[i - 1]!, times[i]!)) months++;
      if (new Date(times[i]!).getUTCDay() % 6 === 0) weekend++;
    }
  }
  if (steps.length === 0) return null;
  steps.sort((a, b) => a - b);
  const median = steps[steps.length >> 1]!;
  if (months > 0.9 * steps.length) return { unit: "months", count: Math.max(1, Math.round(median / (30.44 * DAY))) };
  if (median === DAY && weekend === 0 && steps.at(-1)! > DAY) return { unit: "businessDays", count: 1 };
  return { unit: "milliseconds", count: median };
}

/** Whole months: the same day of the month, or the last day of both. */
function isMonths(from: number, to: number): boolean {
  const [a, b] = [new Date(from), new Date(to)];
  if (to - from < 27 * DAY) return false;
  return a.getUTCDate() === b.getUTCDate() || (isMonthEnd(from) && isMonthEnd(to));
}

function isMonthEnd(time: number): boolean {
  return new Date(time + DAY).getUTCDate() === 1;
}

/** The date `n` steps after the last of these. */
export function dateAfter(times: ArrayLike<number>, step: Step, n: number): number {
  const last = times[times.length - 1]!;
  if (step.unit === "milliseconds") return last + n * step.count;
  if (step.unit === "months")
    return addMonths(last, n * step.count, isMonthEnd(last) && Array.from(times).every(isMonthEnd));
  let time = last;
  for (let left = n; left > 0;) {
    time += DAY;
    if (new Date(time).getUTCDay() % 6 !== 0) left--;
  }
  return time;
}

function addMonths(time: number, months: number, toEnd: boolean): number {
  const date = new Date(time);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
  const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 1);
  const days = (next - first) / DAY;
  const day = toEnd ? days : Math.min(days, date.getUTCDate());
  return first + (day - 1) * DAY + (time % DAY);
}

/** Places where more time passes than a step, over all series. */
export function countGaps({ times, series }: Frame, step: Step): number {
  if (times === null) return 0;
  let gaps = 0;
  for (const { begin, end } of series) {
    for (let i = begin + 1; i < end; i++) if (times[i]! > dateAfter([times[i - 1]!], step, 1) + slackOf(step)) gaps++;
  }
  return gaps;
}

/** What a regular series may be late by: half a step; none on business days, where holidays are gaps of a day at least. */
function slackOf(step: Step): number {
  return step.unit === "milliseconds" ? step.count / 2 : step.unit === "months" ? 4 * DAY : 0;
}

const UNITS: readonly (readonly [number, string])[] = [
  [7 * DAY, "week"],
  [DAY, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
  [1000, "second"],
  [1, "millisecond"],
];

/** Such as "5 minutes". */
export function showStep({ unit, count }: Step): string {
  if (unit === "businessDays") return "1 business day";
  if (unit === "months") return count === 12 ? "1 year" : plural(count, "month");
  const [size, name] = UNITS.find(([size]) => count % size === 0) ?? [1, "millisecond"];
  return plural(count / size, name);
}

function plural(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

/** Seasons that series of this step often have, in steps. */
export function usualSeasons(step: Step | null): number[] {
  if (step === null) return [];
  if (step.unit === "businessDays") return [5];
  if (step.unit === "months") return step.count < 12 && 12 % step.count === 0 ? [12 / step.count] : [];
  const periods = step.count < DAY ? [DAY, 7 * DAY] : step.count < 7 * DAY ? [7 * DAY] : [];
  const whole = periods.map((period) => period / step.count).filter((n) => Number.isInteger(n) && n >= 2);
  return step.count === 7 * DAY ? [52] : step.count === DAY ? [...whole, 365] : whole;
}
