/** `sluice/distributed`: many trainings at once, on threads of this process or on the workers of a queue. Node only. */
export { sweep, goOnWithSweep, type SpaceOf, type SweepSettings, type SweepMore } from "./search/public-sweep.js";
export { SweepStopped, type Progress, type Sweep } from "./search/sweep.js";
export type { Importance } from "./search/importance.js";
export type { Rung, TrialRecord } from "./search/ledger.js";
export { dataParallel, type DataParallelOptions } from "./parallel/sync/data-parallel.js";
export { goOnWithShards, trainShards, type ShardsMore, type ShardsSettings } from "./parallel/diloco/public-shards.js";
export type { DilocoRun } from "./parallel/diloco/train.js";
export type { Journal, RoundRecord } from "./parallel/diloco/journal.js";
export { backtestTrainer, type BacktestTrainerOptions, type FitProgress } from "./backtest/trainer.js";
export { goOnWithSeries, trainSeries, type SeriesMore, type SeriesSettings } from "./series/public-series.js";
export { openSeries, SeriesRun } from "./series/open.js";
export { SeriesStopped, type PerSeries } from "./series/train-series.js";
export type { SeriesRecord, SeriesSummary } from "./series/ledger.js";
export { openQueue, type QueueOptions } from "./open-queue.js";
export { startWorker, type StartWorkerOptions } from "./start-worker.js";
export { QueueWorker, type WorkerCounts } from "./worker.js";
export { ThreadExecutor, type ThreadOptions } from "./executors/threads.js";
export type { Executor, Flow, FlowOutcome, Job, JobOutcome, Store, WorkerInfo } from "./job.js";
