import { check, show } from "../../util/errors.js";
import type { Picture } from "../evaluation.js";
import { colourOf, ink } from "./colours.js";
import { panelSpec, type Line, type Panel } from "./lines.js";
import type { Plot } from "./render.js";

export type ForecastPicture = Extract<Picture, { kind: "forecast" }>;

/** A picture with more values than this also gets a closer look at as many, at its end. */
const CLOSE = 120;
const DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]]; // prettier-ignore

/** The network over all the values, everyone over the last of them, and what the network's forecasts are off by. */
export function forecastPlots(picture: ForecastPicture): Plot[] {
  const { truth, forecasts } = picture;
  const [network] = forecasts;
  const long = truth.length > 1.5 * CLOSE;
  const overview = { ...picture, forecasts: long ? forecasts.slice(0, 1) : forecasts };
  return [
    valuesPlot(overview, picture.title),
    ...(long ? [valuesPlot(lastOf(picture, CLOSE), `The last ${CLOSE} values, with the baselines`)] : []),
    ...(network ? [residualsPlot(picture, network)] : []),
  ];
}

function lastOf(picture: ForecastPicture, count: number): ForecastPicture {
  const cut = (values: readonly number[]) => values.slice(-count);
  return {
    ...picture,
    x: isTexts(picture.x) ? picture.x.slice(-count) : cut(picture.x),
    truth: cut(picture.truth),
    forecasts: picture.forecasts.map(({ name, values }) => ({ name, values: cut(values) })),
  };
}

/** Truth in ink, the forecasts in colours. */
export function valuesPlot(picture: ForecastPicture, title: string, xLabel?: string): Plot {
  const { truth, forecasts, yLabel } = picture;
  const lines: Line[] = [
    { name: "truth", y: truth, colour: ink, strokeWidth: 1.4 },
    ...forecasts.map(({ name, values }, i) => ({
      name,
      y: values,
      colour: colourOf(i),
      dash: DASHES[i % DASHES.length]!,
      strokeWidth: i === 0 ? 2 : 1.5,
    })),
  ];
  const panel: Panel = { title, ...placesOf(picture.x), yLabel, lines, height: 240, ...(xLabel && { xLabel }) };
  const errors = forecasts.map(({ name, values }) => `${name} ${meanError(truth, values).toPrecision(3)}`);
  return {
    title,
    description: `${truth.length} values against their forecasts. Mean absolute error: ${errors.join(", ")}.`,
    spec: (width) => panelSpec(panel, width),
  };
}

function residualsPlot(
  { x, truth, yLabel }: ForecastPicture,
  { name, values }: ForecastPicture["forecasts"][number],
): Plot {
  const residuals = values.map((value, i) => value - truth[i]!);
  const known = residuals.filter(Number.isFinite);
  const mean = known.reduce((sum, r) => sum + r, 0) / known.length;
  const panel: Panel = {
    title: `Residuals of ${name}: forecast minus truth`,
    ...placesOf(x),
    yLabel,
    lines: [{ name, y: residuals, colour: colourOf(0) }],
    points: true,
    zero: true,
    height: 140,
  };
  return {
    title: panel.title,
    description: `${known.length} residuals; their mean is ${mean.toPrecision(3)}.`,
    spec: (width) => panelSpec(panel, width),
  };
}

function isTexts(x: ForecastPicture["x"]): x is readonly string[] {
  return typeof x[0] === "string";
}

function placesOf(x: ForecastPicture["x"]): { x: readonly number[]; dates: boolean } {
  if (!isTexts(x)) return { x, dates: false };
  const places = x.map((date) => Date.parse(date));
  const wrong = places.findIndex(Number.isNaN);
  check(wrong < 0, () => `forecast picture: x[${wrong}] must be an ISO date, got ${show(x[wrong])}`);
  return { x: places, dates: true };
}

/** Over the places where both are known. */
function meanError(truth: readonly number[], forecast: readonly number[]): number {
  const errors = truth.map((value, i) => Math.abs(value - forecast[i]!)).filter(Number.isFinite);
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}
