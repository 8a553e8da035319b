/**
 * Line charts as SVG text: no DOM, no script, no font to fetch. (Observable Plot and its like need a document to draw in, which
 * a program in Node has not.) Colours are custom properties with a dark form, so that a page can set its own.
 */
import { escapeText } from "../escape.js";
import { dateTicks, numberTicks, type Tick } from "./ticks.js";

export interface Series {
  name: string;
  /** Same length as the chart's x; gaps where values are not finite. */
  y: ArrayLike<number>;
  /** "line" (default), "dashed" or "points". */
  mark?: "line" | "dashed" | "points";
  /** 0 is the ink of the text; 1 to 5 are colours. Left out: by place, from 1. */
  colour?: number;
}

export interface Panel {
  title: string;
  /** Numbers, or milliseconds since 1970 when `dates` is set. */
  x: ArrayLike<number>;
  dates?: boolean;
  xLabel?: string;
  yLabel?: string;
  series: readonly Series[];
  /** Heights at which a thin line crosses the panel. */
  rules?: readonly number[];
}

const WIDTH = 760;
const PLOT_HEIGHT = 220;
const RIGHT = 16;
const TITLE = 22;
const LEGEND_ROW = 20;
const AXIS = 28;
const X_LABEL = 18;
const GAP = 14;
const CHARACTER = 6.6; // mean width at 12 px in the usual sans-serif faces

/** light-dark() follows the page's own choice (its color-scheme), not the system's: ink must not be light on a light page. */
const STYLE = `
.sluice-plot{--ink:#1f2328;--soft:#59636e;--grid:#e4e7eb;--c1:#0969da;--c2:#d1570a;--c3:#1a7f37;--c4:#8250df;--c5:#9a6700;
font:12px system-ui,sans-serif;color:var(--ink);max-width:${WIDTH}px;width:100%;height:auto}
@supports (color:light-dark(red,red)){.sluice-plot{
--ink:light-dark(#1f2328,#e6edf3);--soft:light-dark(#59636e,#9198a1);--grid:light-dark(#e4e7eb,#30363d);
--c1:light-dark(#0969da,#4493f8);--c2:light-dark(#d1570a,#f0883e);--c3:light-dark(#1a7f37,#3fb950);
--c4:light-dark(#8250df,#b083f0);--c5:light-dark(#9a6700,#d29922)}}
.sluice-plot text{fill:var(--soft)}.sluice-plot .title{fill:var(--ink);font-size:14px;font-weight:600}
.sluice-plot .grid{stroke:var(--grid)}.sluice-plot .rule{stroke:var(--soft)}
.sluice-plot path{fill:none;stroke-width:1.5;stroke-linejoin:round;stroke-linecap:round}.sluice-plot path.points{stroke-width:3.5}
.sluice-plot .c0{stroke:var(--ink)}.sluice-plot .c1{stroke:var(--c1)}.sluice-plot .c2{stroke:var(--c2)}
.sluice-plot .c3{stroke:var(--c3)}.sluice-plot .c4{stroke:var(--c4)}.sluice-plot .c5{stroke:var(--c5)}
.sluice-plot .dashed{stroke-dasharray:5 4}`;

/** Panels below each other in one picture; `description` tells those who cannot see it what it shows. */
export function chart(panels: readonly Panel[], description: string): string {
  let top = 0;
  const drawn = panels.map((panel) => {
    const { text, height } = drawPanel(panel, top);
    top += height + GAP;
    return text;
  });
  const name = panels.map((panel) => panel.title).join("; ");
  const height = Math.max(0, top - GAP);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="sluice-plot" role="img" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">`,
    `<title>${escapeText(name)}</title><desc>${escapeText(description)}</desc><style>${STYLE}</style>`,
    ...drawn,
    "</svg>",
  ].join("\n");
}

/** Where a panel's values lie on the page. */
interface Frame {
  x(value: number): number;
  y(value: number): number;
  left: number;
  top: number;
  bottom: number;
}

function drawPanel(panel: Panel, top: number): { text: string; height: number } {
  const [low, high] = yRange(panel);
  const yTicks = numberTicks(low, high, 6);
  const left = 12 + CHARACTER * Math.max(...yTicks.map((tick) => tick.label.length)) + (panel.yLabel ? 18 : 0);
  const legend = drawLegend(panel.series, left, top + TITLE);
  const plotTop = top + TITLE + legend.height + 6;
  const bottom = plotTop + PLOT_HEIGHT;
  const frame = makeFrame(panel, [low, high], left, plotTop, bottom);
  const height = bottom - top + AXIS + (panel.xLabel ? X_LABEL : 0);
  const parts = [
    `<text class="title" x="${round(left)}" y="${top + 15}">${escapeText(panel.title)}</text>`,
    legend.text,
    drawAxes(panel, frame, yTicks),
    ...panel.series.map((series, i) => drawSeries(series, i, panel.x, frame)),
  ];
  return { text: parts.join("\n"), height };
}

/** The span of all finite values, a little wider; never empty. */
function yRange({ series, rules = [] }: Panel): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  const take = (value: number) => {
    if (!canDraw(value)) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const { y } of series) for (let i = 0; i < y.length; i++) take(y[i]!);
  rules.forEach(take);
  if (low > high) return [0, 1];
  const size = Math.max(-low, high);
  const span = high - low > size * 1e-9 && size > 1e-100 ? high - low : size > 1e-100 ? size : 1;
  return [low - span * 0.05, high + span * 0.05];
}

/** What is not finite leaves a gap, and so does what is so large that differences overflow. */
function canDraw(value: number): boolean {
  return Math.abs(value) < 1e100;
}

function makeFrame({ x }: Panel, [low, high]: [number, number], left: number, top: number, bottom: number): Frame {
  const [first, last] = xRange(x);
  const width = WIDTH - RIGHT - left;
  return {
    x: (value) => left + ((value - first) / (last - first)) * width,
    y: (value) => bottom - ((value - low) / (high - low)) * (bottom - top),
    left,
    top,
    bottom,
  };
}

function xRange(x: ArrayLike<number>): [number, number] {
  let [first, last] = [Infinity, -Infinity];
  for (let i = 0; i < x.length; i++) {
    first = Math.min(first, x[i]!);
    last = Math.max(last, x[i]!);
  }
  if (first > last) return [0, 1];
  return first === last ? [first - 0.5, last + 0.5] : [first, last];
}

function drawAxes(panel: Panel, frame: Frame, yTicks: Tick[]): string {
  const { left, top, bottom } = frame;
  const right = WIDTH - RIGHT;
  const parts: string[] = [];
  for (const { at, label } of yTicks) {
    const y = round(frame.y(at));
    parts.push(`<line class="grid" x1="${round(left)}" x2="${right}" y1="${y}" y2="${y}"/>`);
    parts.push(`<text x="${round(left - 6)}" y="${y + 4}" text-anchor="end">${label}</text>`);
  }
  for (const at of panel.rules ?? []) {
    const y = round(frame.y(at));
    parts.push(`<line class="rule" x1="${round(left)}" x2="${right}" y1="${y}" y2="${y}"/>`);
  }
  for (const { at, label } of xTicks(panel)) {
    const x = round(frame.x(at));
    // A label near an edge must not be cut off there.
    const anchor = x > right - 24 ? "end" : "middle";
    parts.push(`<line class="rule" x1="${x}" x2="${x}" y1="${bottom}" y2="${bottom + 4}"/>`);
    parts.push(`<text x="${x}" y="${bottom + 18}" text-anchor="${anchor}">${label}</text>`);
  }
  const middle = (top + bottom) / 2;
  if (panel.yLabel)
    parts.push(
      `<text transform="translate(11 ${middle}) rotate(-90)" text-anchor="middle">${escapeText(panel.yLabel)}</text>`,
    );
  if (panel.xLabel)
    parts.push(
      `<text x="${round((left + right) / 2)}" y="${bottom + AXIS + 10}" text-anchor="middle">${escapeText(panel.xLabel)}</text>`,
    );
  return parts.join("\n");
}

function xTicks({ x, dates }: Panel): Tick[] {
  const [first, last] = xRange(x);
  if (dates) return dateTicks(first, last, 8);
  let whole = true;
  for (let i = 0; i < x.length; i++) whole &&= Number.isInteger(x[i]!);
  // There is no epoch 1.5.
  return numberTicks(first, last, whole ? Math.min(10, last - first) : 10);
}

/** Swatch and name of each series, in as many rows as they need. */
function drawLegend(series: readonly Series[], left: number, top: number): { text: string; height: number } {
  let [x, row] = [left, 0];
  const parts = series.map((s, i) => {
    const width = 34 + CHARACTER * s.name.length + 14;
    if (x > left && x + width > WIDTH - RIGHT) [x, row] = [left, row + 1];
    const y = top + row * LEGEND_ROW + 9;
    const swatch = s.mark === "points" ? `M${round(x + 11)} ${y}h0` : `M${round(x)} ${y}h22`;
    const text = `<path class="${classOf(s, i)}" d="${swatch}"/><text x="${round(x + 28)}" y="${y + 4}">${escapeText(s.name)}</text>`;
    x += width;
    return text;
  });
  return { text: parts.join("\n"), height: (row + 1) * LEGEND_ROW };
}

function drawSeries(series: Series, index: number, x: ArrayLike<number>, frame: Frame): string {
  let path = "";
  let joined = false;
  for (let i = 0; i < series.y.length; i++) {
    const value = series.y[i]!;
    if (!canDraw(value)) {
      joined = false;
      continue;
    }
    const place = `${round(frame.x(x[i]!))} ${round(frame.y(value))}`;
    const alone = !joined && !canDraw(series.y[i + 1] ?? Number.NaN);
    // A line of no length with round ends is a dot.
    path += series.mark === "points" || alone ? `M${place}h0` : `${joined ? "L" : "M"}${place}`;
    joined = true;
  }
  return `<path class="${classOf(series, index)}" d="${path}"/>`;
}

function classOf({ mark = "line", colour }: Series, index: number): string {
  return `c${colour ?? (index % 5) + 1}${mark === "line" ? "" : ` ${mark}`}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
