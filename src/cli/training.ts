/** A training as the command line runs it: with progress, and with an orderly end on Ctrl-C. */
import type { Run } from "../tasks/run.js";
import type { TrainHooks } from "../tasks/train-task.js";
import { quoted } from "./command-line.js";
import { InterruptedError } from "./errors.js";
import { interruptible } from "./interrupt.js";
import { progress } from "./progress.js";
import type { Screen } from "./screen.js";

/** @throws InterruptedError with the command that goes on, where the user stopped it */
export async function watched(screen: Screen, train: (hooks: TrainHooks) => Promise<Run>): Promise<Run> {
  const ending = "Finishing the batch and saving a checkpoint.";
  return interruptible(screen, ending, async (signal) => {
    const hooks: TrainHooks = {
      signal,
      callbacks: [progress(screen)],
      verbose: 0,
      warn: screen.warn,
      onFolder: (path) => screen.note(`Run folder ${path}`),
    };
    const run = await train(hooks).catch((error: Error) => {
      throw signal.aborted && error.name === "AbortError"
        ? new InterruptedError("Stopped before training began; nothing was written.", null)
        : error;
    });
    if (!run.interrupted) return run;
    const epochs = run.history.epoch.length;
    const done = epochs === 1 ? "1 epoch" : `${epochs} epochs`;
    throw new InterruptedError(
      `Stopped after ${done}; a checkpoint is in ${run.folder}.`,
      `sluice train --resume ${quoted(run.folder!)}`,
    );
  });
}
