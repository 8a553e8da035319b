/** From raw columns to what the network sees before scaling: missing values filled, targets transformed, the calendar added. */
import { calendarFeatures, forwardFill, interpolate, type CalendarCycle } from "../../data/index.js";
import { check, show } from "../../util/errors.js";
import { seriesName, type Frame, type Series } from "./frame.js";
import type { FILLS, TRANSFORMS } from "./options.js";
import type { Roles } from "./roles.js";

export type Transform = (typeof TRANSFORMS)[number];
export type Fill = (typeof FILLS)[number];

export interface Values {
  readonly frame: Frame;
  /** Targets and covariates with missing values filled. */
  readonly raw: Readonly<Record<string, Float64Array>>;
  /** Targets after log, before differences: what forecasts are added to. */
  readonly levels: Readonly<Record<string, Float64Array>>;
  /** Every feature of the network, not scaled. */
  readonly inputs: Readonly<Record<string, Float64Array>>;
  /** 1 where a target was missing and has been filled: an input, but no truth. */
  readonly filled: Uint8Array;
}

export interface ValueSettings {
  readonly missing: Fill;
  readonly transform: Transform;
  readonly cycles: readonly CalendarCycle[];
}

/** The names that {@link calendarFeatures} gives to the columns of these cycles. */
export function calendarColumns(cycles: readonly CalendarCycle[]): string[] {
  return cycles.flatMap((cycle) => [`${cycle}_sin`, `${cycle}_cos`]);
}

/** The series with only these steps, copied together. */
export function keepSteps(frame: Frame, kept: readonly Series[]): Frame {
  const whole = kept.length === frame.series.length && kept.every((s, i) => s.begin === frame.series[i]!.begin);
  if (whole && kept.every((s, i) => s.end === frame.series[i]!.end)) return frame;
  const steps = Int32Array.from(
    kept.flatMap(({ begin, end }) => Array.from({ length: end - begin }, (_, i) => begin + i)),
  );
  let begin = 0;
  return {
    source: frame.source,
    columns: mapValues(frame.columns, (column) => Float64Array.from(steps, (step) => column[step]!)),
    series: kept.map((s) => ({ ...s, begin, end: (begin += s.end - s.begin) })),
    dated: frame.dated,
    times: frame.times && Float64Array.from(steps, (step) => frame.times![step]!),
    rows: Int32Array.from(steps, (step) => frame.rows[step]!),
    placeOf: (step) => frame.placeOf(steps[step]!),
  };
}

/** The series without the steps at their beginning at which some column has no value yet, which nothing can fill. */
export function dropBeginnings(frame: Frame, missing: Fill): Frame {
  if (missing === "error") return frame;
  const columns = Object.values(frame.columns);
  return keepSteps(
    frame,
    frame.series.map((s) => {
      const firsts = columns.map((column) => {
        const first = column.subarray(s.begin, s.end).findIndex((x) => !Number.isNaN(x));
        return first === -1 ? s.end : s.begin + first;
      });
      return { ...s, begin: Math.max(...firsts) };
    }),
  );
}

/**
 * @param knownEnds by series, where the part ends in which `interpolate` may look ahead; later values are filled from the past only
 * @throws SluiceError for a value that is missing and must not be, or that has no logarithm
 */
export function valuesOf(
  where: string,
  frame: Frame,
  roles: Roles,
  settings: ValueSettings,
  knownEnds: readonly number[] = frame.series.map((s) => s.begin),
): Values {
  const filled = new Uint8Array(frame.rows.length);
  const raw = mapValues(frame.columns, (column, name) => {
    const missing = column.findIndex(Number.isNaN);
    if (missing === -1) return column;
    check(settings.missing !== "error", () => {
      const hint = 'choose how to fill it with missing: "forwardFill" or "interpolate"';
      return `${where}: column ${show(name)} has no value (${frame.placeOf(missing)}); ${hint}`;
    });
    if (roles.targets.includes(name)) for (const [i, x] of column.entries()) if (Number.isNaN(x)) filled[i] = 1;
    return fillColumn(column, frame.series, settings.missing, knownEnds);
  });
  const levels = Object.fromEntries(
    roles.targets.map((name) => [name, levelsOf(where, frame, name, raw[name]!, settings.transform)]),
  );
  const firsts = new Set(frame.series.map(({ begin }) => begin));
  const change = (column: Float64Array) => column.map((x, i) => (firsts.has(i) ? NaN : x - column[i - 1]!));
  const targets = settings.transform === "difference" ? mapValues(levels, change) : levels;
  const covariates = Object.fromEntries([...roles.past, ...roles.future].map((name) => [name, raw[name]!]));
  const calendar = settings.cycles.length === 0 ? {} : calendarFeatures(Array.from(frame.times!), settings.cycles);
  return { frame, raw, levels, inputs: { ...targets, ...covariates, ...calendar }, filled };
}

function fillColumn(
  column: Float64Array,
  series: readonly Series[],
  fill: Fill,
  knownEnds: readonly number[],
): Float64Array {
  const out = column.slice();
  const run = (filler: typeof interpolate, begin: number, end: number) => {
    if (end <= begin) return;
    const rows = filler().transform(Array.from(out.subarray(begin, end), (x) => [x]));
    for (const [i, [x]] of rows.entries()) out[begin + i] = x!;
  };
  for (const [i, { begin, end }] of series.entries()) {
    if (fill === "interpolate") run(interpolate, begin, knownEnds[i]!);
    run(forwardFill, begin, end);
  }
  return out;
}

function levelsOf(where: string, frame: Frame, name: string, raw: Float64Array, transform: Transform): Float64Array {
  if (transform !== "log" && transform !== "log1p") return raw;
  const least = transform === "log" ? 0 : -1;
  const low = raw.findIndex((x) => x <= least);
  check(low === -1, () => {
    return `${where}: transform ${transform} needs values above ${least}; column ${show(name)} has ${raw[low]} (${frame.placeOf(low)})`;
  });
  return raw.map(transform === "log" ? Math.log : Math.log1p);
}

/** A level in raw units. */
export function rawOf(transform: Transform, level: number): number {
  return transform === "log" ? Math.exp(level) : transform === "log1p" ? Math.expm1(level) : level;
}

/** @throws SluiceError when a target never changes in the training part */
export function checkVaries(
  where: string,
  frame: Frame,
  targets: readonly string[],
  trainEnds: readonly number[],
): void {
  for (const name of targets) {
    const varies = frame.series.some(({ begin }, i) => {
      return frame.columns[name]!.subarray(begin, trainEnds[i]).some((x) => x !== frame.columns[name]![begin]);
    });
    check(varies, () => {
      const value = frame.columns[name]![frame.series[0]!.begin];
      const whose = seriesName(frame.source, frame.series.length === 1 ? frame.series[0]!.id : null);
      return `${where}: target ${show(name)} of ${whose} is ${value} all through the training part; there is nothing to learn`;
    });
  }
}

/** @throws SluiceError for a target that is no count, with its place */
export function checkCounts(where: string, frame: Frame, targets: readonly string[]): void {
  for (const name of targets) {
    const wrong = frame.columns[name]!.findIndex((y) => !Number.isNaN(y) && !(Number.isInteger(y) && y >= 0));
    check(wrong === -1, () => {
      return `${where}: negativeBinomial is a distribution of counts, whole numbers of at least 0; column ${show(name)} has ${frame.columns[name]![wrong]} (${frame.placeOf(wrong)})`;
    });
  }
}

export function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  change: (value: A, name: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}
