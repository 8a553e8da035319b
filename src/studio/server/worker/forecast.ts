import { existsSync } from "node:fs";
import { join } from "node:path";
import { readJson } from "../../../runs/files.js";
import { BACKTEST_FILE } from "../../../tasks/backtest/finish.js";
import { nameOfPlace, Outlooks, type Fan, type FanPlace, type OutlookSettings } from "../../../tasks/forecast/fan.js";
import { pastForecasts, placesIn } from "../../../tasks/forecast/past-forecasts.js";
import { SluiceError } from "../../../util/errors.js";
import type { ForecastReply, Maybe } from "../../api/index.js";
import { Refusal } from "../problems.js";
import type { Given, RunPlace } from "./methods.js";
import { onceOfData, openModel } from "./models.js";

/** More places to choose from nobody reads. */
const MOST_PLACES = 500;
/** Origins that are sent: a slider has no more places. */
const MOST_ORIGINS = 400;

export async function forecast({ run: place, series }: Given<"forecast">): Promise<ForecastReply> {
  if (place.config["task"] !== "forecast") throw new Refusal(422, "the run foresees no series");
  const backtest = backtestOf(place);
  const { outlooks, units, problem } = await outlooksOf(place);
  const places = (outlooks?.places ?? (backtest === null ? [] : placesIn(backtest))).slice(0, MOST_PLACES);
  const chosen = series === null ? places[0] : places.find((own) => nameOfPlace(own) === series);
  if (!chosen) throw new Refusal(places.length === 0 ? 422 : 404, problem ?? `there is no series ${String(series)}`);
  const fan = outlooks?.fan(chosen) ?? null;
  return {
    series: places.map(nameOfPlace),
    chosen: nameOfPlace(chosen),
    unit: units.get(chosen.target) ?? null,
    past: fan ? { x: fan.past.x, y: fan.past.y.map(finite) } : { x: [], y: [] },
    forecast: fan && forecastOf(fan),
    problem,
    origins: backtest === null ? null : originsOf(backtest, chosen),
  };
}

const finite = (value: number): Maybe => (Number.isFinite(value) ? value : null);

function forecastOf({ forecast: { x, y, bands } }: Fan): NonNullable<ForecastReply["forecast"]> {
  return {
    x,
    y: y.map(finite),
    bands: bands.map(({ share, lower, upper }) => ({ share, lower: lower.map(finite), upper: upper.map(finite) })),
  };
}

function originsOf(backtest: unknown, chosen: FanPlace): NonNullable<ForecastReply["origins"]> {
  const all = pastForecasts(backtest, chosen);
  const stride = Math.max(1, Math.ceil(all.length / MOST_ORIGINS));
  return all.filter((_, i) => (all.length - 1 - i) % stride === 0);
}

function backtestOf({ folder }: RunPlace): unknown {
  const path = join(folder, BACKTEST_FILE);
  return existsSync(path) ? readJson(path) : null;
}

const AT_THE_END =
  "The data end without the covariates of the steps to come: their last steps are foreseen, from what was known before.";

function settingsIn(config: Readonly<Record<string, unknown>>): OutlookSettings {
  return {
    ...(config as unknown as OutlookSettings),
    target: [config["target"]].flat().filter((name) => typeof name === "string"),
  };
}

interface Found {
  readonly outlooks: Outlooks | null;
  /** By column. */
  readonly units: ReadonlyMap<string, string>;
  readonly problem: string | null;
}

async function outlooksOf(place: RunPlace): Promise<Found> {
  try {
    const opened = await openModel(place);
    const settings = settingsIn(place.config);
    const outlooks = await onceOfData(opened, place, "outlooks", (source) => Outlooks.of(opened.run, source, settings));
    const units = opened.run.signature.outputs.flatMap(({ name, unit }) =>
      unit === undefined ? [] : [[name, unit] as const],
    );
    return { outlooks, units: new Map(units), problem: outlooks.back ? AT_THE_END : null };
  } catch (error) {
    if (error instanceof SluiceError) return { outlooks: null, units: new Map(), problem: error.message };
    throw error;
  }
}
