import type { TopLevelSpec } from "vega-lite";
import type { Picture } from "../evaluation.js";
import { colourOf } from "./colours.js";
import { distinct } from "./names.js";
import { cleanText, type Plot } from "./render.js";
import { textWidth } from "./text-width.js";

/** Columns up to which each has its label, below its middle. */
const LABELLED = 24;

/** Below this a cell is left out: nothing of it would be seen. */
const SEEN = 0.02;

const axis = { domain: false, ticks: false, grid: false };

/** Each column with its label, slanted where it is wider than the column. */
function named(labels: readonly string[], title: string, size: number): object {
  const widest = Math.max(...labels.map((label) => textWidth(label, 12)));
  const slanted = { labelAngle: -45, labelAlign: "right", labelBaseline: "middle" };
  const turned = widest > size - 4 ? slanted : { labelAngle: 0 };
  const labelExpr = `${JSON.stringify(labels)}[datum.value]`;
  return {
    x: {
      field: "column",
      type: "nominal",
      sort: null,
      scale: { domain: labels.map((_, c) => c), padding: 0 },
      axis: { ...axis, ...turned, title, labelOverlap: false, labelExpr },
    },
  };
}

/** Many columns, of which about twelve are labelled where they begin. */
function counted(labels: readonly string[], title: string): object {
  const every = Math.ceil(labels.length / 12);
  const values = labels.map((_, c) => c).filter((c) => c % every === 0);
  return {
    x: {
      field: "column",
      type: "quantitative",
      scale: { domain: [0, labels.length], nice: false },
      axis: { ...axis, title, values, labelExpr: `${JSON.stringify(labels)}[datum.value]` },
    },
    x2: { field: "end" },
  };
}

/** Numbers from 0 to 1 as cells: the stronger the colour, the larger the number. */
export function heatPlot(picture: Extract<Picture, { kind: "heat" }>): Plot {
  const { title, subtitle, xLabel, x, values } = picture;
  const names = distinct(picture.y);
  const cells = values.flatMap((row, r) =>
    row.flatMap((value, c) => (value < SEEN ? [] : [{ column: c, end: c + 1, row: r, opacity: value }])),
  );
  const peaks = values.map((row, r) => {
    const most = Math.max(...row);
    return `${names[r]} ${most.toFixed(2)} at ${x[row.indexOf(most)]}`;
  });
  const rows = JSON.stringify(picture.y.map((label) => cleanText(label)));
  const columns = x.map((label) => cleanText(String(label)));
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
          ...(x.length <= LABELLED ? named(columns, xLabel, (width - 90) / x.length) : counted(columns, xLabel)),
          y: {
            field: "row",
            type: "nominal",
            sort: null,
            scale: { domain: names.map((_, r) => r) },
            // What stands on two rows has no number here, as it has in the description.
            axis: { ...axis, title: null, labelLimit: 120, labelExpr: `${rows}[datum.value]` },
          },
          fillOpacity: { field: "opacity", type: "quantitative", scale: null },
        },
      }) as unknown as TopLevelSpec,
  };
}
