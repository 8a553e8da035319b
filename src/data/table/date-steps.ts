/** How the dates of a column follow each other. */
export interface DateSteps {
  /** Whether they rise from row to row, the missing left out. Several series below each other do not. */
  readonly rising: boolean;
  /** Dates that came before, in whatever row. */
  readonly repeated: number;
  /** Such as "daily", "every 5 minutes" or "irregular"; "" for fewer than two dates. Of the different dates in order. */
  readonly step: string;
  /** Places where one step or more are left out; 0 where the step is irregular. */
  readonly gaps: number;
  /** "daily, 3 gaps". */
  readonly regularity: string;
}

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60000, 3600000, 86400000];
const UNITS = [
  ["day", DAY, "daily"],
  ["hour", HOUR, "hourly"],
  ["minute", MINUTE, "every minute"],
  ["second", SECOND, "every second"],
] as const;

const FRIDAY = 5;

/** Steps of which fewer than this share are one and the same have no rule. */
const REGULAR = 0.7;

export function stepsOf(dates: Float64Array): DateSteps {
  const present = dates.filter((date) => !Number.isNaN(date));
  const rising = present.every((date, i) => i === 0 || date > present[i - 1]!);
  const sorted = rising ? present : Float64Array.from(new Set(present)).sort();
  const repeated = present.length - sorted.length;
  const { step, gaps } = ruleOf(sorted);
  const parts = [
    step,
    gaps > 0 ? `${gaps} ${gaps === 1 ? "gap" : "gaps"}` : "",
    repeated > 0 ? "dates come again" : "",
  ];
  return { rising, repeated, step, gaps, regularity: parts.filter((part) => part !== "").join(", ") };
}

function ruleOf(sorted: Float64Array): { step: string; gaps: number } {
  if (sorted.length < 2) return { step: "", gaps: 0 };
  return monthly(sorted) ?? even(sorted) ?? { step: "irregular", gaps: 0 };
}

/** Months and years differ in length: their steps are counted in months of the calendar. */
function monthly(sorted: Float64Array): { step: string; gaps: number } | undefined {
  const days = new Set<number>();
  const months = Array.from(sorted, (date) => {
    const at = new Date(date);
    // The last day of a month is the day before the first of the next.
    const next = new Date(date + DAY);
    const end = next.getUTCMonth() !== at.getUTCMonth();
    days.add(end && at.getUTCDate() > 27 ? 31 : at.getUTCDate());
    return at.getUTCFullYear() * 12 + at.getUTCMonth();
  });
  const steps = months.slice(1).map((month, i) => month - months[i]!);
  if (days.size > 1 || steps.includes(0)) return undefined;
  const usual = mostFrequent(steps);
  if (usual === undefined) return undefined;
  const names: Record<number, string> = { 1: "monthly", 3: "quarterly", 12: "yearly" };
  return { step: names[usual] ?? `every ${usual} months`, gaps: steps.filter((step) => step > usual).length };
}

function even(sorted: Float64Array): { step: string; gaps: number } | undefined {
  const steps = Array.from(sorted.subarray(1), (date, i) => date - sorted[i]!);
  const usual = mostFrequent(steps);
  if (usual === undefined) return undefined;
  const weekday = (date: number) => new Date(date).getUTCDay();
  const working = usual === DAY && sorted.length > 5 && sorted.every((date) => weekday(date) % 6 !== 0);
  // From a Friday to the Monday after it no working day is left out.
  const isGap = (step: number, i: number) =>
    step > usual && !(working && step === 3 * DAY && weekday(sorted[i]!) === FRIDAY);
  return { step: working ? "daily on working days" : nameOf(usual), gaps: steps.filter(isGap).length };
}

function mostFrequent(steps: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const step of steps) counts.set(step, (counts.get(step) ?? 0) + 1);
  const [usual, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
  return count >= steps.length * REGULAR ? usual : undefined;
}

function nameOf(step: number): string {
  if (step === 7 * DAY) return "weekly";
  for (const [unit, length, name] of UNITS) {
    if (step === length) return name;
    if (step % length === 0) return `every ${step / length} ${unit}s`;
  }
  return `every ${step} ms`;
}
