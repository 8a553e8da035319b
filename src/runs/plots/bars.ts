/** Shares from 0 to 1 by name, as bars with their numbers. */
import type { TopLevelSpec } from "vega-lite";
import { colourOf, ink } from "./colours.js";
import { distinct } from "./names.js";
import { cleanText, type Plot } from "./render.js";

export interface Bars {
  readonly title: string;
  readonly subtitle?: string;
  readonly bars: readonly { readonly name: string; readonly share: number }[];
}

export function barsPlot({ title, subtitle, bars }: Bars): Plot {
  const names = distinct(bars.map(({ name }) => name));
  const texts = bars.map(({ share }) => `${Math.round(100 * share)} %`);
  const labels = JSON.stringify(bars.map(({ name }) => cleanText(name)));
  return {
    title,
    ...(subtitle !== undefined && { subtitle }),
    description: `${names.map((name, i) => `${name} ${texts[i]}`).join("; ")}.`,
    spec: (width) =>
      ({
        width: width - 160,
        height: { step: 26 },
        data: { values: bars.map(({ share }, row) => ({ row, share, text: texts[row] })) },
        encoding: {
          y: {
            field: "row",
            type: "nominal",
            sort: null,
            scale: { domain: names.map((_, row) => row), paddingInner: 0.3 },
            axis: { title: null, domain: false, ticks: false, labelColor: ink, labelExpr: `${labels}[datum.value]` },
          },
          x: { field: "share", type: "quantitative", scale: { domain: [0, 1], nice: false }, axis: null },
        },
        layer: [
          { mark: { type: "bar", fill: colourOf(0) } },
          {
            mark: { type: "text", align: "left", dx: 6, fontSize: 12, color: ink },
            encoding: { text: { field: "text", type: "nominal" } },
          },
        ],
      }) as unknown as TopLevelSpec,
  };
}
