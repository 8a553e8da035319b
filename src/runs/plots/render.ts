import type { Config, TopLevelSpec } from "vega-lite";
import { escapeText } from "../escape.js";
import { grid, ink, soft, themeStyle } from "./colours.js";

/** What a picture is made of, before it is drawn at some width. */
export interface Plot {
  /** Named for those who cannot see the picture. */
  readonly title: string;
  readonly description: string;
  /** The specification for a picture of about so many pixels in width. */
  spec(width: number): TopLevelSpec;
}

const CONFIG: Config = {
  background: "transparent",
  font: "system-ui, sans-serif",
  // What a picture shows is told once, in its <desc>; Vega would add a label to each mark.
  aria: false,
  view: { stroke: null },
  title: { anchor: "start", color: ink, fontSize: 14, fontWeight: 600, offset: 8 },
  axis: {
    labelColor: soft,
    titleColor: soft,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: "normal",
    gridColor: grid,
    domainColor: grid,
    tickColor: grid,
    labelOverlap: true,
    labelLimit: 130,
  },
  axisX: { grid: false, tickCount: { expr: "ceil(width / 90)" } },
  axisY: { tickCount: 5, domain: false, ticks: false },
  legend: {
    orient: "top",
    title: null,
    labelColor: ink,
    labelFontSize: 12,
    labelLimit: 320,
    symbolStrokeWidth: 2,
    symbolSize: 200,
    offset: 6,
  },
};

/**
 * Draws a plot as SVG text with Vega, which needs no document. Vega takes a tenth of a second to load, so that is done when the
 * first plot is drawn.
 */
export async function render({ title, description, spec }: Plot, width: number): Promise<string> {
  const [vega, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  const compiled = compile(cleaned(spec(width)), { config: CONFIG }).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: "none" });
  try {
    return decorate(await view.toSVG(), title, description);
  } finally {
    view.finalize();
  }
}

/** Gives Vega's picture a name and a description, the colours of dark pages, and leave to shrink. */
function decorate(svg: string, title: string, description: string): string {
  const [, width, height] = / width="([\d.]+)" height="([\d.]+)" /.exec(svg)!;
  const body = svg
    .slice(svg.indexOf(">") + 1)
    .replace(/^<rect[^>]*fill="transparent"[^>]*><\/rect>|^<rect[^>]*fill="transparent"\/>/, "");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="sluice-plot" role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title>${escapeText(title)}</title><desc>${escapeText(description)}</desc><style>${themeStyle}</style>`,
    // Labels that overlap others are kept by Vega, invisible.
    body.replace(/<(text|line)[^>]* opacity="0"[^>]*(?:\/>|>[^<]*<\/\1>)/g, ""),
  ].join("");
}

/** Texts without what XML forbids: control characters and halves of surrogate pairs. */
function cleaned<V>(value: V): V {
  if (typeof value === "string") return cleanText(value) as V;
  if (Array.isArray(value)) return value.map(cleaned) as V;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, cleaned(v)])) as V;
}

export function cleanText(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f]+/g, " ").replace(/\p{Surrogate}/gu, "\ufffd");
}
