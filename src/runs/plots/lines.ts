/** Lines over a common axis: what the pictures of curves, forecasts and horizons have in common. */
import type { TopLevelSpec } from "vega-lite";
import { soft } from "./colours.js";
import { distinct } from "./names.js";
import { textWidth } from "./text-width.js";
import { canDraw, extentOf, spanOf, thin } from "./range.js";

export interface Line {
  readonly name: string;
  /** As many as x has; what is not finite leaves a gap. */
  readonly y: ArrayLike<number>;
  readonly colour: string;
  /** Lengths of strokes and gaps; default one stroke. */
  readonly dash?: readonly number[];
  readonly strokeWidth?: number;
}

export interface Panel {
  /** Numbers, or milliseconds since 1970 when `dates` is set. */
  readonly x: ArrayLike<number>;
  readonly dates?: boolean;
  readonly xLabel?: string;
  readonly yLabel?: string;
  readonly lines: readonly Line[];
  /** Points instead of lines. */
  readonly points?: boolean;
  /** A vertical line with a word to it. */
  readonly mark?: { readonly at: number; readonly text: string };
  /** A horizontal line at 0. */
  readonly zero?: boolean;
  /** Further values that the vertical axis spans. */
  readonly spanning?: readonly ArrayLike<number>[];
  /** Default 200. */
  readonly height?: number;
}

type Layer = object;

/** Points of a line beyond which neighbours would share a pixel. */
const MOST = 2000;
const SOLID = [1, 0];

export function panelSpec(panel: Panel, width: number): TopLevelSpec {
  const names = distinct(panel.lines.map(({ name }) => name));
  const { x, lines, height = 200 } = panel;
  return {
    width,
    height,
    autosize: { type: "fit-x", contains: "padding" },
    encoding: axesOf(panel),
    layer: [
      ...(panel.zero
        ? [{ data: { values: [{ y: 0 }] }, mark: { type: "rule", color: soft }, encoding: { x: null } }]
        : []),
      ...(panel.points ? [] : [lineLayer(panel, names, width)]),
      ...lines.map((line) => dotLayer(x, line, panel.points ?? false)),
      ...(panel.mark ? markLayers(panel.mark, x) : []),
    ],
  } as unknown as TopLevelSpec;
}

function axesOf({ x, dates = false, xLabel, yLabel, lines, spanning = [] }: Panel): object {
  const whole = Array.from(x).every(Number.isInteger);
  const [first, last] = extentOf([x]) ?? [0, 1];
  const domain = first === last ? [first - 0.5, last + 0.5] : [first, last];
  const values = [...lines.map(({ y }) => y), ...spanning];
  return {
    x: {
      field: "x",
      type: dates ? "temporal" : "quantitative",
      scale: { zero: false, nice: false, domain, ...(dates && { type: "utc" }) },
      // There is no epoch 1.5.
      axis: {
        title: xLabel ?? (dates ? spanText(first, last) : null),
        ...(!dates && whole && { tickMinStep: 1, format: "d" }),
      },
    },
    y: {
      field: "y",
      type: "quantitative",
      scale: { zero: false, nice: true, domain: spanOf(values) },
      axis: { title: yLabel ?? null },
    },
  };
}

/** The first and the last date: marks such as "July" do not say the year. */
function spanText(first: number, last: number): string {
  const days = Math.abs(last - first) > 3 * 86_400_000;
  const [from, to] = [first, last].map((time) =>
    new Date(time)
      .toISOString()
      .slice(0, days ? 10 : 16)
      .replace("T", " "),
  );
  return from === to ? from! : `${from} to ${to}`;
}

function lineLayer({ x, lines, mark }: Panel, names: readonly string[], width: number): Layer {
  const values = lines.flatMap(({ y, strokeWidth = 1.6 }, s) =>
    thin(y, MOST).map((i) => ({ x: x[i]!, y: canDraw(y[i]!) ? y[i]! : null, name: names[s]!, strokeWidth })),
  );
  const legend = { columns: columnsOf(names, width), offset: mark ? 22 : 8 };
  const by = (range: readonly unknown[]) => ({
    field: "name",
    type: "nominal",
    scale: { domain: names, range },
    legend,
  });
  return {
    data: { values },
    mark: { type: "line", invalid: "break-paths-show-path-domains", strokeJoin: "round" },
    encoding: {
      color: by(lines.map(({ colour }) => colour)),
      strokeDash: by(lines.map(({ dash }) => dash ?? SOLID)),
      strokeWidth: { field: "strokeWidth", type: "quantitative", scale: null },
    },
  };
}

/** As many entries of a legend side by side as there is room for. */
function columnsOf(names: readonly string[], width: number): number {
  const widths = names.map((name) => Math.min(320, textWidth(name, 12)) + 42);
  const room = width - 60;
  if (widths.reduce((sum, w) => sum + w, 0) <= room) return names.length;
  return Math.max(1, Math.floor(room / Math.max(...widths)));
}

/** All points, or those between two gaps, which have no line to be on. */
function dotLayer(x: ArrayLike<number>, { y, colour }: Line, all: boolean): Layer {
  const shown = (i: number) => canDraw(y[i] ?? Number.NaN);
  const places = all ? thin(y, MOST) : Array.from({ length: y.length }, (_, i) => i);
  const kept = places.filter((i) => shown(i) && (all || (!shown(i - 1) && !shown(i + 1))));
  // Few points are seen only where they are large, many only where they are small.
  const size = all ? Math.max(10, Math.min(30, 3000 / kept.length)) : 16;
  const mark = { type: "point", filled: true, size, opacity: all ? 0.7 : 1, color: colour };
  return { data: { values: kept.map((i) => ({ x: x[i]!, y: y[i]! })) }, mark };
}

/** The word stands above the line, and stays within the picture. */
function markLayers({ at, text }: NonNullable<Panel["mark"]>, x: ArrayLike<number>): Layer[] {
  const [first, last] = extentOf([x]) ?? [0, 1];
  const share = first === last ? 0.5 : (at - first) / (last - first);
  const align = share < 0.2 ? "left" : share > 0.8 ? "right" : "center";
  const data = { values: [{ x: at, text }] };
  return [
    { data, mark: { type: "rule", color: soft, strokeDash: [3, 3] }, encoding: { y: null } },
    {
      data,
      mark: { type: "text", color: soft, fontSize: 12, align, baseline: "bottom", dy: -3 },
      encoding: { y: { value: 0 }, text: { field: "text", type: "nominal" } },
    },
  ];
}

/** A straight line from corner to corner, as a measure for what lies beside it. */
export function diagonalLayer([low, high]: readonly [number, number]): Layer {
  const values = [{ x: low, y: low }, { x: high, y: high }]; // prettier-ignore
  return { data: { values }, mark: { type: "line", color: soft, strokeDash: [4, 4], strokeWidth: 1 } };
}
