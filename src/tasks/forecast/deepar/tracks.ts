/** Series as DeepAR sees them: levels and covariates by step, scales, and what is fed at a step. */
import { tensor } from "../../../tensor/make.js";
import type { Tensor } from "../../../tensor/tensor.js";
import type { DeepArPlan } from "./settings.js";

/** One series. Steps are places in its columns. */
export interface Track {
  /** The target, transformed but not scaled. */
  readonly level: Float64Array;
  /** Known ahead: future columns and the calendar, scaled. */
  readonly covariates: readonly Float64Array[];
  /** The first step. */
  readonly begin: number;
  /** What is usual for the series, by its training part. */
  readonly usual: Scale;
  /** By category its index; 0 for one that training did not have. */
  readonly categories: readonly number[];
}

/** A place from which is foreseen: `origin` is the first step that is not known. */
export interface Start {
  readonly track: Track;
  readonly origin: number;
}

export interface Shape {
  readonly plan: DeepArPlan;
  readonly lookback: number;
  readonly horizon: number;
  readonly counts: boolean;
  /** Whether the location is foreseen from the last value on. Never with counts. */
  readonly residual: boolean;
  /** Parameters of the distribution. */
  readonly P: number;
}

/** Values of a window are fed and foreseen as (y − location) / scale. */
export interface Scale {
  readonly location: number;
  readonly scale: number;
}

/** By category the index of each value of a series. */
export function indicesOf({ categories }: DeepArPlan, values: readonly (string | null)[]): number[] {
  return categories.map(({ values: known }, c) => known.indexOf(values[c]!) + 1);
}

/** Steps that all changes before the origin count for beside those of the lookback, which may be few or unusual. */
const PRIOR = 10;

/**
 * With `residual` the first value of the lookback and the mean size of its changes, drawn towards that of all before the origin: whatever looked
 * at later values, such as the mean of the lookback, would tell the training what is to come within it. Else 0 and the mean size over the
 * lookback, with counts 1 + the mean (Salinas et al. 2020, section 3.3). Where that is 0, the scale is 1.
 */
export function scaleOf(
  track: Track,
  origin: number,
  lookback: number,
  form: Pick<Shape, "counts" | "residual">,
): Scale {
  const { level, begin } = track;
  const first = origin - lookback;
  if (form.residual) {
    const [own, all] = [changes(level, first, origin), changes(level, begin, origin)];
    const scale = (own.sum + (PRIOR * all.sum) / Math.max(1, all.count)) / (own.count + PRIOR);
    return { location: level[first]!, scale: scale > 0 ? scale : 1 };
  }
  let sum = 0;
  for (let t = first; t < origin; t++) sum += Math.abs(level[t]!);
  if (form.counts) return { location: 0, scale: 1 + sum / lookback };
  return { location: 0, scale: sum > 0 ? sum / lookback : 1 };
}

/** Sums of |y[t] − y[t − 1]| up to each step, by levels: windows of one series share them. */
const sums = new WeakMap<Float64Array, Float64Array>();

/** Of the steps from `begin` up to `end`. */
function changes(level: Float64Array, begin: number, end: number): { sum: number; count: number } {
  let moved = sums.get(level);
  if (!moved) {
    moved = new Float64Array(level.length);
    for (let t = 1; t < level.length; t++) moved[t] = moved[t - 1]! + Math.abs(level[t]! - level[t - 1]!);
    sums.set(level, moved);
  }
  return { sum: moved[end - 1]! - moved[begin]!, count: end - 1 - begin };
}

/** Features at a step. */
export function featuresOf({ lags, residual }: DeepArPlan, { covariates }: Track): number {
  return lags.length + covariates.length + (residual ? 2 : 1);
}

/** Values that lags look back on: place `at` is the step itself, `first` the first value that there is. */
export interface Past {
  readonly level: Float64Array;
  readonly at: number;
  readonly first: number;
}

/**
 * Lagged values, scaled (before the beginning its first value), covariates, age, log₁₀(2 + steps) / 4, and with residual how
 * high the last value stands for the series, which (y − location) / scale does not say then.
 */
export function writeFeatures(
  out: Float32Array,
  offset: number,
  { covariates, begin, usual }: Track,
  t: number,
  { level, at, first }: Past,
  { location, scale }: Scale,
  { lags, residual }: DeepArPlan,
): void {
  for (const [l, lag] of lags.entries()) out[offset + l] = (level[Math.max(first, at - lag)]! - location) / scale;
  for (const [c, column] of covariates.entries()) out[offset + lags.length + c] = column[t]!;
  const more = offset + lags.length + covariates.length;
  out[more] = Math.log10(2 + t - begin) / 4;
  if (residual) out[more + 1] = (level[Math.max(first, at - 1)]! - usual.location) / usual.scale;
}

/**
 * Windows of lookback and horizon for training: inputs in the order of the network's, and the values to foresee.
 * @param categories replaces those of the tracks, so that what is not known is trained too
 */
export function trainingBatch(
  starts: readonly Start[],
  { plan, lookback, horizon, counts, residual, P }: Shape,
  categories: (i: number) => readonly number[] = (i) => starts[i]!.track.categories,
): readonly [Tensor | Tensor[], Tensor] {
  const [B, T] = [starts.length, lookback + horizon];
  const D = featuresOf(plan, starts[0]!.track);
  const x = new Float32Array(B * T * D);
  const y = new Float32Array(B * T);
  const beside = new Float32Array(counts || residual ? B * T * P : 0);
  const indices = plan.categories.map(() => new Int32Array(B * T));
  for (const [b, { track, origin }] of starts.entries()) {
    const nu = scaleOf(track, origin, lookback, { counts, residual });
    const own = categories(b);
    for (let j = 0; j < T; j++) {
      const t = origin - lookback + j;
      const past = { level: track.level, at: t, first: track.begin };
      writeFeatures(x, (b * T + j) * D, track, t, past, nu, plan);
      y[b * T + j] = counts ? track.level[t]! : (track.level[t]! - nu.location) / nu.scale;
      if (counts) beside.set([nu.scale, 1 / Math.sqrt(nu.scale)], (b * T + j) * P);
      if (residual) beside[(b * T + j) * P] = x[(b * T + j) * D]!; // lag 1 is the first feature
    }
    for (const [c, index] of indices.entries()) index.fill(own[c]!, b * T, (b + 1) * T);
  }
  const inputs = [tensor(x, [B, T, D]), ...indices.map((index) => tensor(index, [B, T], "int32"))];
  if (counts || residual) inputs.push(tensor(beside, [B, T, 1, P]));
  return [inputs.length === 1 ? inputs[0]! : inputs, tensor(y, [B, T])];
}
