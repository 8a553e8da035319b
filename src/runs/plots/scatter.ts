import type { TopLevelSpec } from "vega-lite";
import type { Picture } from "../evaluation.js";
import { colourOf } from "./colours.js";
import { diagonalLayer } from "./lines.js";
import { canDraw, spanOf } from "./range.js";
import type { Plot } from "./render.js";

/** Points beyond which they would only cover each other. */
const MOST = 2000;

/** Predicted against actual: a perfect network has all points on the diagonal. */
export function scatterPlot({ title, label, actual, predicted }: Extract<Picture, { kind: "scatter" }>): Plot {
  const known = actual.map((_, i) => i).filter((i) => canDraw(actual[i]!) && canDraw(predicted[i]!));
  const step = Math.max(1, known.length / MOST);
  const shown = Array.from({ length: Math.min(known.length, MOST) }, (_, i) => known[Math.floor(i * step)]!);
  const domain = spanOf([actual, predicted]);
  const values = shown.map((i) => ({ x: actual[i]!, y: predicted[i]! }));
  const part = shown.length < known.length ? `${shown.length} of ${known.length} samples are shown.` : "";
  const axis = (field: string, word: string) => ({
    field,
    type: "quantitative",
    scale: { zero: false, nice: false, domain },
    axis: { title: `${word} ${label}`, grid: true, tickCount: 6 },
  });
  return {
    title,
    ...(part && { subtitle: part }),
    description: `Predicted against actual ${label} of ${known.length} samples. ${part}`.trim(),
    spec: (width) =>
      ({
        width: Math.min(width - 70, 400),
        height: Math.min(width - 70, 400),
        encoding: { x: axis("x", "actual"), y: axis("y", "predicted") },
        layer: [
          diagonalLayer(domain),
          { data: { values }, mark: { type: "point", filled: true, size: 18, opacity: 0.55, color: colourOf(0) } },
        ],
      }) as unknown as TopLevelSpec,
  };
}
