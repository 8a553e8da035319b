/** Forecasts as pictures want them: what came before, the forecast with its intervals, and forecasts of the past from a backtest. */
import { numbersOf, readTable, textsOf, type Table } from "../../data/index.js";
import type { Run } from "../run.js";
import type { Answer } from "../task.js";
import { bandsOf, quantileColumn } from "./doubt/doubt.js";

/** Steps of the past that are shown for each step of the horizon, and at least. */
const PAST_PER_STEP = 10;
const LEAST_PAST = 120;
const MOST_PAST = 1000;

export type Moment = string | number;

/** The narrowest first; `share` of what comes should lie inside. */
export interface FanBand {
  readonly share: number;
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

export interface Fan {
  /** ISO dates, or numbers of steps from the beginning. */
  readonly past: { readonly x: readonly Moment[]; readonly y: readonly number[] };
  readonly forecast: {
    readonly x: readonly Moment[];
    readonly y: readonly number[];
    readonly bands: readonly FanBand[];
  };
}

/** A series and a target of it. */
export interface FanPlace {
  readonly series: string | null;
  readonly target: string;
}

export interface PastForecast {
  /** The first moment that is foreseen. */
  readonly at: Moment;
  readonly x: readonly Moment[];
  readonly truth: readonly (number | null)[];
  readonly forecasts: readonly { readonly name: string; readonly y: readonly (number | null)[] }[];
  readonly bands: readonly FanBand[];
}

export const nameOfPlace = ({ series, target }: FanPlace) => (series === null ? target : `${series}: ${target}`);

/** What a trained run foresees after its data, for every series and target. */
export class Outlooks {
  readonly places: readonly FanPlace[];
  readonly #byPlace = new Map<string, readonly Answer[]>();
  readonly #table: Table;
  readonly #columns: { readonly id: string | null; readonly time: string | null };

  private constructor(table: Table, answers: readonly Answer[], targets: readonly string[]) {
    this.#table = table;
    const said = Object.keys(answers[0] ?? {}).filter(
      (name) => !targets.some((t) => name === t || name.startsWith(`${t}_q`)),
    );
    const inTable = said.filter((name) => table.columns.some((column) => column.name === name));
    const time = said.at(-1) === "step" && !inTable.includes("step") ? null : (said.at(-1) ?? null);
    this.#columns = { time, id: inTable.find((name) => name !== time) ?? null };
    const places: FanPlace[] = [];
    for (const answer of answers) {
      const series = this.#columns.id === null ? null : String(answer[this.#columns.id]);
      for (const target of targets) {
        const name = nameOfPlace({ series, target });
        const own = this.#byPlace.get(name);
        if (!own) places.push({ series, target });
        this.#byPlace.set(name, [...(own ?? []), answer]);
      }
    }
    this.places = places;
  }

  /** @throws SluiceError where the data no longer fit */
  static async of(run: Run, path: string, targets: readonly string[]): Promise<Outlooks> {
    const table = await readTable(path, run.pipeline.reading);
    return new Outlooks(table, await run.predict(table), targets);
  }

  fan(place: FanPlace): Fan {
    const answers = this.#byPlace.get(nameOfPlace(place))!;
    const { time } = this.#columns;
    const past = this.#past(place, answers.length);
    const numberOf = (name: string) => answers.map((answer) => Number(answer[name] ?? Number.NaN));
    const begin = past.end;
    const x = answers.map((answer, h) => (time === null ? begin + h : (answer[time] as Moment)));
    return { past, forecast: { x, y: numberOf(place.target), bands: bandsIn(answers[0]!, place.target, numberOf) } };
  }

  /** The end of the series as far as the target is known. */
  #past({ series, target }: FanPlace, horizon: number): Fan["past"] & { readonly end: number } {
    const { id, time } = this.#columns;
    const where = "forecast";
    const values = numbersOf(where, this.#table, target);
    const ids = id === null ? null : textsOf(where, this.#table, id);
    const when = time === null ? null : this.#table.columns.find(({ name }) => name === time)!;
    const rows = Array.from(values.keys()).filter((row) => ids === null || ids[row] === series);
    if (when) rows.sort((a, b) => Number(when.values[a]) - Number(when.values[b]));
    const end = rows.findLastIndex((row) => !Number.isNaN(values[row])) + 1;
    const shown = Math.min(MOST_PAST, Math.max(LEAST_PAST, PAST_PER_STEP * horizon));
    const chosen = rows.slice(Math.max(0, end - shown), end);
    const x = chosen.map((row, i) => (when ? momentOf(when.type, when.values[row]!) : end - chosen.length + i));
    return { x, y: chosen.map((row) => values[row]!), end };
  }
}

function momentOf(type: string, value: string | number): Moment {
  return type === "date" ? new Date(value).toISOString().replace(/T00:00:00\.000Z$/, "") : value;
}

function bandsIn(answer: Answer, target: string, numberOf: (name: string) => number[]): FanBand[] {
  const prefix = quantileColumn(target, 0).slice(0, -1);
  const levels = Object.keys(answer)
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)));
  return bandsOf(levels).map(({ share, lower, upper }) => ({
    share,
    lower: numberOf(quantileColumn(target, levels[lower]!)),
    upper: numberOf(quantileColumn(target, levels[upper]!)),
  }));
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
