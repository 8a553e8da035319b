/** The axis of the result: the best above, the worst at the foot. */
import type { SweepReply, SweepTrial } from "../../api/index.js";
import { figure } from "../../ui/format.js";

export type ScaleKind = "value" | "rank";

export interface ResultScale {
  readonly kind: ScaleKind;
  /** From 0, the worst, to 1; null without a value. */
  placeOf(trial: SweepTrial): number | null;
  textAt(place: number): string;
  readonly marks: readonly { readonly at: number; readonly text: string }[];
}

/** Values so many times as far apart need logarithms. */
const WIDE = 20;
/** Where the middle half of the trials takes less of the axis, a few that diverged have squeezed it. */
const SQUEEZED = 0.08;
/** Beyond so many digits two results are one for all purposes. */
const MOST_DIGITS = 7;
const MARKS = [0, 0.25, 0.5, 0.75, 1];

/** @param kind null: by value, unless a few trials would squeeze all others together */
export function resultScale(
  { trials, judge }: Pick<SweepReply, "trials" | "judge">,
  kind: ScaleKind | null,
): ResultScale {
  const values = trials.flatMap(({ value }) => (value === null ? [] : [value])).sort((a, b) => a - b);
  const byValue = valueScale(values, judge?.mode === "max");
  return (kind ?? (isSqueezed(byValue, values) ? "rank" : "value")) === "value"
    ? byValue
    : rankScale(values, judge?.mode === "max");
}

/** As many as it takes to tell all of them apart. */
export function digitsFor(values: readonly number[], least: number): number {
  const differ = (digits: number) => new Set(values.map((value) => figure(value, digits))).size === values.length;
  for (let digits = least; digits < MOST_DIGITS; digits++) if (differ(digits)) return digits;
  return least;
}

interface ValueScale extends ResultScale {
  at(value: number): number;
}

function valueScale(values: readonly number[], up: boolean): ValueScale {
  const [low, high] = [values[0] ?? 0, values.at(-1) ?? 1];
  const log = low > 0 && high / low > WIDE;
  const along = (value: number) => (log ? Math.log(value) : value);
  const [from, to] = up ? [along(low), along(high)] : [along(high), along(low)];
  const at = (value: number) => (from === to ? 0.5 : (along(value) - from) / (to - from));
  const valueAt = (place: number) => (log ? Math.exp(from + place * (to - from)) : from + place * (to - from));
  const digits = digitsFor(MARKS.map(valueAt), 3);
  const textAt = (place: number) => figure(valueAt(place), digits);
  const places = low === high ? (values.length === 0 ? [] : [0.5]) : MARKS;
  return {
    kind: "value",
    at,
    placeOf: ({ value }) => (value === null ? null : at(value)),
    textAt,
    marks: places.map((place) => ({ at: place, text: textAt(place) })),
  };
}

function isSqueezed({ at }: ValueScale, values: readonly number[]): boolean {
  const quarter = (share: number) => at(values[Math.floor(share * (values.length - 1))]!);
  return values.length >= 8 && Math.abs(quarter(0.75) - quarter(0.25)) < SQUEEZED;
}

function rankScale(values: readonly number[], up: boolean): ResultScale {
  const worst = Math.max(1, values.length - 1);
  const ordered = up ? values : values.toReversed();
  const valueAt = (place: number) => ordered[Math.round(place * (ordered.length - 1))];
  const digits = digitsFor([...new Set(MARKS.map((place) => valueAt(place) ?? 0))], 3);
  const textAt = (place: number) => figure(valueAt(place), digits);
  const places = values.length === 0 ? [] : values.length === 1 ? [1] : MARKS;
  return {
    kind: "rank",
    placeOf: ({ rank }) => (rank === null ? null : 1 - rank / worst),
    textAt,
    marks: places.map((place) => ({ at: place, text: textAt(place) })),
  };
}
