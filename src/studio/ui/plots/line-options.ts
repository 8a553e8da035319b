import uPlot from "uplot";
import { colourOf } from "../theme.js";
import { shortNumber, tickTexts } from "./number.js";
import { linearRange, logRange, logTicks, WHOLE, xRange } from "./ticks.js";

export interface Line {
  readonly label: string;
  /** One for each x; null or NaN where there is none. */
  readonly values: ArrayLike<number | null>;
  /** Which of the eight colours for data, from 1; 0 for a quiet one. Default: its place in the list. */
  readonly colour?: number;
  readonly dashed?: boolean;
  /** Stands out, or steps back. Default 2 pixels. */
  readonly width?: number;
  /** Points where the values are, and no line between them. */
  readonly points?: boolean;
  /** The edge of a band: shown by the band alone, and not in the legend. */
  readonly edge?: boolean;
}

/** A band between two lines of the list, such as the quantiles of a forecast. */
export interface Band {
  readonly upper: number;
  readonly lower: number;
  readonly colour?: number;
}

/** A stretch of x that is set apart, from an x to an x or to the end, such as what lies after the training. */
export interface Region {
  readonly from: number;
  readonly to?: number;
  readonly label: string;
}

export interface Axes {
  /** Whether every x is a whole number. */
  readonly whole: boolean;
  readonly regions: readonly Region[];
  readonly log: boolean;
  readonly xLabel: string | undefined;
  readonly yLabel: string | undefined;
  readonly xText: ((x: number) => string) | undefined;
}

export const colourName = (colour: number) =>
  colour === 0 ? "--text-3" : (`--data-${((colour - 1) % 8) + 1}` as const);

const usable = (value: number | null | undefined, log: boolean) =>
  value !== null && value !== undefined && Number.isFinite(value) && (!log || value > 0);

/** Gaps are null for uPlot, and so is what has no logarithm. */
export function alignedData(x: ArrayLike<number>, lines: readonly Line[], log: boolean): uPlot.AlignedData {
  const column = ({ values }: Line) => Array.from(x, (_, i) => (usable(values[i], log) ? values[i]! : null));
  return [Array.from(x), ...lines.map(column)];
}

/** About what the other axis takes on the left, and the margin on the right. */
const LEFT_PX = 40;
const RIGHT_PX = 16;

/** Nothing for a text below the axis that an edge would cut. */
function whole({ width, scales }: uPlot, value: number, text: string): string {
  const { min = 0, max = 1 } = scales["x"]!;
  const share = (value - min!) / (max! - min! || 1);
  const room = width - LEFT_PX - RIGHT_PX;
  const half = (CHARACTER_PX * text.length) / 2;
  return share * room + LEFT_PX < half || (1 - share) * room + RIGHT_PX < half ? "" : text;
}

/** Of the font below, on average. */
const CHARACTER_PX = 6.2;

function axis(label: string | undefined, text: (value: number) => string, side: 2 | 3): uPlot.Axis {
  const stroke = colourOf("--text-3");
  const grid = colourOf("--border");
  const font = `11px ${colourOf("--sans")}`;
  return {
    side,
    stroke,
    font,
    labelFont: font,
    ...(label === undefined ? {} : { label, labelSize: 16, labelGap: 0 }),
    size:
      side === 2 ? 26 : (_, values) => 14 + CHARACTER_PX * Math.max(2, ...(values ?? []).map((v) => (v ?? "").length)),
    gap: 4,
    grid: { stroke: grid, width: 1, show: side === 3 },
    ticks: { show: false },
    // As far apart as the texts at the ends are long.
    space: (_, __, low, high) => {
      if (side === 3) return 30;
      return 16 + CHARACTER_PX * Math.max(6, ...[low, high].map((x) => text(Math.round(x)).length));
    },
    values: (u, splits) =>
      splits.map((value) => (value === null ? "" : side === 2 ? whole(u, value, text(value)) : text(value))),
  };
}

function yAxis({ yLabel, log }: Axes): uPlot.Axis {
  const plain = { ...axis(yLabel, shortNumber, 3), values: (_: uPlot, splits: number[]) => tickTexts(splits) };
  const all = (_: uPlot, ticks: number[]) => ticks;
  return log ? { ...plain, splits: logTicks, filter: all, grid: { ...plain.grid, filter: all } } : plain;
}

/** A single value makes no line: it is drawn as a dot. */
const isAlone = ({ data }: uPlot, i: number) =>
  Array.from<number | null | undefined>(data[i]!).filter((value) => typeof value === "number").length === 1;

/** What uPlot is told; colours and fonts are the style sheet's. */
export function chartOptions(
  size: { width: number; height: number },
  lines: readonly Line[],
  bands: readonly Band[],
  axes: Axes,
  onCursor: (index: number | null) => void,
): uPlot.Options {
  const colour = (n: number) => colourOf(colourName(n));
  return {
    ...size,
    legend: { show: false },
    padding: [axes.regions.length > 0 ? REGION_PX : 8, 16, 0, 0],
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      points: {
        size: (_, i) => (lines[i - 1]?.edge ? 0 : 7),
        width: (_, i) => (lines[i - 1]?.edge ? 0 : 2),
        fill: colourOf("--surface"),
      },
    },
    scales: {
      x: { time: false, range: xRange },
      y: axes.log ? { distr: 3, range: logRange } : { range: linearRange },
    },
    axes: [
      { ...axis(axes.xLabel, axes.xText ?? shortNumber, 2), ...(axes.whole ? { incrs: WHOLE } : {}) },
      yAxis(axes),
    ],
    series: [
      {},
      ...lines.map((line, i): uPlot.Series => {
        const stroke = colour(line.colour ?? i + 1);
        return {
          label: line.label,
          stroke,
          width: line.points || line.edge ? 0 : (line.width ?? 2),
          ...(line.dashed ? { dash: [5, 4] } : {}),
          points: { show: line.points === true || isAlone, size: 5, fill: stroke, width: 0 },
        };
      }),
    ],
    bands: bands.map((band) => ({
      series: [band.upper + 1, band.lower + 1] as [number, number],
      fill: `color-mix(in srgb, ${colour(band.colour ?? band.upper + 1)} 18%, transparent)`,
    })),
    hooks: {
      drawAxes: [(u) => axes.regions.forEach((region) => drawRegion(u, region))],
      setCursor: [(u) => onCursor(u.cursor.idx ?? null)],
    },
  };
}

/** Room above the lines for the names of regions, in CSS pixels. */
const REGION_PX = 20;

function drawRegion(u: uPlot, { from, to, label }: Region): void {
  const { ctx, bbox } = u;
  const start = Math.max(bbox.left, u.valToPos(from, "x", true));
  const end = to === undefined ? bbox.left + bbox.width : Math.min(bbox.left + bbox.width, u.valToPos(to, "x", true));
  if (!(end > start)) return;
  ctx.save();
  ctx.fillStyle = colourOf("--border");
  ctx.globalAlpha = 0.4;
  ctx.fillRect(start, bbox.top, end - start, bbox.height);
  ctx.globalAlpha = 1;
  ctx.fillStyle = colourOf("--text-3");
  ctx.font = `${11 * uPlot.pxRatio}px ${colourOf("--sans")}`;
  ctx.textBaseline = "bottom";
  ctx.textAlign = "left";
  ctx.fillText(label, start, bbox.top - 4 * uPlot.pxRatio);
  ctx.restore();
}
