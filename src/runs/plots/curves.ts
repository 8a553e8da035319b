import type { History } from "../../train/history.js";
import { colourOf } from "./colours.js";
import { panelSpec, type Panel } from "./lines.js";
import type { Plot } from "./render.js";

/** Stands for the weights before the first epoch. */
export const BEFORE_FIRST = -1;

/** The epoch whose weights were kept, and by which value it was chosen, such as "val_loss". */
export interface BestEpoch {
  /** From 0, as in the history; `BEFORE_FIRST` for the weights that training began with. */
  readonly epoch: number;
  readonly monitor: string;
}

/**
 * The epoch with the best value of `monitor`; null when the history does not hold it.
 * @param start the value before the first epoch, where that counts: an epoch must be better than it
 */
export function bestEpochOf(
  { epoch, history }: History,
  monitor: string,
  mode: "min" | "max",
  start: number | null = null,
): BestEpoch | null {
  const values = (history[monitor] ?? []).filter(Number.isFinite);
  if (values.length === 0) return start === null ? null : { epoch: BEFORE_FIRST, monitor };
  const best = mode === "min" ? Math.min(...values) : Math.max(...values);
  if (start !== null && (mode === "min" ? start <= best : start >= best)) return { epoch: BEFORE_FIRST, monitor };
  return { epoch: epoch[history[monitor]!.indexOf(best)]!, monitor };
}

/** Loss and metrics over the epochs, each in a plot of its own, validation beside training. */
export function curvePlots(history: History, best: BestEpoch | null = null): Plot[] {
  const names = Object.keys(history.history).filter((name) => !name.startsWith("val_") && name !== "learningRate");
  return names.map((name) => curvePlot(history, name, best));
}

export function curvePlot({ epoch, history }: History, name: string, best: BestEpoch | null): Plot {
  const validation = history[`val_${name}`];
  const lines = [
    { name: "training", y: history[name]!, colour: colourOf(0) },
    ...(validation ? [{ name: "validation", y: validation, colour: colourOf(1), dash: [6, 3] }] : []),
  ];
  const ends = lines.map((line) => `${line.name} ${showValue(line.y.at(-1))}`);
  const panel: Panel = {
    x: epoch.map((e) => e + 1),
    xLabel: "epoch",
    lines,
    ...(best && best.epoch !== BEFORE_FIRST && { mark: { at: best.epoch + 1, text: `best: epoch ${best.epoch + 1}` } }),
  };
  return {
    title: name,
    description: `${epoch.length === 1 ? "1 epoch" : `${epoch.length} epochs`}. At the end: ${ends.join(", ")}.`,
    spec: (width) => panelSpec(panel, width),
  };
}

function showValue(value: number | undefined): string {
  return value === undefined ? "unknown" : value.toPrecision(4);
}
