/** How often which values come: bars for the first list, steps for the others. */
import type { TopLevelSpec } from "vega-lite";
import { colourOf } from "./colours.js";
import { distinct } from "./names.js";
import type { Plot } from "./render.js";

export interface Histogram {
  readonly title: string;
  readonly subtitle?: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Finite values, at least one in all. */
  readonly lists: readonly { readonly name: string; readonly values: readonly number[] }[];
}

const BINS = 30;
/** So large a share of the values has bins of its own; what lies above stands in the last one. */
const SHOWN = 0.98;

export interface Bins {
  /** BINS + 1 of them. */
  readonly edges: readonly number[];
  readonly counts: readonly (readonly number[])[];
  /** Whether the last bin holds values above it. */
  readonly open: boolean;
}

/** Bins from 0 on, where no value is below. */
export function binsOf(lists: readonly (readonly number[])[]): Bins {
  const sorted = lists.flat().sort((a, b) => a - b);
  const least = Math.min(0, sorted[0]!);
  const high = sorted[Math.ceil(SHOWN * sorted.length) - 1]!;
  const width = (high - least) / BINS || 1;
  const edges = Array.from({ length: BINS + 1 }, (_, i) => least + i * width);
  const place = (value: number) => Math.min(BINS - 1, Math.max(0, Math.floor((value - least) / width)));
  const counts = lists.map((values) => {
    const own = new Array<number>(BINS).fill(0);
    for (const value of values) own[place(value)]!++;
    return own;
  });
  return { edges, counts, open: sorted.at(-1)! > edges.at(-1)! };
}

export function histogramPlot({ title, subtitle, xLabel, yLabel, lists }: Histogram): Plot {
  const { edges, counts, open } = binsOf(lists.map(({ values }) => values));
  const names = distinct(lists.map(({ name }) => name));
  const rows = counts.map((own, i) => own.map((count, bin) => ({ name: names[i], from: edges[bin], to: edges[bin + 1], count }))); // prettier-ignore
  // A step ends where the next one begins; the last one has none after it.
  const steps = rows.slice(1).flatMap((own) => [...own, { ...own.at(-1), from: edges.at(-1) }]);
  const said = [...(subtitle === undefined ? [] : [subtitle]), ...(open ? ["The last bar has all above."] : [])];
  const colours = { domain: names, range: names.map((_, i) => colourOf(i)) };
  const axes = {
    x: { field: "from", type: "quantitative", title: xLabel, scale: { domain: [edges[0], edges.at(-1)], nice: false } },
    y: { field: "count", type: "quantitative", title: yLabel, axis: { tickMinStep: 1 } },
    color: { field: "name", type: "nominal", scale: colours, legend: lists.length > 1 ? {} : null },
  };
  return {
    title,
    ...(said.length > 0 && { subtitle: said.join(" ") }),
    description: names.map((name, i) => `${name}: ${lists[i]!.values.length} values.`).join(" "),
    spec: (width) =>
      ({
        width,
        height: 200,
        autosize: { type: "fit-x", contains: "padding" },
        layer: [
          {
            data: { values: rows[0] },
            mark: { type: "bar", opacity: 0.75, stroke: null },
            encoding: { ...axes, x2: { field: "to" }, y2: { datum: 0 } },
          },
          {
            data: { values: steps },
            mark: { type: "line", interpolate: "step-after", strokeWidth: 2 },
            encoding: axes,
          },
        ],
      }) as unknown as TopLevelSpec,
  };
}
