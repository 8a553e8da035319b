/** Trainings as the command line runs them: with progress, and with an orderly end on Ctrl-C. */
import { ComparisonStopped } from "../tasks/compare.js";
import { Run } from "../tasks/run.js";
import type { TrainHooks } from "../tasks/train-task.js";
import { quoted } from "./command-line.js";
import { InterruptedError } from "./errors.js";
import { interruptible } from "./interrupt.js";
import { progress } from "./progress.js";
import type { Screen } from "./screen.js";

/** @throws InterruptedError with the command that goes on, where the user stopped it */
export async function watched<T>(screen: Screen, work: (hooks: TrainHooks) => Promise<T>): Promise<T> {
  const ending = "Finishing the batch and saving a checkpoint.";
  screen.status.draw("Reading and preparing the data …");
  return interruptible(screen, ending, async (signal) => {
    const hooks: TrainHooks = {
      signal,
      callbacks: [progress(screen)],
      verbose: 0,
      warn: screen.warn,
      onFolder: (path) => screen.note(`Run folder ${path}`),
    };
    const result = await work(hooks).catch((error: unknown) => {
      throw stopOf(error, signal);
    });
    if (result instanceof Run && result.interrupted) throw stopped(result);
    return result;
  });
}

function stopOf(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof ComparisonStopped) {
    const { message, resume } = stopped(error.run);
    return new InterruptedError(`${message}\n${error.done} finished trainings are kept.`, resume);
  }
  const early = signal.aborted && error instanceof Error && error.name === "AbortError";
  return early ? new InterruptedError("Stopped before training began; nothing was written.", null) : error;
}

function stopped({ folder, history }: Run): InterruptedError {
  const count = history.epoch.length;
  const done = count === 1 ? "1 epoch" : `${count} epochs`;
  const message = `Stopped after ${done}; a checkpoint is in ${folder}.`;
  return new InterruptedError(message, `sluice train --resume ${quoted(folder!)}`);
}
