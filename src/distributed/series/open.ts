/** A run with a model for each series, ready to predict: rows go to the model of their series. */
import { basename, dirname, join } from "node:path";
import { readTable, takeRows, type DataSource, type Table } from "../../data/index.js";
import { readEvaluation, type Evaluation } from "../../runs/evaluation.js";
import { isSeriesPath, isSeriesRun, RUN_FILES, RunFolder, runPath } from "../../runs/run-folder.js";
import { readingLike, readingOf, type Reading } from "../../tasks/common-options.js";
import { forecastOptions } from "../../tasks/forecast/options.js";
import { openRun } from "../../tasks/open-run.js";
import { readOptions } from "../../tasks/options.js";
import type { Run } from "../../tasks/run.js";
import type { Answer } from "../../tasks/task.js";
import { check, show } from "../../util/errors.js";
import { Ledger, SERIES_FILE, SERIES_FOLDER, type SeriesRecord } from "./ledger.js";
import { pool } from "./pool.js";
import { rowsById } from "./split.js";

/** Series that a message names. */
const NAMED = 5;

/**
 * @param where path of a run, "latest", or the name of a run in `root`
 * @throws SluiceError when there is none, or it has one model for all
 */
export function openSeries(where: string, root = "runs"): SeriesRun {
  const folder = RunFolder.open(where, root);
  check(folder.has(SERIES_FILE), () => `open ${folder.path}: it has no ${SERIES_FILE}: it is no run with a model for each series`); // prettier-ignore
  return new SeriesRun(folder, Ledger.read(folder));
}

/**
 * Whatever of many series can be asked with rows of all: a run with a model for each, or the folder of one in it, whose model then takes the
 * rows of its series alone; null for any other model.
 */
export function seriesAsked(where: string, root = "runs"): SeriesRun | null {
  if (isSeriesRun(where, root)) return openSeries(where, root);
  if (!isSeriesPath(where, root)) return null;
  const path = runPath(where, root);
  const folder = RunFolder.open(dirname(dirname(path)));
  const ledger = Ledger.read(folder);
  return new SeriesRun(folder, ledger, ledger.of(basename(path)).id);
}

export interface AskOptions {
  /** Told of series that are left out, since they have no model, or another was asked for. */
  warn?: (message: string) => void;
}

export class SeriesRun {
  readonly task = "forecast";
  /** How the training data were read: new files are read in the same way. */
  readonly reading: Reading;
  readonly #byId: ReadonlyMap<string, SeriesRecord>;

  constructor(
    readonly run: RunFolder,
    readonly ledger: Ledger,
    /** Of the only series whose model answers; null for all. */
    readonly only: string | null = null,
  ) {
    const { settings } = ledger.plan;
    this.reading = readingOf(readOptions(run.file(SERIES_FILE), forecastOptions, settings));
    this.#byId = new Map(ledger.series.map((record) => [record.id, record]));
  }

  get folder(): string {
    return this.run.path;
  }

  /** Of all series on their test parts; null before the end. */
  get evaluation(): Evaluation | null {
    return this.run.has(RUN_FILES.evaluation) ? readEvaluation(this.run.readJson(RUN_FILES.evaluation)) : null;
  }

  /** The model of one series. @throws SluiceError where it has none */
  async open(id: string): Promise<Run> {
    const reason = this.#lacks(id);
    check(reason === null, () => `open ${this.folder}: series ${show(id)} ${reason}`);
    return openRun(join(this.run.file(SERIES_FOLDER), this.#byId.get(id)!.run));
  }

  /**
   * The next steps of each series in the data, with the column of ids; series that have no model are left out, and told.
   * @param given options of reading
   * @throws SluiceError where no series of the data has a model
   */
  async predict(source: DataSource, given: Readonly<Record<string, unknown>> = {}, hooks: AskOptions = {}): Promise<Answer[]> {
    const answers: Answer[] = [];
    for await (const { run, table } of this.#groups("predict", source, given, hooks))
      for (const answer of await run.predict(table)) answers.push(answer);
    return answers;
  } // prettier-ignore

  /**
   * Networks and baselines on data that hold the truth, over all series that have a model.
   * @param given options of reading
   */
  async evaluate(source: DataSource, given: Readonly<Record<string, unknown>> = {}, hooks: AskOptions = {}): Promise<Evaluation> {
    const parts: Evaluation[] = [];
    let name = "rows";
    for await (const { run, table } of this.#groups("evaluate", source, given, hooks)) {
      name = table.source;
      parts.push(await run.evaluate(table));
    }
    const finite = (value: number) => (Number.isFinite(value) ? value : null);
    const values = (own: Readonly<Record<string, number>>) => Object.fromEntries(Object.entries(own).map(([key, value]) => [key, finite(value)])); // prettier-ignore
    return pool(parts.map(({ count, entries }) => ({ windows: count, entries: entries.map((entry) => ({ ...entry, values: values(entry.values) })) })), name).evaluation; // prettier-ignore
  } // prettier-ignore

  /** Each series of the data that has a model, with its rows, in the order of first appearance. */
  async *#groups(
    verb: string,
    source: DataSource,
    given: Readonly<Record<string, unknown>>,
    { warn = console.warn }: AskOptions,
  ): AsyncGenerator<{ run: Run; table: Table }> {
    const { id } = this.ledger.plan;
    const where = `series.${verb}`;
    const table = await readTable(source, readingLike(where, this.reading, given));
    const all = [...rowsById(table, id)];
    const asked = this.only === null ? all : all.filter(([own]) => own === this.only);
    check(asked.length > 0, () => `${where}: the model is that of series ${show(this.only)}, of which ${table.source} has no rows; ${this.folder} has those of other series`); // prettier-ignore
    if (asked.length < all.length) warn(`${where}: the model is that of series ${show(this.only)}: left out ${all.length - asked.length} other series of ${table.source}`); // prettier-ignore
    const groups = asked.map(([own, rows]) => ({ own, rows, lacks: this.#lacks(own) }));
    const without = groups.filter(({ lacks }) => lacks !== null);
    const named = without.slice(0, NAMED).map(({ own, lacks }) => `${show(own)} ${lacks}`).join("; "); // prettier-ignore
    const more = without.length > NAMED ? `; and ${without.length - NAMED} more` : "";
    check(without.length < groups.length, () => `${where}: no series of ${table.source} has a model: ${named}${more}`);
    if (without.length > 0) warn(`${where}: left out ${without.length} of ${groups.length} series of ${table.source} that have no model: ${named}${more}`); // prettier-ignore
    for (const { own, rows, lacks } of groups)
      if (lacks === null) yield { run: await this.open(own), table: takeRows(table, rows) };
  }

  /** Why a series has no model; null where it has one. */
  #lacks(id: string): string | null {
    const record = this.#byId.get(id);
    if (!record) return "was not among those that were trained";
    if (record.state === "done") return null;
    return record.state === "waiting" ? "is not trained yet" : `was ${record.state === "failed" ? "tried and failed" : "set aside"}: ${record.reason}`; // prettier-ignore
  }
}
