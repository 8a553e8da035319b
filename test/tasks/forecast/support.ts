import { forecastTask } from "../../../src/tasks/forecast/forecast-task.js";
import type { ForecastPipeline } from "../../../src/tasks/forecast/pipeline.js";
import { readOptions } from "../../../src/tasks/options.js";
import type { Prepared } from "../../../src/tasks/task.js";
import type { DataSource, Table } from "../../../src/data/index.js";
import type { Model } from "../../../src/index.js";
import { Random } from "../../../src/util/random.js";

export const DAY = 86_400_000;

/** A table in memory, its columns typed by what they hold; a column called date holds milliseconds. */
export function tableOf(columns: Record<string, readonly (number | string | null)[]>): Table {
  const names = Object.keys(columns);
  return {
    source: "test.csv",
    length: columns[names[0]!]!.length,
    placeOf: (row) => `line ${row + 2}`,
    columns: names.map((name) => {
      const values = columns[name]!;
      if (values.some((v) => typeof v === "string")) return { name, type: "text", values: values as (string | null)[] };
      const type = name.startsWith("date") ? "date" : "number";
      return { name, type, values: Float64Array.from(values, (v) => (v === null ? NaN : (v as number))) };
    }),
  };
}

/** n values of a wave with noise, seeded. */
export function wave(n: number, seed = 1, level = 10): number[] {
  const random = new Random(seed);
  return Array.from({ length: n }, (_, t) => level + 3 * Math.sin(t / 4) + random.uniform());
}

export function dates(n: number, step = DAY): number[] {
  return Array.from({ length: n }, (_, t) => Date.UTC(2024, 0, 1) + t * step);
}

export interface Made extends Prepared<ForecastPipeline> {
  readonly warnings: readonly string[];
}

/** Prepares with small sizes, so that tests are quick. */
export async function prepare(source: DataSource, options: Record<string, unknown>): Promise<Made> {
  const warnings: string[] = [];
  const small = { target: "y", units: [4], epochs: 2, lookback: 5, ...options };
  const settings = readOptions("forecast", forecastTask.options, small);
  const prepared = await forecastTask.prepare(source, settings, { warn: (message) => warnings.push(message) });
  return { ...prepared, warnings };
}

export async function fit({ model, train, validation }: Made, epochs = 2): Promise<Model> {
  const [x, y] = train as readonly [never, never];
  await model.fit(x, y, { epochs, validationData: validation, verbose: 0 });
  return model;
}

export function zeroWeights(model: Model): void {
  for (const parameter of model.parameters) parameter.assign(new Float64Array(parameter.size));
}
