import type { DataSource } from "../../data/index.js";
import { SluiceError } from "../../util/errors.js";
import type { Run } from "../run.js";
import type { View } from "../view.js";
import { sampleOf } from "../views/named.js";

export interface Views {
  /** All samples of the data, of which one is explained. */
  readonly view: View;
  /** Samples over which gates are measured, one each: evenly spread over the data; of a forecast windows of the past. */
  readonly others: readonly View[];
}

/**
 * @param population data of `others`; undefined for those that are explained
 * @param most samples of `others`
 */
export async function viewsOf(
  run: Run,
  source: DataSource,
  reading: Readonly<Record<string, unknown>>,
  population: DataSource | undefined,
  most: number,
): Promise<Views> {
  const view = await run.view(source, reading);
  const among = population ?? source;
  const past = run.pipeline.task === "forecast" ? await windowsOf(run, among, reading, most) : null;
  const from = past ?? (population === undefined ? view : await run.view(population, reading));
  const count = Math.min(most, from.count);
  const places = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * from.count) / count));
  return { view, others: places.map((i) => sampleOf(from, i)) };
}

/** Null for data that end where the forecast begins: they hold no window with its horizon. */
async function windowsOf(
  run: Run,
  source: DataSource,
  reading: Readonly<Record<string, unknown>>,
  windows: number,
): Promise<View | null> {
  try {
    return await run.view(source, { ...reading, windows });
  } catch (error) {
    if (error instanceof SluiceError) return null;
    throw error;
  }
}
