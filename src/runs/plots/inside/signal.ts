import type { TopLevelSpec } from "vega-lite";
import { colourOf } from "../colours.js";
import { distinct } from "../names.js";
import { cleanText, type Plot } from "../render.js";
import { textWidth } from "../text-width.js";

/** Numbers of units over steps: from 0 to 1, or with both signs. */
export interface SignalPicture {
  readonly title: string;
  readonly subtitle?: string;
  /** What each step is. */
  readonly x: readonly string[];
  /** What each row is, such as "unit 3". */
  readonly y: readonly string[];
  /** [rows][steps] */
  readonly values: readonly (readonly number[])[];
  /** The number that has the full colour. */
  readonly full: number;
}

/** Steps of strength that can be told apart; cells beside each other of one strength are drawn as one. */
const STRENGTHS = 10;
/** Below so many pixels a step's label would lie on its neighbour's. */
const LABEL_HEIGHT = 13;
/** Labels wider than this are cut. */
const WIDEST_LABEL = 90;

interface Cell {
  readonly from: number;
  to: number;
  readonly row: number;
  readonly strength: number;
  readonly colour: string;
}

/** Cells the stronger the larger a number is; what is below zero has another colour. */
export function signalPlot({ title, subtitle, x, y, values, full }: SignalPicture): Plot {
  const cells = values.flatMap((row, r) => cellsOf(row, r, full));
  const names = distinct(y);
  const rows = JSON.stringify(y.map((label) => cleanText(label)));
  const signed = values.some((row) => row.some((value) => value < 0));
  return {
    title,
    ...(subtitle !== undefined && { subtitle }),
    description: `${y.length} rows over ${x.length} steps; the strongest: ${strongest({ x, y, values })}.`,
    spec: (width) => {
      const inner = width - 90;
      return {
        width: inner,
        height: { step: y.length > 30 ? 9 : 14 },
        data: { values: cells },
        mark: { type: "rect" },
        encoding: {
          x: {
            field: "from",
            type: "quantitative",
            scale: { domain: [0, x.length], nice: false, zero: false },
            axis: axisOf(x, inner),
          },
          x2: { field: "to" },
          y: {
            field: "row",
            type: "nominal",
            sort: null,
            scale: { domain: names.map((_, r) => r) },
            axis: {
              domain: false,
              ticks: false,
              grid: false,
              title: null,
              labelLimit: 84,
              labelFontSize: 10,
              labelExpr: `${rows}[datum.value]`,
            },
          },
          color: signed ? { field: "colour", type: "nominal", scale: null } : { value: colourOf(0) },
          fillOpacity: { field: "strength", type: "quantitative", scale: null },
        },
      } as unknown as TopLevelSpec;
    },
  };
}

function cellsOf(row: readonly number[], r: number, full: number): Cell[] {
  const cells: Cell[] = [];
  for (const [t, value] of row.entries()) {
    const strength = Math.round(Math.min(1, Math.abs(value) / full) * STRENGTHS) / STRENGTHS;
    if (strength === 0) continue;
    const colour = colourOf(value < 0 ? 0 : 1);
    const before = cells.at(-1);
    if (before?.to === t && before.strength === strength && before.colour === colour) before.to = t + 1;
    else cells.push({ from: t, to: t + 1, row: r, strength, colour });
  }
  return cells;
}

/** As many labels as have room, each below the middle of its step. */
function axisOf(x: readonly string[], width: number): object {
  const labels = x.map((label) => cleanText(label === " " ? "␣" : label));
  const step = width / x.length;
  const widest = Math.min(WIDEST_LABEL, Math.max(...labels.map((label) => textWidth(label, 11))));
  const flat = widest + 6 <= step || x.length * (widest + 6) <= width;
  const every = Math.max(1, Math.ceil((flat ? widest + 6 : LABEL_HEIGHT) / step));
  return {
    domain: false,
    ticks: false,
    grid: false,
    title: null,
    labelFontSize: 11,
    labelLimit: WIDEST_LABEL,
    labelOverlap: false,
    // With fewer Vega leaves every other value out.
    tickCount: x.length,
    values: labels.map((_, t) => t + 0.5).filter((_, t) => t % every === 0),
    labelExpr: `${JSON.stringify(labels)}[floor(datum.value)]`,
    ...(flat ? { labelAngle: 0 } : { labelAngle: -60, labelAlign: "right", labelBaseline: "middle" }),
  };
}

function strongest({ x, y, values }: Pick<SignalPicture, "x" | "y" | "values">): string {
  const peaks = values.map((row, r) => {
    const at = row.reduce((best, value, t) => (Math.abs(value) > Math.abs(row[best]!) ? t : best), 0);
    return { r, at, value: row[at] ?? 0 };
  });
  const sorted = peaks.sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, 5);
  return sorted.map(({ r, at, value }) => `${y[r]} ${value.toPrecision(2)} at ${x[at] ?? at}`).join("; ");
}
