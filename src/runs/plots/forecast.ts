import { check, show } from "../../util/errors.js";
import type { Picture } from "../evaluation.js";
import { colourOf, ink } from "./colours.js";
import { panelSpec, type Line, type Panel } from "./lines.js";
import type { Plot } from "./render.js";

type ForecastPicture = Extract<Picture, { kind: "forecast" }>;

/** A picture with more than half as many values again also gets a closer look at so many, at its end. */
const CLOSE = 120;
const DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]]; // prettier-ignore

interface Axes {
  readonly x: ArrayLike<number>;
  readonly dates: boolean;
  readonly xLabel?: string;
  readonly yLabel?: string;
}

/** Values at their places on the axis. */
interface Values extends Axes {
  readonly truth: ArrayLike<number>;
  /** The network's first. */
  readonly forecasts: readonly NamedValues[];
}

interface NamedValues {
  readonly name: string;
  readonly values: ArrayLike<number>;
}

/** The network over all the values, everyone over the last of them, and what the network's forecasts are off by. */
export function forecastPlots(picture: ForecastPicture): Plot[] {
  const { title, yLabel, truth, forecasts } = picture;
  const axes = { ...placesOf(picture.x), yLabel };
  const all = { ...axes, truth, forecasts };
  const long = truth.length > 1.5 * CLOSE;
  const [network] = forecasts;
  return [
    valuesPlot(title, { ...all, forecasts: long ? forecasts.slice(0, 1) : forecasts }),
    ...(long ? [valuesPlot(`A closer look: the last ${CLOSE} values`, lastOf(all, CLOSE))] : []),
    ...(network ? [residualsPlot(axes, truth, network)] : []),
  ];
}

function lastOf({ x, truth, forecasts, ...rest }: Values, count: number): Values {
  const cut = (values: ArrayLike<number>) => Array.from(values).slice(-count);
  return {
    ...rest,
    x: cut(x),
    truth: cut(truth),
    forecasts: forecasts.map(({ name, values }) => ({ name, values: cut(values) })),
  };
}

/** Truth in ink, the forecasts in colours. */
export function valuesPlot(title: string, { truth, forecasts, ...axes }: Values): Plot {
  const lines: Line[] = [
    { name: "truth", y: truth, colour: ink, strokeWidth: 2.4 },
    ...forecasts.map(({ name, values }, i) => ({
      name,
      y: values,
      colour: colourOf(i),
      dash: DASHES[i % DASHES.length]!,
    })),
  ];
  const panel: Panel = { ...axes, lines, height: 240 };
  const errors = forecasts.map(({ name, values }) => `${name} ${meanError(truth, values).toPrecision(3)}`);
  return {
    title,
    description: `${truth.length} values against their forecasts. Mean absolute error: ${errors.join(", ")}.`,
    spec: (width) => panelSpec(panel, width),
  };
}

function residualsPlot(axes: Axes, truth: ArrayLike<number>, { name, values }: NamedValues): Plot {
  const residuals = Array.from(values, (value, i) => value - truth[i]!);
  const known = residuals.filter(Number.isFinite);
  const mean = known.reduce((sum, r) => sum + r, 0) / known.length;
  const lines = [{ name, y: residuals, colour: colourOf(0) }];
  const panel: Panel = { ...axes, lines, points: true, zero: true, height: 140 };
  return {
    title: `Residuals of ${name}: forecast minus truth`,
    description: `${known.length} residuals; their mean is ${mean.toPrecision(3)}.`,
    spec: (width) => panelSpec(panel, width),
  };
}

export function placesOf(x: ForecastPicture["x"]): { x: readonly number[]; dates: boolean } {
  const dates = typeof x[0] === "string";
  const places = dates ? x.map((date) => Date.parse(date as string)) : (x as readonly number[]);
  const wrong = places.findIndex(Number.isNaN);
  check(
    wrong < 0,
    () => `forecast picture: x[${wrong}] must be ${dates ? "an ISO date" : "a number"}, got ${show(x[wrong])}`,
  );
  return { x: places, dates };
}

/** Over the places where both are known. */
function meanError(truth: ArrayLike<number>, forecast: ArrayLike<number>): number {
  const errors = Array.from(truth, (value, i) => Math.abs(value - forecast[i]!)).filter(Number.isFinite);
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}
