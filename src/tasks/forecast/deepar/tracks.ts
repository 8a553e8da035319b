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
}

/** By category the index of each value of a series. */
export function indicesOf({ categories }: DeepArPlan, values: readonly (string | null)[]): number[] {
  return categories.map(({ values: known }, c) => known.indexOf(values[c]!) + 1);
}

/**
 * What the values of a window are divided by: their mean size over the lookback; with counts 1 + their mean (Salinas et al. 2020,
 * section 3.3). 1 where all are 0.
 */
export function scaleOf({ level }: Track, origin: number, lookback: number, counts: boolean): number {
  let sum = 0;
  for (let t = origin - lookback; t < origin; t++) sum += Math.abs(level[t]!);
  const mean = sum / lookback;
  return counts ? 1 + mean : mean > 0 ? mean : 1;
}

/** Features at a step. */
export function featuresOf({ lags }: DeepArPlan, { covariates }: Track): number {
  return lags.length + covariates.length + 1;
}

/** Values that lags look back on: place `at` is the step itself, `first` the first value that there is. */
export interface Past {
  readonly level: Float64Array;
  readonly at: number;
  readonly first: number;
}

/** Lagged values in units of the scale (before the beginning its first value), covariates and age, log₁₀(2 + steps) / 4. */
export function writeFeatures(
  out: Float32Array,
  offset: number,
  { covariates, begin }: Track,
  t: number,
  { level, at, first }: Past,
  scale: number,
  lags: readonly number[],
): void {
  for (const [l, lag] of lags.entries()) out[offset + l] = level[Math.max(first, at - lag)]! / scale;
  for (const [c, column] of covariates.entries()) out[offset + lags.length + c] = column[t]!;
  out[offset + lags.length + covariates.length] = Math.log10(2 + t - begin) / 4;
}

/**
 * Windows of lookback and horizon for training: inputs in the order of the network's, and the values to foresee.
 * @param categories replaces those of the tracks, so that what is not known is trained too
 */
export function trainingBatch(
  starts: readonly Start[],
  { plan, lookback, horizon, counts }: Shape,
  categories: (i: number) => readonly number[] = (i) => starts[i]!.track.categories,
): readonly [Tensor | Tensor[], Tensor] {
  const [B, T] = [starts.length, lookback + horizon];
  const D = featuresOf(plan, starts[0]!.track);
  const x = new Float32Array(B * T * D);
  const y = new Float32Array(B * T);
  const scales = new Float32Array(counts ? B * T * 2 : 0);
  const indices = plan.categories.map(() => new Int32Array(B * T));
  for (const [b, { track, origin }] of starts.entries()) {
    const nu = scaleOf(track, origin, lookback, counts);
    const own = categories(b);
    for (let j = 0; j < T; j++) {
      const t = origin - lookback + j;
      const past = { level: track.level, at: t, first: track.begin };
      writeFeatures(x, (b * T + j) * D, track, t, past, nu, plan.lags);
      y[b * T + j] = counts ? track.level[t]! : track.level[t]! / nu;
      if (counts) scales.set([nu, 1 / Math.sqrt(nu)], (b * T + j) * 2);
    }
    for (const [c, index] of indices.entries()) index.fill(own[c]!, b * T, (b + 1) * T);
  }
  const inputs = [tensor(x, [B, T, D]), ...indices.map((index) => tensor(index, [B, T], "int32"))];
  if (counts) inputs.push(tensor(scales, [B, T, 1, 2]));
  return [inputs.length === 1 ? inputs[0]! : inputs, tensor(y, [B, T])];
}
