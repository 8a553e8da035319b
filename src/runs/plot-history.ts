import type { History } from "../train/history.js";
import { check, show } from "../util/errors.js";
import { drawing } from "./drawing.js";

export interface PlotHistoryOptions {
  /** Which values to show, without "val_". Default: loss and all metrics. */
  values?: readonly string[];
}

/**
 * The curves of a training as SVG text: a panel for the loss and for each metric, training beside validation. Drawn by Vega,
 * which is loaded at the first plot.
 * @param history what `fit` returned
 * @throws SluiceError when it is no history, or a value is named that it does not hold
 */
export async function plotHistory(history: History, options: PlotHistoryOptions = {}): Promise<string> {
  const fits = Array.isArray(history?.epoch) && typeof history.history === "object" && history.history !== null;
  check(fits, () => `plotHistory: expected what fit returns, got ${show(history)}`);
  const names = Object.keys(history.history);
  const values = options.values ?? names.filter((name) => !name.startsWith("val_") && name !== "learningRate");
  const missing = values.find((name) => !names.includes(name));
  check(missing === undefined, () => `plotHistory: no value ${show(missing)}; there are ${names.join(", ")}`);
  check(values.length > 0, () => `plotHistory: there are no values to show`);
  const [{ curvePlot }, { renderAlone, stack }] = await drawing(() => import("./plots/curves.js"));
  return renderAlone(stack(values.map((name) => curvePlot(history, name, null))));
}
