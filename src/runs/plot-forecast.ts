import { check, show } from "../util/errors.js";
import { drawing } from "./drawing.js";

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
 * Forecasts against the truth as SVG text. Drawn by Vega, which is loaded at the first plot.
 * @throws SluiceError when the lists differ in length, or a date cannot be read
 */
export async function plotForecast(options: PlotForecastOptions): Promise<string> {
  const { truth, forecast, x, title = "Forecast", xLabel, yLabel } = options;
  const where = "plotForecast";
  check(isList(truth), () => `${where}: truth must be a list of numbers, got ${show(truth)}`);
  const named = isList(forecast) ? { forecast } : (forecast as Readonly<Record<string, ArrayLike<number>>>);
  const forecasts = Object.entries(named).map(([name, values]) => ({ name, values }));
  for (const { name, values } of forecasts) {
    check(isList(values) && values.length === truth.length, () => {
      const got = isList(values) ? values.length : show(values);
      return `${where}: ${name} must have as many values as truth, ${truth.length}, got ${got}`;
    });
  }
  const [{ valuesPlot }, { renderAlone }] = await drawing(() => import("./plots/forecast.js"));
  const labels = { ...(xLabel && { xLabel }), ...(yLabel && { yLabel }) };
  return renderAlone(valuesPlot(title, { ...placesOf(where, x, truth.length), truth, forecasts, ...labels }));
}

function isList(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
}

function isDate(value: unknown): value is Date | string {
  return value instanceof Date || typeof value === "string";
}

function placesOf(where: string, x: PlotForecastOptions["x"], length: number): { x: number[]; dates: boolean } {
  if (x === undefined) return { x: Array.from({ length }, (_, i) => i), dates: false };
  check(x.length === length, () => `${where}: x must have as many values as truth, ${length}, got ${x.length}`);
  const places = Array.from({ length }, (_, i) => {
    const value = x[i]!;
    const place = isDate(value) ? new Date(value).getTime() : value;
    check(Number.isFinite(place), () => `${where}: x[${i}] must be a number or a date, got ${show(value)}`);
    return place;
  });
  return { x: places, dates: isDate(x[0]) };
}
