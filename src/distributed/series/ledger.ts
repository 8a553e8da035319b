/** series.json: what was asked and what is known of each series; from it the rest is gone on with, and predictions find their models. */
import { z } from "zod";
import { RUN_FILES, type RunFolder } from "../../runs/run-folder.js";
import { readOptions } from "../../tasks/options.js";
import { check } from "../../util/errors.js";
import { namesOf, scoreOf } from "./pool.js";
import type { SeriesResult } from "./result.js";

export const SERIES_FILE = RUN_FILES.series;
/** Folder of the folders of series, in that of the run. */
export const SERIES_FOLDER = "series";

/** Between two notes: thousands of series would spend their time writing one file. What was not noted answers from its folder. */
const WRITE_MS = 2_000;

const number = z.number().nullable();

export const seriesRecord = z.strictObject({
  id: z.string().describe("As the column of ids has it."),
  run: z.string().describe("Its folder in series/."),
  rows: z.int().min(0),
  state: z
    .enum(["waiting", "done", "set aside", "failed"])
    .describe("set aside: its data allow no model; failed: its training came to no end."),
  value: number.describe("MASE of the network on the test part; null where there is none."),
  baseline: z
    .strictObject({ name: z.string(), value: z.number() })
    .nullable()
    .describe("The best naive one by MASE, on the same windows."),
  windows: z.int().min(0).nullable().describe("Of the test part."),
  epochs: z.int().min(0).nullable(),
  parameters: z.int().min(0).nullable(),
  seconds: number.describe("That its training took; where it was gone on with, the last part."),
  warnings: z.array(z.string()).optional(),
  reason: z.string().optional().describe("Why it was set aside or failed."),
});

const spread = z.record(z.string(), z.number()).describe("0.1, 0.25, 0.5, 0.75 and 0.9 quantile.");

export const seriesSummary = z.strictObject({
  series: z.int().describe("With a model."),
  setAside: z.int(),
  failed: z.int(),
  better: z
    .record(z.string(), z.number())
    .describe('Share of the series in which the network has the smaller MASE, by baseline; of "every naive baseline" too.'),
  spread: z.record(z.string(), spread).describe("Of MASE over the series, by forecaster."),
}); // prettier-ignore

const ledger = z.strictObject({
  version: z.literal(1),
  task: z.literal("forecast"),
  data: z.string(),
  command: z.string(),
  id: z.string().describe("Column that says which series a row belongs to."),
  settings: z.record(z.string(), z.unknown()).describe("Options that all series have in common."),
  spent: z.number().describe("Seconds of all sessions, as they were worked on."),
  summary: seriesSummary.nullable().describe("Null before the end."),
  series: z.array(seriesRecord),
});

export type Plan = Pick<z.output<typeof ledger>, "data" | "command" | "id" | "settings">;
export type SeriesRecord = z.output<typeof seriesRecord>;
export type SeriesSummary = z.output<typeof seriesSummary>;

export class Ledger {
  readonly series: SeriesRecord[] = [];
  spent = 0;
  summary: SeriesSummary | null = null;
  #byName = new Map<string, SeriesRecord>();
  #written = performance.now();

  constructor(
    readonly folder: RunFolder,
    readonly plan: Plan,
  ) {}

  /** @throws SluiceError where the file is not what a training of many series writes */
  static read(folder: RunFolder): Ledger {
    const saved = readOptions(folder.file(SERIES_FILE), ledger, folder.readJson(SERIES_FILE) as object);
    const { version: _, task: __, series, spent, summary, ...plan } = saved;
    const read = new Ledger(folder, plan);
    Object.assign(read, { spent, summary });
    read.add(series);
    return read;
  }

  add(records: readonly SeriesRecord[]): void {
    for (const record of records) {
      this.series.push(record);
      this.#byName.set(record.run, record);
    }
  }

  write(): void {
    const { plan, spent, summary, series } = this;
    this.folder.replaceJson(SERIES_FILE, { version: 1, task: "forecast", ...plan, spent, summary, series });
    this.#written = performance.now();
  }

  /** If the last time is long enough ago. */
  writeSometimes(): void {
    if (performance.now() - this.#written >= WRITE_MS) this.write();
  }

  get ended(): number {
    return this.series.filter(({ state }) => state !== "waiting").length;
  }

  of(name: string): SeriesRecord {
    const record = this.#byName.get(name);
    check(record !== undefined, () => `${this.folder.file(SERIES_FILE)} has no series ${name}`);
    return record;
  }

  note(result: SeriesResult): SeriesRecord {
    const record = this.of(result.name);
    delete record.reason;
    if (result.state !== "done") return Object.assign(record, { state: result.state, reason: result.reason });
    const { windows, epochs, parameters, seconds, warnings, entries } = result;
    const naive = entries
      .filter(({ kind }) => kind === "trivial")
      .map((entry) => ({ name: namesOf(entry).own, value: scoreOf(entry) }))
      .filter((one): one is { name: string; value: number } => one.value !== null)
      .sort((a, b) => a.value - b.value);
    const value = scoreOf(entries[0]!);
    const said = warnings.length > 0 ? { warnings } : {};
    return Object.assign(record, { state: "done", value, baseline: naive[0] ?? null, windows, epochs, parameters, seconds, ...said }); // prettier-ignore
  }
}

/** A series that is yet to be trained. */
export function waiting(id: string, run: string, rows: number): SeriesRecord {
  return { id, run, rows, state: "waiting", value: null, baseline: null, windows: null, epochs: null, parameters: null, seconds: null }; // prettier-ignore
}
