/** Forecasts of the past, as a backtest's file keeps them, for pictures. */
import { bandsOf } from "./doubt/doubt.js";
import { nameOfPlace, type FanBand, type FanPlace, type Moment } from "./fan.js";

export interface PastForecast {
  /** The first moment that is foreseen. */
  readonly at: Moment;
  readonly x: readonly Moment[];
  readonly truth: readonly (number | null)[];
  readonly forecasts: readonly { readonly name: string; readonly y: readonly (number | null)[] }[];
  readonly bands: readonly FanBand[];
}

/** What backtest.json keeps of each origin. */
interface SavedOrigin {
  readonly at: Moment;
  readonly forecasts: readonly {
    readonly series: string | null;
    readonly x: readonly Moment[];
    readonly targets: readonly {
      readonly target: string;
      readonly truth: readonly (number | null)[];
      readonly forecasts: Readonly<Record<string, readonly (number | null)[]>>;
      readonly quantiles?: readonly { readonly level: number; readonly values: readonly number[] }[];
    }[];
  }[];
}

export function placesIn(backtest: unknown): FanPlace[] {
  const { origins } = backtest as { origins: readonly SavedOrigin[] };
  const all = origins
    .flatMap(({ forecasts }) => forecasts)
    .flatMap(({ series, targets }) => targets.map(({ target }) => ({ series, target })));
  return [...new Map(all.map((place) => [nameOfPlace(place), place])).values()];
}

/** The oldest first. */
export function pastForecasts(backtest: unknown, { series, target }: FanPlace): PastForecast[] {
  const { origins } = backtest as { origins: readonly SavedOrigin[] };
  return origins.flatMap(({ at, forecasts }) => {
    const window = forecasts.find((own) => own.series === series);
    const found = window?.targets.find((own) => own.target === target);
    if (!window || !found) return [];
    const { truth, forecasts: by, quantiles = [] } = found;
    const bands = bandsOf(quantiles.map(({ level }) => level)).map(({ share, lower, upper }) => ({
      share,
      lower: quantiles[lower]!.values,
      upper: quantiles[upper]!.values,
    }));
    return [{ at, x: window.x, truth, forecasts: Object.entries(by).map(([name, y]) => ({ name, y })), bands }];
  });
}
