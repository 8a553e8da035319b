/** What `model: "segrnn"` asks of the other options, and what it finds out where they leave it open. */
import { check, show } from "../../../util/errors.js";
import type { ForecastOptions } from "../options.js";

/** Longest segment that is chosen; the paper's, for a lookback of 720. */
const LONGEST = 48;

/** Segments of the lookback at least, where one is chosen: fewer steps than that teach a recurrent network nothing. */
const SEGMENTS = 4;

/**
 * The options as SegRNN needs them: it subtracts the last value and adds it again by itself, and sees the targets alone.
 * @throws SluiceError for options that it has no use for
 */
export function segRnnOptions(where: string, options: ForecastOptions): ForecastOptions {
  const { cell, units, bidirectional, past, future, calendar, residual, level } = options;
  const needs = (fits: boolean, text: string, got: unknown) =>
    check(fits, () => `${where}: model segrnn ${text}, got ${show(got)}`);
  needs(cell === "gru" && !bidirectional, "is one GRU that reads forwards", bidirectional ? "bidirectional" : cell);
  needs(units.length === 1, "has one layer: units must be one number", units);
  needs(past === undefined && future === undefined, "looks at the targets alone: leave out past and future", past ?? future); // prettier-ignore
  needs(calendar === "auto" || calendar === "none", "looks at the targets alone: calendar must be none", calendar);
  needs(residual !== true && level !== false, "goes on from the last value by itself: leave out residual and level", residual ?? level); // prettier-ignore
  return { ...options, calendar: "none", residual: false, level: true, linear: false };
}

/**
 * Lookback and horizon in segments. The segment that is chosen is the longest that divides the horizon, of at most 48 steps and a quarter of
 * the lookback; a lookback that is not given is cut to whole segments.
 * @param usual the lookback where none is given
 * @throws SluiceError where no whole number of segments fits
 */
export function segmentsOf(
  where: string,
  { lookback: given, horizon, segment }: ForecastOptions,
  usual: number,
): { segment: number; lookback: number } {
  const lookback = given ?? usual;
  const divides = (w: number) => horizon % w === 0 && (given === undefined || given % w === 0);
  if (segment === undefined) {
    const longest = Math.max(1, Math.min(LONGEST, Math.floor(lookback / SEGMENTS)));
    const w = Array.from({ length: longest }, (_, i) => longest - i).find(divides)!;
    return { segment: w, lookback: lookback - (lookback % w) };
  }
  check(divides(segment) && segment <= lookback, () => {
    return `${where}: lookback and horizon must be whole numbers of segments of ${segment} steps, got ${lookback} and ${horizon}`;
  });
  return { segment, lookback: lookback - (lookback % segment) };
}
