import type { Callback, TrainingRun } from "../train/callback.js";
import { csvLogger, modelCheckpoint, tensorBoard } from "../train/callbacks/index.js";
import { lastCheckpoint } from "./checkpoints.js";
import { keepEpochsBefore } from "./history-csv.js";
import { metricsJsonl } from "./metrics-jsonl.js";
import { RUN_FILES, type RunFolder } from "./run-folder.js";

/**
 * What a run keeps of its training: history.csv, metrics.jsonl, TensorBoard's files, and the best and the last checkpoint.
 * @param monitor decides which epoch is the best, such as "val_loss"
 * @param saveEvery seconds after which the last checkpoint is written within an epoch too
 * @param before `best` is the value that was best so far; `append` goes on with the files of a run that was interrupted
 */
export function runCallbacks(
  folder: RunFolder,
  monitor: { readonly monitor: string; readonly mode: "min" | "max" },
  before: { readonly best: number | null; readonly append: boolean } = { best: null, append: false },
  saveEvery = Infinity,
): Callback[] {
  const initialValueThreshold = before.best;
  const history = folder.file(RUN_FILES.history);
  return [
    ...(before.append ? [{ onTrainBegin: ({ model }: TrainingRun) => keepEpochsBefore(history, model.epoch) }] : []),
    csvLogger({ path: history, append: before.append }),
    metricsJsonl(folder.file(RUN_FILES.metrics)),
    tensorBoard({ logDir: folder.file(RUN_FILES.tensorBoard) }),
    modelCheckpoint({ filepath: folder.file(RUN_FILES.best), saveBestOnly: true, ...monitor, initialValueThreshold }),
    lastCheckpoint(folder, saveEvery),
  ];
}
