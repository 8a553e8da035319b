import type { Observations } from "../../../data/index.js";
import type { IrregularPlan } from "./plan.js";

/** One series on steps of equal length; what was observed within a step is known at its end. */
export interface GridSeries {
  readonly id: string | null;
  /** Time of the first step. */
  readonly start: number;
  /** Steps. */
  readonly T: number;
  /** [T, D] raw; NaN where nothing was observed. */
  readonly values: Float64Array;
}

/** Rounding of times that lie on the grid. */
const SLACK = 1e-6;

/**
 * Lays observations on steps of equal length from the first one on. Of several observations of one variable in a step the last counts.
 * @returns the series, and how many observations gave way to a later one
 */
export function gridOf(
  { series, variables }: Observations,
  { every }: Pick<IrregularPlan, "every">,
): { grids: GridSeries[]; lost: number } {
  const D = variables.length;
  let lost = 0;
  const grids = series.map(({ id, times, values }) => {
    const start = times[0]!;
    const stepOf = (at: number) => Math.max(0, Math.ceil((at - start) / every - SLACK));
    const T = stepOf(times.at(-1)!) + 1;
    const out = new Float64Array(T * D).fill(NaN);
    for (const [t, at] of times.entries()) {
      for (let d = 0; d < D; d++) {
        const value = values[t * D + d]!;
        if (Number.isNaN(value)) continue;
        const place = stepOf(at) * D + d;
        if (!Number.isNaN(out[place]!)) lost++;
        out[place] = value;
      }
    }
    return { id, start, T, values: out };
  });
  return { grids, lost };
}
