/** Parallel coordinates (Inselberg 1985), turned so that the axes lie below each other and have room for their names on a phone too. */
import type { TopLevelSpec } from "vega-lite";
import { colourOf, grid, ink, soft } from "./colours.js";
import { cleanText, type Plot } from "./render.js";

export interface ParallelAxis {
  readonly name: string;
  /** Labels and where they stand, from 0 to 1. */
  readonly marks: readonly { readonly at: number; readonly text: string }[];
}

export interface ParallelLine {
  /** On each axis, from 0 to 1; null where it has no value there. */
  readonly places: readonly (number | null)[];
  readonly kind: "best" | "good" | "other";
}

export interface Parallel {
  readonly title: string;
  readonly subtitle?: string;
  readonly description: string;
  readonly axes: readonly ParallelAxis[];
  /** The best is drawn last, over the others. */
  readonly lines: readonly ParallelLine[];
}

const STYLES = {
  other: { color: soft, opacity: 0.3, strokeWidth: 1 },
  good: { color: colourOf(0), opacity: 0.75, strokeWidth: 1.4 },
  best: { color: colourOf(1), opacity: 1, strokeWidth: 3 },
} as const;

/** Height of an axis with its marks. */
const ROW = 52;

export function parallelPlot({ title, subtitle, description, axes, lines }: Parallel): Plot {
  return {
    title,
    ...(subtitle !== undefined && { subtitle }),
    description,
    spec: (width) => specOf(axes, lines, width),
  };
}

function specOf(axes: readonly ParallelAxis[], lines: readonly ParallelLine[], width: number): TopLevelSpec {
  const names = axes.map(({ name }, row) => ({ row, x: 0, text: cleanText(name) }));
  const y = {
    field: "row",
    type: "quantitative",
    scale: { domain: [-0.3, axes.length - 0.5], reverse: true, nice: false, zero: false },
    axis: null,
  };
  const x = {
    field: "x",
    type: "quantitative",
    scale: { domain: [-0.03, 1.03], nice: false, zero: false },
    axis: null,
  };
  const rules = axes.map((_, row) => ({ row, x: 0, end: 1 }));
  const marks = axes.flatMap((axis, row) =>
    axis.marks.map(({ at, text }) => ({ row, x: at, text, align: alignOf(at) })),
  );
  return {
    width: width - 110,
    height: axes.length * ROW,
    encoding: { y, x },
    layer: [
      { data: { values: rules }, mark: { type: "rule", color: grid, strokeWidth: 2 }, encoding: { x2: { field: "end" } } },
      {
        data: { values: names },
        mark: { type: "text", align: "right", dx: -12, fontSize: 12, color: ink, limit: 96 },
        encoding: { text: { field: "text", type: "nominal" } },
      },
      ...(["other", "good", "best"] as const).map((kind) => lineLayer(lines, kind)),
      ...(["left", "center", "right"] as const).map((align) => ({
        data: { values: marks.filter((mark) => mark.align === align) },
        mark: { type: "text", align, baseline: "top", dy: 6, fontSize: 11, color: soft, limit: 90 },
        encoding: { text: { field: "text", type: "nominal" } },
      })),
    ],
  } as unknown as TopLevelSpec; // prettier-ignore
}

/** Within the picture. */
function alignOf(at: number): "left" | "center" | "right" {
  return at < 0.1 ? "left" : at > 0.9 ? "right" : "center";
}

function lineLayer(lines: readonly ParallelLine[], kind: ParallelLine["kind"]): object {
  const values = lines.flatMap(({ places, kind: own }, line) =>
    own === kind ? places.map((x, row) => ({ line, row, x })) : [],
  );
  const mark = { type: "line", orient: "vertical", invalid: "break-paths-show-path-domains", strokeJoin: "round", ...STYLES[kind] }; // prettier-ignore
  const encoding = { detail: { field: "line", type: "nominal" }, order: { field: "row", type: "quantitative" } };
  return { data: { values }, mark, encoding };
}
