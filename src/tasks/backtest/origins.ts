/** Moments at which forecasts are made: what is known by then of each series, and what is to be foreseen. */
import { check } from "../../util/errors.js";
import type { Frame } from "../forecast/frame.js";

export interface Origin {
  /** The first moment that is foreseen: milliseconds since 1970, or, without dates, the number of steps known of the longest series. */
  readonly at: number;
  /** By series, the first step that is learnt from. */
  readonly begins: readonly number[];
  /** By series, the step after the last known one, where the horizon begins. */
  readonly ends: readonly number[];
}

export interface OriginSettings {
  /** Steps that are known at the first origin; below 1 a share of all. */
  readonly initial: number;
  /** Steps between two origins. */
  readonly period: number;
  readonly horizon: number;
  readonly window: "expanding" | "sliding";
  /** At most so many, the last ones. */
  readonly origins?: number | undefined;
}

/**
 * With dates an origin is one moment for all series, counted along all dates that there are. Without, it is a number of steps; of several
 * series, which may be of different length, it is counted from the end of each.
 * @throws SluiceError where initial window and horizon leave no origin
 */
export function originsOf(where: string, frame: Frame, settings: OriginSettings): Origin[] {
  const moments = frame.times === null ? null : Float64Array.from(new Set(frame.times)).sort();
  const length = moments?.length ?? Math.max(...frame.series.map(({ begin, end }) => end - begin));
  const initial = settings.initial < 1 ? Math.round(settings.initial * length) : settings.initial;
  const { period, horizon, origins = Infinity } = settings;
  check(Number.isInteger(initial), () => `${where}: initial must be a whole number of steps, or a share below 1, got ${initial}`); // prettier-ignore
  const count = Math.floor((length - horizon - initial) / period) + 1;
  check(count >= 1 && initial >= 1, () => {
    return `${where}: ${frame.source} has ${length} steps; initial ${initial} and horizon ${horizon} leave no origin`;
  });
  const places = Array.from({ length: count }, (_, k) => initial + k * period).slice(-Math.min(origins, count));
  const sliding = settings.window === "sliding" ? initial : null;
  return moments ? byMoment(frame, moments, places, sliding) : byStep(frame, places, sliding, horizon);
}

function byMoment(frame: Frame, moments: Float64Array, places: readonly number[], sliding: number | null): Origin[] {
  const firstAt = (moment: number) => frame.series.map(({ begin, end }) => firstFrom(frame.times!, begin, end, moment));
  return places.map((place) => ({
    at: moments[place]!,
    begins: sliding === null ? frame.series.map(({ begin }) => begin) : firstAt(moments[place - sliding]!),
    ends: firstAt(moments[place]!),
  }));
}

/** The first step of [begin, end) that is not before a moment; steps are in order of time. */
function firstFrom(times: Float64Array, begin: number, end: number, moment: number): number {
  let [low, high] = [begin, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

function byStep({ series }: Frame, places: readonly number[], sliding: number | null, horizon: number): Origin[] {
  const last = places.at(-1)!;
  const alone = series.length === 1;
  return places.map((place) => {
    const ends = series.map(({ begin, end }) => (alone ? begin + place : Math.max(begin, end - horizon - (last - place)))); // prettier-ignore
    const begins = series.map(({ begin }, i) => (sliding === null ? begin : Math.max(begin, ends[i]! - sliding)));
    return { at: place, begins, ends };
  });
}

/** Rows of the table that are known at an origin, in their order in the table. */
export function knownRows({ rows }: Frame, { begins, ends }: Origin): Int32Array {
  const known = begins.flatMap((begin, i) => Array.from(rows.subarray(begin, ends[i])));
  return Int32Array.from(known).sort();
}
