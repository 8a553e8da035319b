import { check, show } from "../util/errors.js";
import type { Model } from "./model.js";

/** Means over the epoch so far, or over the whole epoch: loss, metrics, and with validation `val_loss`, …; also `learningRate`. */
export type Logs = Record<string, number>;

/** One call of `fit`, as callbacks see it. */
export interface TrainingRun {
  readonly model: Model;
  readonly epochs: number;
  /** Steps in an epoch; null while a data set of unknown length runs for the first time. */
  readonly steps: number | null;
  /** Whether epochs end with validation values. */
  readonly validates: boolean;
  /** Ends training after the batch that is running. */
  stop(reason: string): void;
}

/** Called during `fit`, in the order of the list; a promise is waited for. All methods are optional. */
export interface Callback {
  onTrainBegin?(run: TrainingRun): void | Promise<void>;
  /** Epochs count from 0. */
  onEpochBegin?(epoch: number, run: TrainingRun): void | Promise<void>;
  /** Steps count from 0 within the epoch; the values are those of the epoch so far, each worked out when it is read. */
  onBatchEnd?(step: number, logs: Logs, run: TrainingRun): void | Promise<void>;
  onEpochEnd?(epoch: number, logs: Logs, run: TrainingRun): void | Promise<void>;
  onTrainEnd?(logs: Logs, run: TrainingRun): void | Promise<void>;
  /**
   * A loss or gradient that is not finite, before any weight is changed by it: return true to have training stop quietly;
   * otherwise `fit` raises the error.
   */
  onNonFinite?(error: Error, run: TrainingRun): boolean;
}

/** A plain function is called at the end of each epoch. */
export type CallbackLike = Callback | ((epoch: number, logs: Logs) => void | Promise<void>);

/** Calls one event of all callbacks in turn; waits only where something is to be waited for. */
export async function notify(
  callbacks: readonly Callback[],
  call: (callback: Callback) => void | Promise<void>,
): Promise<void> {
  for (const callback of callbacks) {
    const result = call(callback);
    if (result) await result;
  }
}

const EVENTS = ["onTrainBegin", "onEpochBegin", "onBatchEnd", "onEpochEnd", "onTrainEnd", "onNonFinite"] as const;

export function toCallback(callback: CallbackLike): Callback {
  if (typeof callback === "function") return { onEpochEnd: callback };
  check(typeof callback === "object" && callback !== null && EVENTS.some((event) => event in callback), () => {
    return `fit: a callback must be a function or have one of ${EVENTS.join(", ")}, got ${show(callback)}`;
  });
  return callback;
}
