/** From series to jobs, and from what workers say to the ledger. */
import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { join } from "node:path";
import { z } from "zod";
import type { Json } from "../../format/json.js";
import type { ForecastOptions } from "../../tasks/forecast/options.js";
import { readOptions } from "../../tasks/options.js";
import { check, SluiceError } from "../../util/errors.js";
import type { Executor, JobOutcome } from "../job.js";
import { jobPrefix } from "../training-job.js";
import { unpackSeries } from "./archive.js";
import { SERIES_FOLDER, type Ledger } from "./ledger.js";
import { columnsOf, packTable } from "./pack.js";
import { seriesAnswer, type SeriesPayload, type SeriesResult } from "./result.js";
import { answerOf } from "./series.js";
import { batchesOf, leastRows, rowsOf, type OneSeries, type Split } from "./split.js";
import type { SeriesHooks } from "./train-series.js";

export interface Progress {
  /** Series that have ended, in one way or the other; of them set aside or failed. */
  readonly ended: number;
  readonly failed: number;
  readonly of: number;
}

const told = z.strictObject({ name: z.string(), state: z.string() });

export class Jobs {
  /** Ends the others where one cannot be noted, as on a full disk. */
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #begin = performance.now();
  readonly #before: number;
  readonly #ended: Set<string>;
  #failed: number;
  #putting: Promise<unknown> = Promise.resolve();

  constructor(
    readonly split: Split,
    readonly ledger: Ledger,
    readonly options: ForecastOptions,
    readonly executor: Executor,
    readonly hooks: SeriesHooks,
  ) {
    this.#before = ledger.spent;
    this.#signal = AbortSignal.any([this.#stop.signal, ...(hooks.signal ? [hooks.signal] : [])]);
    setMaxListeners(0, this.#signal); // one for each job that waits
    const ended = ledger.series.filter(({ state }) => state === "done" || state === "set aside");
    this.#ended = new Set(ended.map(({ run }) => run));
    this.#failed = ended.filter(({ state }) => state === "set aside").length;
  }

  /** @throws the signal's reason where it was stopped */
  async train(): Promise<void> {
    const { split, ledger } = this;
    const fit = split.series.filter(({ rows }) => rows.length >= leastRows(this.options));
    // Dealt out before those that have ended are left out, so that a queue finds its answers again when this goes on.
    const batches = batchesOf(fit, split.table.columns.length).map((batch) => batch.filter(({ name }) => !this.#ended.has(name))); // prettier-ignore
    const open = batches.filter(({ length }) => length > 0);
    try {
      await Promise.all(open.map((batch) => this.#guarded(batch)));
    } finally {
      ledger.spent = this.#before + (performance.now() - this.#begin) / 1000;
      ledger.write();
    }
  }

  async #guarded(batch: readonly OneSeries[]): Promise<void> {
    try {
      await this.#train(batch);
    } catch (error) {
      this.#stop.abort(error);
      throw error;
    }
  }

  async #train(batch: readonly OneSeries[]): Promise<void> {
    const { executor, ledger } = this;
    const address = await this.#put(batch);
    // One that takes its worker down with it shall not take its neighbours along.
    if (!(await this.#ask(batch, address)) && batch.length > 1)
      await Promise.all(batch.map((one) => this.#ask([one], address)));
    await executor.store.drop(address);
    ledger.writeSometimes();
  }

  /** One after the other: the rows of all batches at once would be the whole table once more. */
  async #put(batch: readonly OneSeries[]): Promise<string> {
    const { split, executor } = this;
    const put = this.#putting.then(async () => {
      this.#signal.throwIfAborted();
      return executor.store.put(await packTable("series", rowsOf(split.table, batch)));
    });
    this.#putting = put.catch(() => undefined);
    return put;
  }

  get #place(): string {
    return join(this.ledger.folder.path, SERIES_FOLDER);
  }

  /** Whether the worker answered; a series that is asked for alone has ended in any case. */
  async #ask(batch: readonly OneSeries[], address: string): Promise<boolean> {
    let outcome = await this.#run(batch, address);
    let lost = await this.#note(batch, outcome);
    // A queue keeps answers longer than the folders may be kept that they speak of.
    if (lost.length > 0) {
      outcome = await this.#run(lost, address, randomUUID());
      lost = await this.#note(lost, outcome);
    }
    const reason = outcome.state === "failed" ? outcome.reason : "what it has written is gone";
    const failed = outcome.state === "failed" ? batch : lost;
    if (batch.length === 1)
      for (const { name } of failed) this.#end({ name, state: "failed", reason: reason ?? "no reason was given" });
    return outcome.state === "done" && lost.length === 0;
  }

  #run(batch: readonly OneSeries[], address: string, again?: string): Promise<JobOutcome> {
    const [first] = batch;
    const id = `${jobPrefix(this.ledger.folder)}-${first!.name}${batch.length > 1 ? `-and-${batch.length - 1}` : ""}`;
    const payload = this.#payload(batch, address, again);
    return this.executor.run(
      { id, kind: "series", payload },
      { signal: this.#signal, onProgress: (progress) => this.#tell(progress) },
    );
  }

  #payload(batch: readonly OneSeries[], rows: string, again: string | undefined): Json {
    const { ledger, split, executor } = this;
    const { settings } = ledger.plan;
    const payload: SeriesPayload = {
      source: ledger.plan.data,
      rows,
      columns: columnsOf(split.table),
      settings: JSON.parse(JSON.stringify(settings)) as SeriesPayload["settings"],
      folder: executor.sendsData ? null : this.#place,
      series: batch.map(({ id, name, seed }) => ({ id, name, seed })),
      ...(again !== undefined && { again }),
    };
    return payload as Json;
  }

  #tell(progress: Json): void {
    const read = told.safeParse(progress);
    if (read.success) this.#count(read.data.name, read.data.state === "done");
  }

  /** Once each, also of a job that is done again. */
  #count(name: string, done: boolean): void {
    if (this.#ended.has(name)) return;
    this.#ended.add(name);
    if (!done) this.#failed++;
    this.hooks.onSeries?.(name, { ended: this.#ended.size, failed: this.#failed, of: this.ledger.series.length });
  }

  #end(result: SeriesResult): void {
    this.ledger.note(result);
    this.#count(result.name, result.state === "done");
  }

  /** @returns series that are said to be done, and whose folders are not there */
  async #note(batch: readonly OneSeries[], { state, result }: JobOutcome): Promise<OneSeries[]> {
    if (state === "failed") return [];
    const { series, folders } = readOptions("result of series", seriesAnswer, result as object);
    const byName = new Map(batch.map((one) => [one.name, one]));
    const asked = series.length === batch.length && series.every(({ name }) => byName.has(name));
    check(asked, () => "result of series: it is of other series than were asked for");
    const done = series.filter(({ state: own }) => own === "done").map(({ name }) => name);
    if (folders !== undefined) await this.#receive(done, folders);
    const lost = new Set(done.filter((name) => !answerOf(join(this.#place, name))));
    for (const one of series) if (!lost.has(one.name)) this.#end(one);
    return [...lost].map((name) => byName.get(name)!);
  }

  async #receive(names: readonly string[], folders: string): Promise<void> {
    const { store } = this.executor;
    const missing = names.some((name) => !answerOf(join(this.#place, name)));
    // Not there where an earlier session has taken it out: then what is missing is asked for anew.
    if (missing) await unpackSeries(this.#place, names, folders, store).catch((error: unknown) => this.#excuse(error));
    await store.drop(folders);
  }

  #excuse(error: unknown): void {
    const { cause } = error as { cause?: NodeJS.ErrnoException };
    if (!(error instanceof SluiceError) || (cause?.syscall !== undefined && cause.code !== "ENOENT")) throw error;
  }
}
