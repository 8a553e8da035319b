/** The curves of a run as they grow: rows that come in are put behind those that are there. */
import type { Judge } from "../../../runs/evaluation.js";
import type { GradientNormRow, HistoryReply, HistoryRow, Maybe, RunEvents } from "../../api/index.js";

export const NO_HISTORY: HistoryReply = { epoch: [], values: {} };

/** A row of an epoch that is there already takes its place and that of all after it: a resumed run trains them again. */
export function withRows(before: HistoryReply, { reset, rows }: RunEvents["history"]): HistoryReply {
  let history = reset ? NO_HISTORY : before;
  for (const row of rows) history = withRow(history, row);
  return history;
}

function withRow({ epoch, values }: HistoryReply, row: HistoryRow): HistoryReply {
  const kept = epoch.filter((other) => other < row.epoch).length;
  const names = new Set([...Object.keys(values), ...Object.keys(row.values)]);
  const column = (name: string): Maybe[] => {
    const old = values[name] ?? [];
    return [...Array.from({ length: kept }, (_, i) => old[i] ?? null), row.values[name] ?? null];
  };
  return {
    epoch: [...epoch.slice(0, kept), row.epoch],
    values: Object.fromEntries([...names].map((name) => [name, column(name)])),
  };
}

export function withNorms(
  before: readonly GradientNormRow[],
  { reset, rows }: RunEvents["gradientNorms"],
): readonly GradientNormRow[] {
  if (rows.length === 0) return reset ? [] : before;
  const first = Math.min(...rows.map(({ epoch }) => epoch));
  return [...(reset ? [] : before.filter(({ epoch }) => epoch < first)), ...rows];
}

/** What the metrics of training and validation share: "loss" of loss and val_loss; in the order in which they come. */
export function metricsOf({ values }: HistoryReply): string[] {
  return [...new Set(Object.keys(values).map((name) => name.replace(/^val_/, "")))];
}

/** The metric's name beside a value with its unit; nothing where the unit says it, as "nats a character" does. */
export function nameBeside({ name, unit }: Judge): string {
  return unit?.startsWith(name) ? "" : name;
}
