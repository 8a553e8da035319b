import type { Config, TopLevelSpec } from "vega-lite";
import { escapeText } from "../escape.js";
import { grid, ink, soft, themeStyle } from "./colours.js";
import { installTextWidth } from "./text-width.js";

/** What a picture is made of, before it is drawn at some width. */
export interface Plot {
  readonly title: string;
  /** For those who cannot see the picture. */
  readonly description: string;
  /** A remark that stands below the title. */
  readonly subtitle?: string;
  /** Vega-Lite's specification of a picture of about so many pixels in width; without the titles. */
  spec(width: number): TopLevelSpec;
}

/** Width of a picture that stands alone. */
const ALONE = 760;

const CONFIG: Config = {
  background: "transparent",
  font: "system-ui, sans-serif",
  // What a picture shows is told once, in its <desc>; Vega would add a label to each mark.
  aria: false,
  view: { stroke: null },
  title: {
    anchor: "start",
    color: ink,
    fontSize: 14,
    fontWeight: 600,
    offset: 8,
    limit: ALONE,
    subtitleColor: soft,
    subtitleFontSize: 12,
  },
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
    titleLimit: 230,
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
    columnPadding: 18,
  },
};

/** Draws a plot as SVG text that stands alone, with its titles and its own style sheet. */
export async function renderAlone(plot: Plot): Promise<string> {
  return decorate(await draw(titled(plot, ALONE)), plot, `<style>${themeStyle}</style>`);
}

/** Plots below each other in one picture. */
export function stack(plots: readonly Plot[]): Plot {
  const [only] = plots;
  if (only && plots.length === 1) return only;
  return {
    title: plots.map(({ title }) => title).join("; "),
    description: plots.map(({ title, description }) => `${title}: ${description}`).join(" "),
    spec: (width) =>
      ({
        vconcat: plots.map((plot) => titled(plot, width)),
        resolve: { scale: { color: "independent", strokeDash: "independent" } },
      }) as TopLevelSpec,
  };
}

function titled(plot: Plot, width: number): TopLevelSpec {
  const spec = plot.spec(width);
  return "vconcat" in spec ? spec : { ...spec, title: plot.title };
}

/** The same for a page that has {@link themeStyle} and tells the titles itself. */
export async function render(plot: Plot, width: number): Promise<string> {
  return decorate(await draw(plot.spec(width)), plot, "");
}

/** Vega needs no document. It takes a tenth of a second to load, so that is done when the first plot is drawn. */
async function draw(spec: TopLevelSpec): Promise<string> {
  const [vega, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  installTextWidth(vega);
  // Its warnings are about the specification, which is not the user's; its errors are thrown.
  const logger = vega.logger(vega.Error);
  const compiled = compile(cleaned(spec), { config: CONFIG, logger }).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: "none", logger });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Gives Vega's picture a name and a description and leave to shrink, and takes from it what cannot be seen. */
function decorate(svg: string, { title, description }: Plot, style: string): string {
  const [, width, height] = / width="([\d.]+)" height="([\d.]+)" /.exec(svg)!;
  const body = svg
    .slice(svg.indexOf(">") + 1)
    .replace(/^<rect [^>]*>(?:<\/rect>)?/, "") // the background, transparent
    .replace(/<path class="(?:back|fore)ground"[^>]*(?:\/>|><\/path>)/g, "")
    .replace(/<(text|line) [^>]* opacity="0"[^>]*(?:\/>|>[^<]*<\/\1>)/g, "") // labels that would overlap others
    .replace(/<[^>]*>/g, slimTag)
    .replace(/\p{Surrogate}/gu, ""); // half of an emoji at which a long label was cut
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="sluice-plot" role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title>${escapeText(title)}</title><desc>${escapeText(description)}</desc>${style}`,
    body,
  ].join("");
}

/** A tag without what says nothing to a browser, and with two decimals. */
function slimTag(tag: string): string {
  return tag
    .replace(
      / (?:class="(?:mark|role)-[^"]*"|pointer-events="none"|opacity="1"|role="graphics-[^"]*"|aria-[a-z]+="[^"]*")/g,
      "",
    )
    .replace(/ (?:d|transform|[xy][12]?|width|height)="[^"]*"/g, (attribute) =>
      attribute.replace(/(\.\d\d)\d+/g, "$1"),
    );
}

/** All texts of a specification as they may stand in XML. */
function cleaned<V>(value: V): V {
  if (typeof value === "string") return cleanText(value) as V;
  if (Array.isArray(value)) return value.map(cleaned) as V;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, cleaned(v)])) as V;
}

/**
 * Without control characters and halves of surrogate pairs, which XML forbids. A text that every object has as a property, such
 * as "constructor", gets a space of no width: Vega looks texts up in plain objects, and finds those there.
 */
export function cleanText(text: string): string {
  // oxlint-disable-next-line no-control-regex
  const clean = text.replace(/[\u0000-\u001f\u007f\ufffe\uffff]+/g, " ").replace(/\p{Surrogate}/gu, "\ufffd");
  return clean in Object.prototype ? `${clean}\u200b` : clean;
}
