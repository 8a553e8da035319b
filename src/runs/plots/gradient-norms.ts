import type { GradientNormRecord } from "../../train/callbacks/gradient-norms.js";
import { colourOf } from "./colours.js";
import { panelSpec } from "./lines.js";
import type { Plot } from "./render.js";

/** Lines that can still be told apart. */
const MOST_LINES = 6;

/** log₁₀ ‖∂L/∂h_t‖ of one layer over the steps t, a line for each batch that was looked at. */
export function normsPlot(layer: string, all: readonly GradientNormRecord[]): Plot {
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
