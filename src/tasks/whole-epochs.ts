import type { Callback } from "sluice";

/**
 * The callback without the end of an epoch that was cut short: whoever stops training does not wait for validation, so there is no
 * value by which epochs are compared, and its means are those of a part of the data.
 * @param monitor the value that every whole epoch has
 */
export function ofWholeEpochs(callback: Callback, monitor: string): Callback {
  return {
    onTrainBegin: (run) => callback.onTrainBegin?.(run),
    onEpochBegin: (epoch, run) => callback.onEpochBegin?.(epoch, run),
    onBatchEnd: (step, logs, run) => callback.onBatchEnd?.(step, logs, run),
    onEpochEnd: (epoch, logs, run) => (monitor in logs ? callback.onEpochEnd?.(epoch, logs, run) : undefined),
    onTrainEnd: (logs, run) => callback.onTrainEnd?.(logs, run),
    onNonFinite: (error, run) => callback.onNonFinite?.(error, run) ?? false,
  };
}
