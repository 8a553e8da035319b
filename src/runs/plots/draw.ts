import type { Picture } from "../evaluation.js";
import type { Block } from "../report.js";
import { confusionPlot, confusionsOf } from "./confusion.js";
import { fanPlot } from "./fan.js";
import { forecastPlots } from "./forecast.js";
import { heatPlot } from "./heat.js";
import { horizonPlot } from "./horizon.js";
import { originsPlot } from "./origins.js";
import { render, type Plot } from "./render.js";
import { rocPlot } from "./roc.js";
import { scatterPlot } from "./scatter.js";

/** Widths in pixels, on a desk and in a hand: what the page leaves of 780 and of 375. */
const WIDE = 748;
const NARROW = 343;

/** A plot twice, so that its words can be read on a phone as well; the page shows the one that fits. */
export async function drawPlot(plot: Plot): Promise<Block[]> {
  return [...titlesOf(plot), { wide: await render(plot, WIDE), narrow: await render(plot, NARROW) }];
}

/** As the page's own text, which is wrapped where a picture's is not. */
function titlesOf({ title, subtitle }: Plot): Block[] {
  return [{ subheading: title }, ...(subtitle ? [{ text: subtitle }] : [])];
}

/** What the report shows of a picture. */
export async function drawPicture(picture: Picture): Promise<Block[]> {
  if (picture.kind === "samples") {
    return picture.samples.flatMap(({ title, text }) => [{ subheading: title }, { prose: text }]);
  }
  if (picture.kind === "confusion") return drawConfusion(picture);
  const plots = plotsOf(picture);
  return (await Promise.all(plots.map(drawPlot))).flat();
}

function plotsOf(picture: Exclude<Picture, { kind: "samples" | "confusion" }>): Plot[] {
  switch (picture.kind) {
    case "forecast":
      return forecastPlots(picture);
    case "fan":
      return [fanPlot(picture)];
    case "heat":
      return [heatPlot(picture)];
    case "origins":
      return [originsPlot(picture)];
    case "horizon":
      return [horizonPlot(picture)];
    case "roc":
      return [rocPlot(picture)];
    case "scatter":
      return [scatterPlot(picture)];
  }
}

/** With many classes the matrix cannot shrink, and its largest mistakes are told in words. */
async function drawConfusion(picture: Extract<Picture, { kind: "confusion" }>): Promise<Block[]> {
  const plot = confusionPlot(picture);
  if (picture.classes.length <= 5) return drawPlot(plot);
  const rows = confusionsOf(picture, 10);
  const header = ["true class", "taken for", "count", "share of the true class"];
  const mistakes: Block[] =
    rows.length > 0 ? [{ subheading: "Most frequent mistakes" }, { table: { header, rows } }] : [];
  return [...titlesOf(plot), { svg: await render(plot, WIDE) }, ...mistakes];
}
