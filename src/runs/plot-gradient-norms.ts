import type { GradientNormRecord } from "../train/callbacks/gradient-norms.js";
import { check, show } from "../util/errors.js";
import { colourOf } from "./plots/colours.js";
import { panelSpec } from "./plots/lines.js";
import { renderAlone, stack, type Plot } from "./plots/render.js";

/** Lines that can still be told apart. */
const MOST_LINES = 6;

/**
 * What `callbacks.gradientNorms()` saw, as SVG text: a panel for each layer, log₁₀ ‖∂L/∂h_t‖ over the steps t, a line for each batch
 * that was looked at; of many, the first, the last and some between. Drawn by Vega, which is loaded at the first plot.
 * @param records the callback's `records`
 * @throws SluiceError when there are none
 */
export async function plotGradientNorms(records: readonly GradientNormRecord[]): Promise<string> {
  const fits = Array.isArray(records) && records.length > 0 && records.every((r) => r?.norms instanceof Float64Array);
  check(fits, () => `plotGradientNorms: expected the records of callbacks.gradientNorms(), got ${show(records)}`);
  const layers = [...new Set(records.map(({ layer }) => layer))];
  return renderAlone(
    stack(
      layers.map((layer) =>
        normsPlot(
          layer,
          records.filter((r) => r.layer === layer),
        ),
      ),
    ),
  );
}

function normsPlot(layer: string, all: readonly GradientNormRecord[]): Plot {
  const count = Math.min(MOST_LINES, all.length);
  const chosen = Array.from({ length: count }, (_, i) => all[Math.round((i * (all.length - 1)) / (count - 1 || 1))]!);
  const T = Math.max(...chosen.map(({ norms }) => norms.length));
  const lines = chosen.map(({ epoch, step, norms }, i) => ({
    name: `epoch ${epoch + 1}, batch ${step + 1}`,
    // Sequences of batches may differ in length; a norm of 0 has no logarithm. Both leave gaps.
    y: Array.from({ length: T }, (_, t) => (norms[t]! > 0 ? Math.log10(norms[t]!) : Number.NaN)),
    colour: colourOf(i),
  }));
  const { norms } = all.at(-1)!;
  return {
    title: `gradient at the states of ${layer}`,
    description: `${all.length} batches. In the last one: ${showNorm(norms[0])} at the first step, ${showNorm(norms.at(-1))} at the last.`,
    spec: (width) =>
      panelSpec({ x: Array.from({ length: T }, (_, t) => t), xLabel: "step", yLabel: "log₁₀ ‖∂L/∂h‖", lines }, width),
  };
}

function showNorm(norm: number | undefined): string {
  return (norm ?? Number.NaN).toExponential(2);
}
