import { checkChoice } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { readDates, type DateLike } from "./dates.js";

/** Where a moment stands in its cycle, 0 to 1 (exclusive), in UTC; the week begins on Monday. */
const CYCLES = {
  hour: (date: Date) => date.getUTCHours() / 24,
  weekday: (date: Date) => ((date.getUTCDay() + 6) % 7) / 7,
  month: (date: Date) => date.getUTCMonth() / 12,
  dayOfYear(date: Date) {
    const year = date.getUTCFullYear();
    const [start, end] = [Date.UTC(year, 0), Date.UTC(year + 1, 0)];
    return Math.floor((date.getTime() - start) / DAY) / ((end - start) / DAY);
  },
};

const DAY = 86_400_000;

export type CalendarCycle = keyof typeof CYCLES;

const NAMES = Object.keys(CYCLES) as CalendarCycle[];

/**
 * Columns `<cycle>_sin` and `<cycle>_cos`, sin and cos of 2π times the place in the cycle, so that the end of a cycle lies beside
 * its beginning. They are known in the future: give them to `slidingWindows` as such.
 * @param cycles hour (of 24), weekday (of 7), month (of 12), dayOfYear (of 365 or 366); default all
 */
export function calendarFeatures(
  dates: readonly DateLike[],
  cycles: readonly CalendarCycle[] = NAMES,
): Record<string, Float64Array> {
  const where = "calendarFeatures";
  check(Array.isArray(cycles), () => `${where}: cycles must be a list, got ${show(cycles)}`);
  const moments = Array.from(readDates(where, dates), (time) => new Date(time));
  return Object.fromEntries(
    cycles.flatMap((name: CalendarCycle) => {
      const cycle = checkChoice(where, "cycle", name, NAMES);
      const turns = Float64Array.from(moments, (date) => 2 * Math.PI * CYCLES[cycle](date));
      return [
        [`${cycle}_sin`, turns.map(Math.sin)],
        [`${cycle}_cos`, turns.map(Math.cos)],
      ];
    }),
  );
}
