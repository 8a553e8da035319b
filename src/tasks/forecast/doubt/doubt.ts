/** What a forecast says beside its value: which quantiles, and where they come from. */
import type { FamilyName } from "../../../distributions/index.js";
import { check } from "../../../util/errors.js";
import type { ForecastOptions } from "../options.js";

export interface Doubt {
  /**
   * What the network gives for each step and target. point: a number; quantiles: those of `outputs`; a distribution: its parameters,
   * which for counts are those of the raw values.
   */
  readonly head: "point" | "quantiles" | FamilyName;
  /** Levels of the quantiles that answers have, rising. */
  readonly levels: readonly number[];
  /** Levels that a head of quantiles gives, rising, ½ among them. */
  readonly outputs: readonly number[];
  /** Whether quantiles are corrected by what held-out windows show. */
  readonly conformal: boolean;
}

/** The ends of the intervals of 80 and 95 %. */
const USUAL = [0.025, 0.1, 0.9, 0.975];

/** Null for a forecast without doubt. */
export function doubtOf(where: string, options: ForecastOptions): Doubt | null {
  const { quantiles, distribution, intervals, transform } = options;
  check(options.categories === undefined || options.model === "deepar", () => {
    return `${where}: categories are for model deepar, got model ${options.model}`;
  });
  const conformal = intervals === "conformal";
  if (quantiles === undefined && distribution === undefined && !conformal) return null;
  const levels = [...new Set(quantiles ?? USUAL)].sort((a, b) => a - b);
  // SegRNN foresees points; around these conformal quantiles of any level can be put.
  const points = quantiles === undefined || (options.model === "segrnn" && conformal);
  const head = distribution ?? (points ? "point" : "quantiles");
  check(transform !== "difference" || head === "point", () => {
    return `${where}: transform difference adds up changes, and quantiles of sums are no sums of quantiles; use residual (the default), or intervals conformal without quantiles and distribution`;
  });
  check(options.loss === "meanSquaredError" || head === "point", () => {
    return `${where}: quantiles are trained on the pinball loss and distributions on their likelihood; leave loss out, got ${options.loss}`;
  });
  check(options.model !== "segrnn" || head === "point", () => {
    return `${where}: model segrnn foresees points; leave out quantiles without intervals conformal, and distribution`;
  });
  if (head === "negativeBinomial") {
    check(transform === "none", () => `${where}: negativeBinomial is a distribution of the raw counts; it goes with transform none, got ${transform}`); // prettier-ignore
    check(options.residual !== true, () => `${where}: negativeBinomial foresees counts and no changes of them; leave residual out`); // prettier-ignore
  }
  return { head, levels, outputs: [...new Set([...levels, 0.5])].sort((a, b) => a - b), conformal };
}

/** The share that lies between the quantiles of two levels, "80 %". */
export interface Band {
  readonly name: string;
  readonly share: number;
  /** Places in the list of levels. */
  readonly lower: number;
  readonly upper: number;
}

/** The intervals that pairs of levels p and 1 − p enclose, the narrowest first. */
export function bandsOf(levels: readonly number[]): Band[] {
  return levels
    .flatMap((level, lower) => {
      const upper = levels.findIndex((other) => Math.abs(1 - level - other) < 1e-9);
      return level < 0.5 && upper >= 0
        ? [{ name: `${Number((100 * (1 - 2 * level)).toFixed(6))} %`, share: 1 - 2 * level, lower, upper }]
        : [];
    })
    .reverse();
}

/** "y_q0.1" */
export function quantileColumn(target: string, level: number): string {
  return `${target}_q${level}`;
}
