import type { TopLevelSpec } from "vega-lite";
import type { Picture } from "../evaluation.js";
import { colourOf, ink, onFill, soft } from "./colours.js";
import { textWidth } from "./text-width.js";
import { distinct } from "./names.js";
import type { Plot } from "./render.js";

export type ConfusionPicture = Extract<Picture, { kind: "confusion" }>;

/** Classes up to which each cell has room for its count, and up to which for the share as well. */
const WITH_COUNTS = 32;
const WITH_SHARES = 8;

interface Cell {
  readonly truth: string;
  readonly predicted: string;
  readonly text: string;
  /** Share of the row, "" where there is no room. */
  readonly share: string;
  readonly fill: string;
  readonly opacity: number;
  readonly colour: string;
}

/** Rows are true classes, columns predicted ones; the stronger the colour, the larger the cell's share of its row. */
export function confusionPlot({ classes, counts }: ConfusionPicture): Plot {
  const names = distinct(classes);
  const K = names.length;
  const cells = counts.flatMap((row, i) => cellsOf(row, i, names));
  const total = sum(counts.flat());
  const right = sum(counts.map((row, i) => row[i]!));
  return {
    title: "Confusion matrix",
    subtitle:
      "Rows are true classes. Numbers are counts; the stronger the colour, the larger the share of the true class.",
    description: `${right} of ${total} samples of ${K} classes are on the diagonal, where the prediction is the truth.`,
    spec: (width) => {
      const size = Math.max(17, Math.min(96, Math.floor((width - 170) / K)));
      return { width: K * size, height: K * Math.min(size, 56), data: { values: cells }, encoding: axesOf(names, size), layer: layersOf(K, size) } as unknown as TopLevelSpec; // prettier-ignore
    },
  };
}

function cellsOf(row: readonly number[], i: number, names: readonly string[]): Cell[] {
  const all = sum(row);
  return row.map((count, j) => {
    const share = all === 0 ? 0 : count / all;
    return {
      truth: names[i]!,
      predicted: names[j]!,
      text: count === 0 ? "" : String(count),
      share: count === 0 ? "" : `${Math.round(share * 100)} %`,
      fill: i === j ? colourOf(0) : colourOf(1),
      opacity: share === 0 ? 0 : 0.08 + 0.92 * share,
      colour: count === 0 ? soft : share > 0.55 ? onFill : ink,
    };
  });
}

function axesOf(names: readonly string[], size: number): object {
  const widest = Math.max(...names.map((name) => textWidth(name, 12)));
  const axis = { domain: false, ticks: false, labelLimit: 120, labelOverlap: false, labelPadding: 6 };
  const band = { domain: names, padding: 0.04 };
  const slanted = widest > size ? { labelAngle: -45, labelAlign: "right", labelBaseline: "middle" } : { labelAngle: 0 };
  return {
    x: {
      field: "predicted",
      type: "nominal",
      sort: null,
      scale: band,
      axis: { ...axis, ...slanted, title: "predicted class" },
    },
    y: { field: "truth", type: "nominal", sort: null, scale: band, axis: { ...axis, title: "true class" } },
  };
}

function layersOf(K: number, size: number): object[] {
  const literal = (field: string) => ({ field, type: "nominal", scale: null });
  const fill = {
    mark: { type: "rect", stroke: "#59636e", strokeOpacity: 0.25, cornerRadius: 2 },
    encoding: { color: literal("fill"), fillOpacity: { field: "opacity", type: "quantitative", scale: null } },
  };
  const words = (field: string, dy: number, fontSize: number) => ({
    mark: { type: "text", baseline: "middle", dy, fontSize },
    encoding: { text: { field, type: "nominal" }, color: literal("colour") },
  });
  if (K > WITH_COUNTS) return [fill];
  const both = K <= WITH_SHARES && size >= 40;
  return [fill, words("text", both ? -7 : 0, K > 16 ? 8 : 13), ...(both ? [words("share", 9, 11)] : [])];
}

/** Which classes are most often taken for which others: rows of true class, predicted class, count, share of the true class. */
export function confusionsOf({ classes, counts }: ConfusionPicture, most: number): string[][] {
  const found = counts.flatMap((row, i) => row.map((count, j) => ({ i, j, count, share: count / sum(row) })));
  return found
    .filter(({ i, j, count }) => i !== j && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, most)
    .map(({ i, j, count, share }) => [classes[i]!, classes[j]!, String(count), `${Math.round(share * 100)} %`]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
