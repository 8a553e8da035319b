import { check, show } from "../util/errors.js";
import { chart, type Series } from "./svg/chart.js";

export interface PlotForecastOptions {
  /** What happened. NaN where it is not known yet. */
  truth: ArrayLike<number>;
  /** One forecast, or several by name, such as the baselines beside the model's. NaN where there is none. */
  forecast: ArrayLike<number> | Readonly<Record<string, ArrayLike<number>>>;
  /** One for each value: numbers, dates, or ISO dates such as "2015-03-01". Default 0, 1, 2, … */
  x?: ArrayLike<number> | readonly Date[] | readonly string[];
  /** Default "Forecast". */
  title?: string;
  xLabel?: string;
  /** With the unit, such as "°C". */
  yLabel?: string;
}

/**
 * Forecasts against the truth as SVG text.
 * @throws SluiceError when the lists differ in length, or a date cannot be read
 */
export function plotForecast({ truth, forecast, x, title = "Forecast", xLabel, yLabel }: PlotForecastOptions): string {
  const where = "plotForecast";
  check(isList(truth), () => `${where}: truth must be a list of numbers, got ${show(truth)}`);
  const forecasts = Object.entries(
    isList(forecast) ? { forecast } : (forecast as Readonly<Record<string, ArrayLike<number>>>),
  );
  for (const [name, y] of forecasts) {
    check(isList(y) && y.length === truth.length, () => {
      return `${where}: ${name} must have as many values as truth, ${truth.length}, got ${isList(y) ? y.length : show(y)}`;
    });
  }
  const places = placesOf(where, x, truth.length);
  const known: Series = { name: "truth", y: truth, colour: 0 };
  const series = [known, ...forecasts.map(([name, y], i) => ({ name, y, colour: (i % 5) + 1 }))];
  const panel = {
    title,
    x: places,
    dates: isDate(x?.[0]),
    series,
    ...(xLabel && { xLabel }),
    ...(yLabel && { yLabel }),
  };
  const errors = forecasts.map(([name, y]) => `${name} ${meanError(truth, y).toPrecision(3)}`);
  return chart([panel], `${truth.length} values against their forecasts. Mean absolute error: ${errors.join(", ")}.`);
}

function isList(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
}

function isDate(value: unknown): value is Date | string {
  return value instanceof Date || typeof value === "string";
}

function placesOf(where: string, x: PlotForecastOptions["x"], length: number): number[] {
  if (x === undefined) return Array.from({ length }, (_, i) => i);
  check(x.length === length, () => `${where}: x must have as many values as truth, ${length}, got ${x.length}`);
  return Array.from({ length }, (_, i) => {
    const value = x[i]!;
    const place = isDate(value) ? new Date(value).getTime() : value;
    check(Number.isFinite(place), () => `${where}: x[${i}] must be a number or a date, got ${show(value)}`);
    return place;
  });
}

/** Over the places where both are known. */
function meanError(truth: ArrayLike<number>, forecast: ArrayLike<number>): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    const error = Math.abs(truth[i]! - forecast[i]!);
    if (!Number.isFinite(error)) continue;
    sum += error;
    count++;
  }
  return sum / count;
}
