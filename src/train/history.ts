import type { Logs } from "./callback.js";

/** What `fit` returns: the values of every epoch, as Keras's History. */
export interface History {
  /** Numbers of the epochs that ran, from 0. */
  readonly epoch: number[];
  /** One list for each value: loss, metrics, and with validation val_loss, …. */
  readonly history: Record<string, number[]>;
  /** Why training ended before its last epoch; null when it did not. */
  stopReason: string | null;
}

export function emptyHistory(): History {
  return { epoch: [], history: {}, stopReason: null };
}

export function addEpoch(to: History, epoch: number, logs: Logs): void {
  to.epoch.push(epoch);
  for (const [name, value] of Object.entries(logs)) (to.history[name] ??= []).push(value);
}
