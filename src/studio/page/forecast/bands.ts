import type { Maybe } from "../../api/index.js";
import { percent } from "../../ui/format.js";
import type { Band, Line } from "../../ui/plots/index.js";

/** Of what comes, `share` should lie between. */
export interface BandOf {
  readonly share: number;
  readonly lower: readonly Maybe[];
  readonly upper: readonly Maybe[];
}

/**
 * Lines that bound the bands, the widest first, so that narrower ones lie over it.
 * @param before how many lines stand before these in the chart
 * @param place puts the values where they belong on the chart's x
 */
export function bandLines(
  given: readonly BandOf[],
  before: number,
  colour: number,
  place: (values: readonly Maybe[]) => readonly Maybe[],
): { readonly lines: readonly Line[]; readonly bands: readonly Band[] } {
  const widestFirst = [...given].reverse();
  const lines = widestFirst.flatMap(({ share, lower, upper }): Line[] => [
    { label: `${percent(share)} ↑`, values: place(upper), colour, edge: true },
    { label: `${percent(share)} ↓`, values: place(lower), colour, edge: true },
  ]);
  const bands = widestFirst.map((_, i) => ({ upper: before + 2 * i, lower: before + 2 * i + 1, colour }));
  return { lines, bands };
}
