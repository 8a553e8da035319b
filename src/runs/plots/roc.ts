import type { TopLevelSpec } from "vega-lite";
import type { Picture } from "../evaluation.js";
import { colourOf } from "./colours.js";
import { diagonalLayer } from "./lines.js";
import { distinct } from "./names.js";
import type { Plot } from "./render.js";

/** Curves that can be told apart. */
const MOST = 8;
/** Points of a curve beyond which neighbours would share a pixel. */
const POINTS = 400;

/** True against false positives as the threshold falls; of many classes, those that are told apart worst. */
export function rocPlot({ curves }: Extract<Picture, { kind: "roc" }>): Plot {
  const shown = curves.length > MOST ? [...curves].sort((a, b) => a.auc - b.auc).slice(0, MOST) : curves;
  const names = distinct(shown.map(({ name, auc }) => `${name} (AUC ${auc.toFixed(3)})`));
  const values = shown.flatMap(({ falsePositive, truePositive }, c) => {
    const count = Math.min(falsePositive.length, POINTS);
    return Array.from({ length: count }, (_, j) => {
      const i = count < 2 ? 0 : Math.round((j * (falsePositive.length - 1)) / (count - 1));
      return { x: falsePositive[i]!, y: truePositive[i]!, i: j, name: names[c]! };
    });
  });
  const part = shown.length < curves.length ? `The ${MOST} of ${curves.length} classes with the smallest area.` : "";
  const axis = (field: string, word: string) => ({
    field,
    type: "quantitative",
    scale: { domain: [0, 1] },
    axis: { title: word, grid: true, tickCount: 5 },
  });
  return {
    title: "ROC: how well classes are told apart at every threshold",
    ...(part && { subtitle: part }),
    description: `Areas under the curves: ${curves.map(({ name, auc }) => `${name} ${auc.toFixed(3)}`).join(", ")}.`,
    spec: (width) =>
      ({
        width: Math.min(width - 70, 360),
        height: Math.min(width - 70, 360),
        encoding: { x: axis("x", "false positive rate"), y: axis("y", "true positive rate") },
        layer: [
          diagonalLayer([0, 1]),
          {
            data: { values },
            mark: { type: "line", strokeWidth: 2 },
            encoding: {
              order: { field: "i", type: "quantitative" },
              color: {
                field: "name",
                type: "nominal",
                scale: { domain: names, range: names.map((_, i) => colourOf(i)) },
                legend: width < 600 ? { orient: "bottom", columns: 1 } : { orient: "right" },
              },
            },
          },
        ],
      }) as unknown as TopLevelSpec,
  };
}
