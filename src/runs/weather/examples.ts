/** From days to what a model takes: features, scaled; windows of T days; the change of the temperature to the day after. */
import { tensor, type Tensor } from "sluice";
import type { Day } from "./days.js";

export const FEATURES = ["highest temperature", "lowest temperature", "log(1 + rain)", "wind", "sin(day of year)", "cos(day of year)"]; // prettier-ignore
const D = FEATURES.length;

function featuresOf({ date, high, low, rain, wind }: Day): number[] {
  const time = new Date(date);
  const dayOfYear = (time.getTime() - Date.UTC(time.getUTCFullYear(), 0)) / 86_400_000;
  const angle = (2 * Math.PI * dayOfYear) / 365.25;
  return [high, low, Math.log1p(rain), wind, Math.sin(angle), Math.cos(angle)];
}

/** Means and standard deviations of the features; from the training days only, so that nothing is known of later ones. */
export interface Scaler {
  mean: number[];
  deviation: number[];
}

export function fitScaler(days: readonly Day[]): Scaler {
  const rows = days.map(featuresOf);
  const meanOf = (value: (row: number[]) => number) => rows.reduce((sum, row) => sum + value(row), 0) / rows.length;
  const mean = FEATURES.map((_, j) => meanOf((row) => row[j]!));
  const deviation = FEATURES.map((_, j) => Math.sqrt(meanOf((row) => (row[j]! - mean[j]!) ** 2)));
  return { mean, deviation };
}

/** Examples whose answers are the days first … end - 1. */
export interface Examples {
  first: number;
  count: number;
  /** [N, T, D]: the T days before the answer. */
  x: Tensor;
  /** [N, 1]: the answer's highest temperature minus that of the day before, in the scaler's units. */
  y: Tensor;
}

export function makeExamples(days: readonly Day[], scaler: Scaler, T: number, first: number, end: number): Examples {
  const rows = days.map((day) => featuresOf(day).map((value, j) => (value - scaler.mean[j]!) / scaler.deviation[j]!));
  const count = end - first;
  const x = new Float32Array(count * T * D);
  const y = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    for (let t = 0; t < T; t++) x.set(rows[first + i - T + t]!, (i * T + t) * D);
    y[i] = rows[first + i]![0]! - rows[first + i - 1]![0]!;
  }
  return { first, count, x: tensor(x, [count, T, D]), y: tensor(y, [count, 1]) };
}

/** Temperatures in °C from predicted changes. */
export function toTemperatures(
  changes: ArrayLike<number>,
  days: readonly Day[],
  first: number,
  scaler: Scaler,
): number[] {
  return Array.from(changes, (change, i) => days[first + i - 1]!.high + change * scaler.deviation[0]!);
}
