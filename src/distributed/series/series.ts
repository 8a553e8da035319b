/**
 * A job that trains a model each for some series. It can be done again and again: a series that has ended answers from its folder, one that
 * was cut off goes on from its checkpoint.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { takeRows, type Table } from "../../data/index.js";
import type { Json } from "../../format/json.js";
import { readJson } from "../../runs/files.js";
import { RUN_FILES } from "../../runs/run-folder.js";
import { forecastOptions } from "../../tasks/forecast/options.js";
import { readOptions } from "../../tasks/options.js";
import { check, show } from "../../util/errors.js";
import type { JobContext } from "../job.js";
import { writtenAt } from "../store/reference.js";
import { packSeries } from "./archive.js";
import { unpackTable } from "./pack.js";
import { RESULT_FILE, seriesPayload, trainedSeries, type SeriesPayload, type SeriesResult, type TrainedSeries } from "./result.js"; // prettier-ignore
import { rowsById } from "./split.js";
import { checksumOf, trainOne } from "./train-one.js";

export async function series(json: Json, context: JobContext): Promise<Json> {
  const payload = readOptions("series", seriesPayload, json as object);
  const folder = payload.folder === null ? context.scratch() : writtenAt(payload.folder, context);
  const settings = readOptions("series", forecastOptions, payload.settings);
  check(settings.testData === undefined, () => "series: test data of their own cannot be read here");
  const results: SeriesResult[] = [];
  const written: Promise<void>[] = [];
  let rows: ((id: string) => Table) | null = null;
  for (const { id, name, seed } of payload.series) {
    context.signal.throwIfAborted();
    let result: SeriesResult | null = answerOf(join(folder, name));
    if (!result) {
      rows ??= await rowsIn(payload, settings.id!, context);
      const options = { ...settings, seed };
      const { signal, sole = false } = context;
      const asked = { id, name, table: rows(id), options, source: payload.source, folder, signal, sole };
      result = await trainOne(asked, (writing) => {
        writing.catch(() => undefined); // waited for below
        written.push(writing);
      });
    }
    results.push(result);
    await context.report({ name, state: result.state });
  }
  await Promise.all(written);
  const done = results.filter(({ state }) => state === "done").map(({ name }) => name);
  const sent = payload.folder === null && done.length > 0;
  return { series: results, ...(sent && { folders: await packSeries(folder, done, context.store) }) } as unknown as Json; // prettier-ignore
}

/** What has ended before; null where there is something to train. What a crash has damaged is none, and goes. */
export function answerOf(path: string): TrainedSeries | null {
  const file = join(path, RESULT_FILE);
  if (!existsSync(file)) return null;
  try {
    const result = trainedSeries.parse(readJson(file));
    check(
      result.model === checksumOf(readFileSync(join(path, RUN_FILES.model))),
      () => "another model than was written",
    );
    return result;
  } catch {
    rmSync(path, { recursive: true });
    return null;
  }
}

async function rowsIn({ rows, source, columns }: SeriesPayload, id: string, { store }: JobContext) {
  const table = await unpackTable(await store.get(rows), source, columns);
  const groups = rowsById(table, id);
  return (own: string) => {
    const found = groups.get(own);
    check(found !== undefined, () => `series: there are no rows of series ${show(own)}`);
    return takeRows(table, found);
  };
}
