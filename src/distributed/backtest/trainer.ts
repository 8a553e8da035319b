/** The trainings of a backtest on an executor: threads of this process, or the workers of a queue. */
import { setMaxListeners } from "node:events";
import { join } from "node:path";
import type { Json } from "../../format/json.js";
import { RUN_FILES } from "../../runs/run-folder.js";
import { removeRun } from "../../runs/run-list.js";
import { asAtFirst, endedFit, fitFolder, hasEnded, prepareAt, type Fit } from "../../tasks/backtest/fits.js";
import { BacktestStopped } from "../../tasks/backtest/finish.js";
import { fitName, type FitWork, type Trainer } from "../../tasks/backtest/trainer.js";
import type { ForecastPipeline } from "../../tasks/forecast/pipeline.js";
import { readOptions } from "../../tasks/options.js";
import { pathOf } from "../../tasks/source-name.js";
import { check, SluiceError } from "../../util/errors.js";
import { ThreadExecutor } from "../executors/threads.js";
import type { Executor, JobOutcome } from "../job.js";
import { unpackRun, type RunArchive } from "../run-archive.js";
import { refer } from "../store/reference.js";
import { jobPrefix } from "../training-job.js";
import { fitResult } from "./fit.js";
import type { FitPayload } from "./payload.js";

/** What fails so many trainings is no matter of one origin: the others are given up then. */
const MOST_FAILED = 3;

export interface BacktestTrainerOptions {
  /** Threads of this process. Default one less than there are cores. */
  readonly workers?: number;
  /** Instead of threads, such as what `openQueue` gives; it is closed when the backtest ends. */
  readonly executor?: Executor;
  /** Told after each epoch of a training. @param number from 1 */
  readonly onEpoch?: (number: number, progress: Json) => void;
  /** Told when a training has ended, or failed. */
  readonly onFit?: (fit: FitProgress) => void;
}

export interface FitProgress {
  /** From 1. */
  readonly number: number;
  readonly at: string | number;
  /** Why it was set aside; null where it came to its end. */
  readonly failed: string | null;
  /** Trainings that have ended, earlier ones too. */
  readonly done: number;
  readonly of: number;
}

/**
 * Does the trainings of a backtest at the same time, on threads or on a queue: `forecast.backtest("prices.csv", options, { trainer:
 * backtestTrainer({ workers: 4 }) })`. Scores and forecasts are those of a backtest without it, bit for bit. Callbacks of the backtest's hooks are
 * not called: they stay in this process.
 */
export function backtestTrainer(options: BacktestTrainerOptions = {}): Trainer {
  let { executor } = options;
  return {
    admit(data) {
      check(
        pathOf(data) !== null,
        () => "backtest: data in memory cannot be handed to workers; give the path of a file",
      );
    },
    train(work) {
      const { workers } = options;
      executor ??= new ThreadExecutor({ store: join(work.folder.path, "store"), ...(workers !== undefined && { workers }) }); // prettier-ignore
      return new Trainings(work, executor, options).train();
    },
    close: async () => executor?.close(),
  };
}

class Trainings {
  readonly #failed = new Map<number, string>();
  /** Ends the others where one of them ends all. */
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #done = 0;

  constructor(
    readonly work: FitWork,
    readonly executor: Executor,
    readonly told: Pick<BacktestTrainerOptions, "onEpoch" | "onFit">,
  ) {
    const { signal } = work.hooks;
    this.#signal = AbortSignal.any([this.#stop.signal, ...(signal ? [signal] : [])]);
    setMaxListeners(0, this.#signal); // one for each training that waits
  }

  async *train(): AsyncGenerator<Fit> {
    const { due, root, hooks, folder } = this.work;
    let ended: Promise<unknown> = Promise.resolve();
    try {
      const jobs = await this.#ask();
      ended = Promise.allSettled(jobs);
      for (const [f, job] of jobs.entries()) {
        await job;
        if (this.#failed.size > 0) break;
        const fit = await endedFit(root, fitName(f));
        check(fit !== null, () => `backtest: training ${f + 1} has ended, and ${root} lacks it: the workers' folder is another one`); // prettier-ignore
        yield fit;
      }
      await ended;
    } catch (error) {
      await ended;
      if (hooks.signal?.aborted) throw new BacktestStopped(folder.path, this.#done, due.length);
      if (this.#failed.size === 0) throw error;
    } finally {
      this.#stop.abort();
      await ended;
    }
    if (this.#failed.size > 0) throw this.#failure();
  }

  /** Asks for all trainings that have not ended yet. */
  async #ask(): Promise<Promise<void>[]> {
    const { due, root, plan, options, folder, data, command } = this.work;
    const { executor } = this;
    if (due.length === 1) plan.warn("backtest: there is one training, which one worker does alone; refit trains anew at later origins"); // prettier-ignore
    const { sha256 } = (folder.readJson(RUN_FILES.data) as { fingerprint: { sha256: string } }).fingerprint;
    const { lookback, season } = asAtFirst(plan, await this.#firstPipeline()).options;
    const reference = await refer(executor, pathOf(data)!);
    const later = { ...options, lookback, ...(season !== undefined && { season }) };
    return due.map(({ place }, f) => {
      if (hasEnded(root, fitName(f))) {
        this.#done++;
        return Promise.resolve();
      }
      const own = JSON.parse(JSON.stringify(f === 0 ? options : later)) as FitPayload["options"]; // without what is undefined
      const seen = executor.sendsData ? null : root;
      return this.#run(f, { data: reference, sha256, options: own, place, root: seen, name: fitName(f), command });
    });
  }

  /** As the first training finds the data, whoever does it. */
  async #firstPipeline(): Promise<ForecastPipeline> {
    const { first, root, plan, due } = this.work;
    const known = first ? null : await endedFit(root, fitName(0));
    if (known) return known.pipeline;
    const prepared = first ?? (await prepareAt(plan, due[0]!.origin));
    await prepared.close?.();
    return prepared.pipeline;
  }

  async #run(f: number, payload: FitPayload): Promise<void> {
    const { executor, told, work } = this;
    const job = { id: `${jobPrefix(work.folder)}-${payload.name}`, kind: "fit", payload: payload as Json };
    const onProgress = (progress: Json) => told.onEpoch?.(f + 1, progress);
    const outcome = await executor.run(job, { signal: this.#signal, onProgress });
    await this.#note(f, outcome);
    told.onFit?.({ number: f + 1, at: work.due[f]!.at, failed: this.#failed.get(f) ?? null, done: this.#done, of: work.due.length }); // prettier-ignore
  }

  async #note(f: number, { state, reason, result }: JobOutcome): Promise<void> {
    if (state === "failed") {
      this.#failed.set(f, reason ?? "no reason was given");
      if (this.#failed.size === MOST_FAILED) this.#stop.abort();
      return;
    }
    const { warnings, archive } = readOptions("result of a training", fitResult, result as object);
    if (this.executor.sendsData) await this.#receive(f, archive);
    this.#done++;
    for (const warning of warnings) this.work.plan.warn(warning);
  }

  /** The training that a worker did in a folder of its own. */
  async #receive(f: number, archive: RunArchive | undefined): Promise<void> {
    const { root, plan, options } = this.work;
    const { store } = this.executor;
    check(archive !== undefined, () => `backtest: training ${f + 1} is said to be done, and did not come back`);
    const begun = fitFolder(root, fitName(f));
    await unpackRun(archive, store, { root, data: plan.table.source, files: { runs: options.runs } });
    if (begun && begun.name !== archive.name) removeRun(begun.path, root); // where it was cut off in another session
    await store.drop(archive.content);
  }

  #failure(): SluiceError {
    const { due, folder } = this.work;
    // What failed them all is told once.
    const byReason = new Map<string, number[]>();
    for (const [f, reason] of this.#failed) byReason.set(reason, [...(byReason.get(reason) ?? []), f]);
    const which = [...byReason].map(([reason, [f, ...more]]) => {
      const others =
        more.length === 0 ? "" : more.length === 1 ? `, and training ${more[0]! + 1}` : `, and ${more.length} more`;
      return `training ${f! + 1} of ${due.length}, at ${due[f!]!.at}${others}, failed: ${reason}`;
    });
    const kept = `${this.#done} of ${due.length} trainings have ended and are kept in ${folder.path}`;
    return new SluiceError(`backtest: ${which.join("; ")}; ${kept}, from where --resume goes on`);
  }
}
