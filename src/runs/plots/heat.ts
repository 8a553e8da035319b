import type { TopLevelSpec } from "vega-lite";
import type { Picture } from "../evaluation.js";
import { colourOf } from "./colours.js";
import { distinct } from "./names.js";
import type { Plot } from "./render.js";

/** Below this a cell is left out: nothing of it would be seen. */
const SEEN = 0.02;

/** Numbers from 0 to 1 as cells: the stronger the colour, the larger the number. */
export function heatPlot(picture: Extract<Picture, { kind: "heat" }>): Plot {
  const { title, subtitle, xLabel, x, values } = picture;
  const names = distinct(picture.y);
  const cells = values.flatMap((row, r) =>
    row.flatMap((value, c) => (value < SEEN ? [] : [{ column: c, end: c + 1, row: names[r], opacity: value }])),
  );
  const peaks = values.map((row, r) => {
    const most = Math.max(...row);
    return `${names[r]} ${most.toFixed(2)} at ${x[row.indexOf(most)]}`;
  });
  const every = Math.max(1, Math.ceil(x.length / 12));
  const labelled = x.map((_, c) => c).filter((c) => c % every === 0);
  const axis = { domain: false, ticks: false, grid: false };
  return {
    title,
    ...(subtitle !== undefined && { subtitle }),
    description: `Largest values: ${peaks.join("; ")}.`,
    spec: (width) =>
      ({
        width: width - 90,
        height: { step: 20 },
        data: { values: cells },
        mark: { type: "rect", fill: colourOf(0) },
        encoding: {
          x: {
            field: "column",
            type: "quantitative",
            scale: { domain: [0, x.length], nice: false },
            axis: {
              ...axis,
              title: xLabel,
              values: labelled,
              labelExpr: `${JSON.stringify(x.map(String))}[datum.value]`,
            },
          },
          x2: { field: "end" },
          y: {
            field: "row",
            type: "nominal",
            sort: null,
            scale: { domain: names },
            axis: { ...axis, title: null, labelLimit: 120 },
          },
          fillOpacity: { field: "opacity", type: "quantitative", scale: null },
        },
      }) as unknown as TopLevelSpec,
  };
}
