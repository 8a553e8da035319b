import type { GradientNormRecord } from "../train/callbacks/gradient-norms.js";
import { check, show } from "../util/errors.js";
import { drawing } from "./drawing.js";

/**
 * What `callbacks.gradientNorms()` saw, as SVG text: a panel for each layer, log₁₀ ‖∂L/∂h_t‖ over the steps t, a line for each batch
 * that was looked at; of many, the first, the last and some between. Drawn by Vega, which is loaded at the first plot.
 * @param records the callback's `records`
 * @throws SluiceError when there are none
 */
export async function plotGradientNorms(records: readonly GradientNormRecord[]): Promise<string> {
  const fits = Array.isArray(records) && records.length > 0 && records.every((r) => r?.norms instanceof Float64Array);
  check(fits, () => `plotGradientNorms: expected the records of callbacks.gradientNorms(), got ${show(records)}`);
  const [{ normsPlot }, { renderAlone, stack }] = await drawing(() => import("./plots/gradient-norms.js"));
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
