/** Forecasts as pictures want them: what came before, and the forecast with its intervals. */
import { numbersOf, readTable, textsOf, type Column, type DataSource, type Table } from "../../data/index.js";
import { SluiceError } from "../../util/errors.js";
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

export const nameOfPlace = ({ series, target }: FanPlace) => (series === null ? target : `${series}: ${target}`);

/** Options of the run, as in its config.json. */
export interface OutlookSettings {
  readonly target: readonly string[];
  readonly horizon: number;
  readonly future?: readonly string[];
  readonly id?: string;
  readonly time?: string;
}

/** What a trained run foresees after its data, for every series and target. */
export class Outlooks {
  readonly places: readonly FanPlace[];
  readonly #byPlace = new Map<string, readonly Answer[]>();
  readonly #table: Table;
  readonly #columns: { readonly id: string | null; readonly time: string | null };

  private constructor(
    table: Table,
    answers: readonly Answer[],
    targets: readonly string[],
    /** Whether these are forecasts of the last steps of the data. */
    readonly back: boolean,
  ) {
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

  /**
   * Where the network reads covariates of the steps to come and the data end without them, the last steps of the data are foreseen from what
   * was known before.
   * @throws SluiceError where the data no longer fit
   */
  static async of(run: Run, source: DataSource, settings: OutlookSettings): Promise<Outlooks> {
    const table = await readTable(source, run.pipeline.reading);
    const { target: targets, future = [] } = settings;
    try {
      return new Outlooks(table, await run.predict(table), targets, false);
    } catch (error) {
      if (future.length === 0 || !(error instanceof SluiceError)) throw error;
      const before = withoutEnds(table, settings);
      return new Outlooks(before, await run.predict(before), targets, true);
    }
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

/** The targets of the last `horizon` rows of each series are taken out. */
function withoutEnds(table: Table, { target, horizon, id, time }: OutlookSettings): Table {
  const ids = id === undefined ? null : textsOf("forecast", table, id);
  const when = time === undefined ? undefined : table.columns.find(({ name }) => name === time);
  const rows = Array.from({ length: table.length }, (_, row) => row);
  if (when) rows.sort((a, b) => Number(when.values[a]) - Number(when.values[b]));
  const groups = new Map<string | null, number[]>();
  for (const row of rows)
    groups.set(ids?.[row] ?? null, [...(groups.get(ids?.[row] ?? null) ?? []), row].slice(-horizon));
  const ends = new Set([...groups.values()].flat());
  const columns = table.columns.map((column): Column => {
    if (!target.includes(column.name) || column.type !== "number") return column;
    return { ...column, values: column.values.map((value, row) => (ends.has(row) ? Number.NaN : value)) };
  });
  return { ...table, columns };
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
