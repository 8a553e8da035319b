import type { History } from "../train/history.js";
import { check, show } from "../util/errors.js";
import { chart, type Panel } from "./svg/chart.js";

export interface PlotHistoryOptions {
  /** Which values to show, without "val_". Default: loss and all metrics. */
  values?: readonly string[];
}

/**
 * The curves of a training as SVG text: a panel for the loss and for each metric, training beside validation.
 * @param history what `fit` returned
 * @throws SluiceError when it is no history, or a value is named that it does not hold
 */
export function plotHistory(history: History, options: PlotHistoryOptions = {}): string {
  const fits = Array.isArray(history?.epoch) && typeof history.history === "object" && history.history !== null;
  check(fits, () => `plotHistory: expected what fit returns, got ${show(history)}`);
  const names = Object.keys(history.history);
  const values = options.values ?? names.filter((name) => !name.startsWith("val_") && name !== "learningRate");
  const missing = values.find((name) => !names.includes(name));
  check(missing === undefined, () => `plotHistory: no value ${show(missing)}; there are ${names.join(", ")}`);
  const epochs = history.epoch.map((epoch) => epoch + 1);
  const panels = values.map((name) => panelOf(name, epochs, history.history));
  return chart(panels, describe(values, history));
}

function panelOf(name: string, x: number[], history: History["history"]): Panel {
  const series = [{ name: "training", y: history[name]! }];
  const validation = history[`val_${name}`];
  if (validation) series.push({ name: "validation", y: validation });
  return { title: name, x, xLabel: "epoch", series };
}

function describe(values: readonly string[], { epoch, history }: History): string {
  const ends = values.flatMap((name) => [name, `val_${name}`]).filter((name) => history[name]?.length);
  const last = ends.map((name) => `${name} ${history[name]!.at(-1)!.toPrecision(4)}`);
  return `Training over ${epoch.length} epochs. At the end: ${last.join(", ")}.`;
}
