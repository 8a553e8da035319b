import type { TopLevelSpec } from "vega-lite";
import { colourOf, soft } from "../colours.js";
import { distinct } from "../names.js";
import type { Plot } from "../render.js";

export interface BarsPicture {
  readonly title: string;
  readonly subtitle?: string;
  readonly xLabel: string;
  /** In the order in which they are shown. */
  readonly bars: readonly { readonly name: string; readonly value: number }[];
}

/** What speaks for something to the right, what speaks against it to the left. */
export function barsPlot({ title, subtitle, xLabel, bars }: BarsPicture): Plot {
  const names = distinct(bars.map(({ name }) => (name === " " ? "␣" : name)));
  const values = bars.map(({ value }, i) => ({ name: names[i]!, value, colour: colourOf(value < 0 ? 0 : 1) }));
  return {
    title,
    ...(subtitle !== undefined && { subtitle }),
    description: `${bars.map(({ name, value }) => `${name} ${value.toPrecision(3)}`).join("; ")}.`,
    spec: (width) =>
      ({
        width,
        height: { step: 20 },
        autosize: { type: "fit-x", contains: "padding" },
        data: { values },
        encoding: {
          y: {
            field: "name",
            type: "nominal",
            sort: null,
            axis: { title: null, domain: false, ticks: false, grid: false, labelLimit: 200 },
          },
          x: { field: "value", type: "quantitative", axis: { title: xLabel, grid: true, tickCount: 5 } },
        },
        layer: [
          {
            mark: { type: "bar", height: 12, cornerRadius: 2 },
            encoding: { color: { field: "colour", type: "nominal", scale: null } },
          },
          {
            data: { values: [{ x: 0 }] },
            mark: { type: "rule", color: soft },
            encoding: { x: { field: "x", type: "quantitative" }, y: null },
          },
        ],
      }) as unknown as TopLevelSpec,
  };
}
