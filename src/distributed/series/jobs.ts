/** From series to jobs, and from what workers say to the ledger. */
import { setMaxListeners } from "node:events";
import { join } from "node:path";
import { z } from "zod";
import type { Json } from "../../format/json.js";
import type { ForecastOptions } from "../../tasks/forecast/options.js";
import { readOptions } from "../../tasks/options.js";
import type { Executor, JobOutcome } from "../job.js";
import { SERIES_FOLDER, type Ledger } from "./ledger.js";
import { columnsOf, packTable } from "./pack.js";
import { seriesAnswer, type SeriesPayload } from "./result.js";
import { batchesOf, rowsOf, type OneSeries, type Split } from "./split.js";
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
    // Batches are of all series, so that they are the same when this goes on.
    const fit = split.series.filter(({ name }) => ledger.of(name).state !== "set aside");
    const open = batchesOf(fit, split.table.columns.length).filter((batch) => batch.some(({ name }) => !this.#ended.has(name))); // prettier-ignore
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
    const { split, executor, ledger } = this;
    this.#signal.throwIfAborted();
    const table = rowsOf(split.table, batch);
    const address = await executor.store.put(await packTable("series", table));
    const outcome = await this.#run(batch, address);
    if (outcome.state === "done") this.#note(outcome.result);
    // One that takes its worker down with it shall not take its neighbours along.
    else if (batch.length > 1)
      await Promise.all(
        batch.map(async (one) => {
          const alone = await this.#run([one], address);
          if (alone.state === "done") this.#note(alone.result);
          else this.#setAside(one.name, alone);
        }),
      );
    else this.#setAside(batch[0]!.name, outcome);
    await executor.store.drop(address);
    ledger.writeSometimes();
  }

  #run(batch: readonly OneSeries[], address: string): Promise<JobOutcome> {
    const [first] = batch;
    const id = `${this.ledger.folder.name}-${first!.name}${batch.length > 1 ? `-and-${batch.length - 1}` : ""}`;
    return this.executor.run(
      { id, kind: "series", payload: this.#payload(batch, address) },
      { signal: this.#signal, onProgress: (progress) => this.#tell(progress) },
    );
  }

  #payload(batch: readonly OneSeries[], rows: string): Json {
    const { ledger, split } = this;
    const { settings } = ledger.plan;
    const payload: SeriesPayload = {
      source: ledger.plan.data,
      rows,
      columns: columnsOf(split.table),
      settings: JSON.parse(JSON.stringify(settings)) as SeriesPayload["settings"],
      folder: join(ledger.folder.path, SERIES_FOLDER),
      series: batch.map(({ id, name, seed }) => ({ id, name, seed })),
    };
    return payload as Json;
  }

  #tell(progress: Json): void {
    const read = told.safeParse(progress);
    if (read.success) this.#end(read.data.name, read.data.state === "done");
  }

  /** Once each, also of a job that is done again. */
  #end(name: string, done: boolean): void {
    if (this.#ended.has(name)) return;
    this.#ended.add(name);
    if (!done) this.#failed++;
    this.hooks.onSeries?.(name, { ended: this.#ended.size, failed: this.#failed, of: this.ledger.series.length });
  }

  #note(result: Json | null): void {
    const { series } = readOptions("result of series", seriesAnswer, result as object);
    for (const one of series) {
      this.ledger.note(one);
      this.#end(one.name, one.state === "done");
    }
  }

  #setAside(name: string, { reason = "no reason was given" }: JobOutcome): void {
    this.ledger.note({ name, state: "failed", reason });
    this.#end(name, false);
  }
}
