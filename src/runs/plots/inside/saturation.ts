import type { TopLevelSpec } from "vega-lite";
import { colourOf, soft } from "../colours.js";
import type { Plot } from "../render.js";

export interface SaturationPicture {
  readonly title: string;
  readonly subtitle?: string;
  readonly gates: readonly {
    readonly name: string;
    /** By unit, shares of steps. */
    readonly closed: readonly number[];
    readonly open: readonly number[];
  }[];
}

/**
 * Each unit's gate by the share of steps at which it is nearly closed and nearly open (Karpathy et al. 2015, figure 4): on the axes gates that
 * always or never do something, at the origin gates that weigh.
 */
export function saturationPlot({ title, subtitle, gates }: SaturationPicture): Plot {
  const values = gates.flatMap(({ name, closed, open }) => closed.map((x, unit) => ({ x, y: open[unit]!, name })));
  const axis = (field: string, text: string) => ({
    field,
    type: "quantitative",
    scale: { domain: [0, 1], nice: false },
    axis: { title: text, grid: true, tickCount: 5, format: "%" },
  });
  const names = gates.map(({ name }) => name);
  const mean = (list: readonly number[]) =>
    Math.round((100 * list.reduce((a, b) => a + b, 0)) / Math.max(1, list.length));
  return {
    title,
    ...(subtitle !== undefined && { subtitle }),
    description: `${gates.map(({ name, closed, open }) => `${name}: on average ${mean(closed)} % of the steps closed, ${mean(open)} % open`).join("; ")}.`,
    spec: (width) =>
      ({
        width: Math.min(width - 70, 360),
        height: Math.min(width - 70, 360),
        encoding: { x: axis("x", "steps below 0.1"), y: axis("y", "steps above 0.9") },
        layer: [
          {
            data: {
              values: [
                { x: 0, y: 1 },
                { x: 1, y: 0 },
              ],
            },
            mark: { type: "line", color: soft, strokeDash: [4, 4], strokeWidth: 1 },
          },
          {
            data: { values },
            mark: { type: "point", filled: true, size: 36, opacity: 0.65 },
            encoding: {
              color: {
                field: "name",
                type: "nominal",
                scale: { domain: names, range: names.map((_, i) => colourOf(i)) },
              },
              shape: {
                field: "name",
                type: "nominal",
                scale: { domain: names, range: ["circle", "square", "triangle-up", "diamond"].slice(0, names.length) },
              },
            },
          },
        ],
      }) as unknown as TopLevelSpec,
  };
}
