/**
 * What happens in runs, as server-sent events. Files are looked at twice a second, whoever writes them: this works on every file
 * system, and each listener has its own place in them, so that a slow one holds up nobody and nothing piles up.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "hono";
import { streamSSE, type SSEStreamingApi } from "hono/streaming";
import { SWEEP_FILE } from "../../distributed/search/ledger.js";
import { RUN_FILES, RunFolder } from "../../runs/run-folder.js";
import { readProgress } from "../../runs/run-progress.js";
import { SluiceError } from "../../util/errors.js";
import type { GradientNormRow, HistoryRow, Maybe, Progress, RunEvents, RunSummary } from "../api/index.js";
import { orNull } from "./details.js";
import type { Jobs } from "./jobs.js";
import type { Places } from "./places.js";
import { refuseUnless } from "./problems.js";
import type { Summaries } from "./summaries.js";
import { sweepOf, trainingTrials } from "./sweeps.js";
import { JsonlTail } from "./tail.js";
import { thinned } from "./thinned.js";

const LOOK_MS = 500;
/** Looks between two of the whole list. */
const LIST_EVERY = 4;
/** A line that says nothing keeps the connection, and shows whether anybody still listens. */
const BEAT_MS = 15_000;
const MOST_STREAMS = 64;
const MOST_RUNS = 50;

export type Told = {
  readonly [E in keyof RunEvents]: { readonly event: E; readonly data: RunEvents[E] };
}[keyof RunEvents];

interface MetricsLine {
  readonly epoch: number;
  readonly time: string;
  readonly [value: string]: Maybe | string;
}

/** One listener's place in one run. */
export class RunCursor {
  readonly #metrics: JsonlTail<MetricsLine>;
  readonly #norms: JsonlTail<GradientNormRow>;
  #status = "";
  #progress = "";
  #sweep = "";
  #training = "[]";

  constructor(
    readonly run: string,
    readonly path: string,
    readonly summaries: Summaries,
  ) {
    this.#metrics = new JsonlTail(`${path}/${RUN_FILES.metrics}`);
    this.#norms = new JsonlTail(`${path}/${RUN_FILES.gradientNorms}`);
  }

  *news(): Generator<Told> {
    const { run } = this;
    // Looked at first and told last: a page that closes the stream at the end has seen all that was trained.
    const summary = this.summaries.of(run);
    const history = this.#metrics.news();
    if (history) yield { event: "history", data: { run, reset: history.reset, rows: history.rows.map(rowOf) } };
    const norms = this.#norms.news();
    if (norms) yield { event: "gradientNorms", data: { run, reset: norms.reset, rows: thinned(norms.rows) } };
    const progress = summary.state === "running" ? progressOf(this.path) : null;
    if (changed(progress, this.#progress)) yield { event: "progress", data: { run, progress } };
    this.#progress = JSON.stringify(progress);
    if (summary.sweep) yield* this.#sweepNews(summary);
    if (changed(summary, this.#status)) yield { event: "status", data: { run, summary } };
    this.#status = JSON.stringify(summary);
  }

  *#sweepNews({ state }: RunSummary): Generator<Told> {
    const { run, path } = this;
    const training = state === "running" ? trainingTrials(path, run) : [];
    if (changed(training, this.#training)) yield { event: "training", data: { run, trials: training } };
    this.#training = JSON.stringify(training);
    const stat = statSync(join(path, SWEEP_FILE), { throwIfNoEntry: false });
    const mark = `${stat?.mtimeMs}:${stat?.size}:${training.map(({ trial }) => trial).join()}`;
    if (mark !== this.#sweep) yield { event: "sweep", data: { run, sweep: orNull(() => sweepOf(path, run)) } };
    this.#sweep = mark;
  }
}

const changed = (value: object | null, before: string) => JSON.stringify(value) !== (before || "null");

function rowOf({ epoch, time, ...values }: MetricsLine): HistoryRow {
  return { epoch, time, values: values as Readonly<Record<string, Maybe>> };
}

function progressOf(path: string): Progress | null {
  try {
    const progress = readProgress(RunFolder.open(path));
    if (!progress) return null;
    const { process: _writer, ...shown } = progress;
    return shown;
  } catch (error) {
    if (error instanceof SluiceError) return null; // gone between two looks
    throw error;
  }
}

/** One listener's place in the list of runs and in the trainings that the studio has started. */
class ListCursor {
  #runs = "";
  readonly #jobs = new Map<string, string>();
  #looks = 0;

  constructor(
    readonly summaries: Summaries,
    readonly jobs: Jobs,
  ) {}

  *news(): Generator<Told> {
    for (const job of this.jobs.all().reverse()) {
      const text = JSON.stringify(job);
      if (this.#jobs.get(job.id) !== text) yield { event: "job", data: job };
      this.#jobs.set(job.id, text);
    }
    if (this.#looks++ % LIST_EVERY !== 0) return;
    const reply = { runs: this.summaries.all() };
    if (changed(reply, this.#runs)) yield { event: "runs", data: reply };
    this.#runs = JSON.stringify(reply);
  }
}

export class EventStreams {
  #open = 0;
  readonly #ended = new AbortController();

  constructor(
    readonly places: Places,
    readonly summaries: Summaries,
    readonly jobs: Jobs,
  ) {}

  /** Of one run. */
  ofRun(c: Context, run: string): Response {
    return this.#stream(c, [this.#cursor(run)]);
  }

  /** Of the list, and of the runs that the page asks for. */
  ofAll(c: Context, runs: readonly string[]): Response {
    refuseUnless(runs.length <= MOST_RUNS, 400, () => `at most ${MOST_RUNS} runs at once`);
    return this.#stream(c, [new ListCursor(this.summaries, this.jobs), ...runs.map((run) => this.#cursor(run))]);
  }

  /** Ends all streams. */
  end(): void {
    this.#ended.abort();
  }

  #cursor(run: string): RunCursor {
    return new RunCursor(run, this.places.run(run), this.summaries);
  }

  #stream(c: Context, cursors: readonly { news(): Iterable<Told> }[]): Response {
    refuseUnless(this.#open < MOST_STREAMS, 429, () => "too many pages listen at once; close some");
    this.#open++;
    return streamSSE(c, async (stream) => {
      try {
        await this.#tell(stream, cursors);
      } finally {
        this.#open--;
      }
    });
  }

  async #tell(stream: SSEStreamingApi, cursors: readonly { news(): Iterable<Told> }[]): Promise<void> {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    const signal = AbortSignal.any([gone.signal, this.#ended.signal]);
    let told = performance.now();
    while (!signal.aborted) {
      for (const cursor of cursors) {
        for (const { event, data } of cursor.news()) {
          if (signal.aborted) return;
          await stream.writeSSE({ event, data: JSON.stringify(data) });
          told = performance.now();
        }
      }
      if (performance.now() - told > BEAT_MS) {
        await stream.write(": still here\n\n");
        told = performance.now();
      }
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
