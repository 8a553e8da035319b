/** Four years of Seattle's weather, as the npm package vega-datasets carries them: NOAA records, a work of the U.S. government. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { check, SluiceError } from "../../util/errors.js";

export interface Day {
  /** ISO date. */
  date: string;
  /** Highest and lowest temperature, °C. */
  high: number;
  low: number;
  /** Precipitation, mm. */
  rain: number;
  /** Mean wind speed, in the unit of the file. */
  wind: number;
}

const COLUMNS = "date,precipitation,temp_max,temp_min,wind,weather";

/** Reads the file from the installed package. */
export function readDays(): Day[] {
  try {
    // The package exports its code only; the data lies beside it.
    const code = createRequire(import.meta.url).resolve("vega-datasets");
    return parseDays(readFileSync(join(dirname(code), "../data/seattle-weather.csv"), "utf8"));
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    const hint = "npm install --save-dev vega-datasets";
    throw new SluiceError(`weather data: the package vega-datasets is not installed here; ${hint}`, { cause: error });
  }
}

/** The file has no quoted fields; whatever else is not as expected is an error, days out of order or left out included. */
export function parseDays(text: string): Day[] {
  const [header, ...lines] = text.trim().split(/\r?\n/);
  check(header === COLUMNS, () => `weather data: expected the columns ${COLUMNS}, got ${header}`);
  const days = lines.map(parseDay);
  for (let i = 1; i < days.length; i++) {
    const step = Date.parse(days[i]!.date) - Date.parse(days[i - 1]!.date);
    check(
      step === 86_400_000,
      () => `weather data: line ${i + 2}: ${days[i]!.date} does not follow ${days[i - 1]!.date}`,
    );
  }
  return days;
}

function parseDay(line: string, i: number): Day {
  const [date = "", ...cells] = line.split(",");
  const [rain, high, low, wind] = cells.slice(0, 4).map((cell) => (cell === "" ? Number.NaN : Number(cell)));
  const day = { date, high: high!, low: low!, rain: rain!, wind: wind! };
  const numbers = [day.high, day.low, day.rain, day.wind].every(Number.isFinite);
  check(numbers && Number.isFinite(Date.parse(date)), () => `weather data: line ${i + 2} is not a day: ${line}`);
  return day;
}

/** The first index of a day on or after the date. */
export function indexOfDate(days: readonly Day[], date: string): number {
  const i = days.findIndex((day) => day.date >= date);
  return i < 0 ? days.length : i;
}
