/** Where axes are marked, and what stands there. */

export interface Tick {
  at: number;
  label: string;
}

const DAY = 86_400_000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Round numbers (1, 2 or 5 times a power of ten) within [low, high], `count` of them at most. */
export function numberTicks(low: number, high: number, count: number): Tick[] {
  const step = roundStep((high - low) / count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const at = (first + i) * step;
    return { at, label: showNumber(at, step) };
  });
}

/** The smallest 1, 2 or 5 times a power of ten that is not below `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least * (1 - 1e-9))!;
}

/** As many decimals as tell neighbours apart. */
function showNumber(value: number, step: number): string {
  const size = Math.max(Math.abs(value), step);
  const power = (x: number) => Math.floor(Math.log10(x) + 1e-9);
  const digits = Math.abs(value).toFixed(Math.min(100, Math.max(0, -power(step))));
  const exponential = size >= 1e6 || step < 1e-4;
  if (exponential && Math.abs(value) < step / 2) return "0";
  const text = exponential ? Math.abs(value).toExponential(Math.min(100, power(size) - power(step))) : digits;
  return `${value < -step / 2 ? "−" : ""}${text.replace("e+", "e")}`;
}

/** Days, beginnings of months, or of years (UTC) within [low, high] in milliseconds, `count` of them at most. */
export function dateTicks(low: number, high: number, count: number): Tick[] {
  const days = (high - low) / DAY;
  for (const step of [1, 2, 7, 14]) if (days / step <= count) return dayTicks(low, high, step);
  const months = days / 30.44;
  const step = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200].find((n) => months / n <= count) ?? 12_000;
  return monthTicks(low, high, step);
}

function dayTicks(low: number, high: number, step: number): Tick[] {
  const ticks: Tick[] = [];
  for (let at = Math.ceil(low / DAY) * DAY; at <= high; at += step * DAY) {
    const date = new Date(at);
    ticks.push({ at, label: `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}` });
  }
  return ticks;
}

function monthTicks(low: number, high: number, step: number): Tick[] {
  const begin = new Date(low);
  const firstMonth = begin.getUTCFullYear() * 12 + begin.getUTCMonth();
  const ticks: Tick[] = [];
  for (let month = Math.ceil(firstMonth / step) * step; ; month += step) {
    const at = Date.UTC(Math.floor(month / 12), month % 12);
    if (at > high) return ticks;
    const year = String(Math.floor(month / 12));
    if (at >= low) ticks.push({ at, label: step % 12 === 0 ? year : `${MONTHS[month % 12]} ${year}` });
  }
}
