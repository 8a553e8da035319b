/** How far axes reach, and where they have ticks. */
import uPlot from "uplot";

/** In both directions by so much, so that no line runs on the edge. */
const LOG_PAD = 1.25;

export const logRange: uPlot.Range.Function = (_, low, high) =>
  low === null || high === null || !(low > 0) ? [0.1, 1] : [low / LOG_PAD, high * LOG_PAD];

export const linearRange: uPlot.Range.Function = (_, low, high) => {
  if (low === null || high === null) return [0, 1];
  const pad = (high - low || Math.abs(high) || 1) * 0.06;
  return [low >= 0 && low - pad < 0 ? 0 : low - pad, high + pad];
};

export const xRange: uPlot.Range.Function = (_, low, high) =>
  low === null || high === null ? [0, 1] : low === high ? [low, low + 1] : [low, high];

/** Steps between ticks where there is nothing between the values of x, such as steps of time. */
export const WHOLE = [1, 2, 5]
  .flatMap((digit) => Array.from({ length: 9 }, (_, power) => digit * 10 ** power))
  .sort((a, b) => a - b);

/** Room that a tick of a logarithmic axis needs, in CSS pixels. */
const LOG_TICK_PX = 24;

/** What powers of ten are multiplied with, from the finest on. */
const DIGITS = [
  [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9],
  [1, 2, 5],
];

/**
 * As many powers of ten as there is room for; numbers between them where there is room for those. uPlot's own ticks find no end below
 * 10^-16, where gradients that vanish soon are.
 */
export function logTicks(u: uPlot, _: number, low: number, high: number): number[] {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const room = Math.max(2, u.bbox.height / uPlot.pxRatio / LOG_TICK_PX);
  const span = Math.log10(high / low);
  const every = Math.max(1, Math.ceil(span / room));
  const digits = DIGITS.find((all) => all.length * span < room) ?? [1];
  const powers = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((power) => power % every === 0);
  const ticks = powers.flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)));
  return ticks.filter((tick) => tick >= low && tick <= high);
}
