/** What `model: "deepar"` asks of the other options, and what it decides before training. */
import { check, show } from "../../../util/errors.js";
import type { Frame } from "../frame.js";
import type { ForecastOptions } from "../options.js";

/** What is saved beside the plan of every forecast. */
export interface DeepArPlan {
  /** Steps back at which the target is seen, beside the state; 1 is the last value. */
  readonly lags: readonly number[];
  /** Static categories: what a series is, each a name and its values; a value that is not among them is index 0. */
  readonly categories: readonly { readonly name: string; readonly values: readonly string[] }[];
  /** Whether the location is foreseen from the last value on. */
  readonly residual: boolean;
  /** Sample paths of a forecast. */
  readonly samples: number;
  readonly seed: number;
}

/**
 * The options as DeepAR needs them: it foresees one target by its own scale, step after step, and never sees what is not known ahead.
 * @throws SluiceError for options that it has no use for
 */
export function deepArOptions(where: string, options: ForecastOptions): ForecastOptions {
  const { target, past, bidirectional, transform, level, distribution = "studentT" } = options;
  const residual = options.residual ?? distribution !== "negativeBinomial";
  const needs = (fits: boolean, text: string, got: unknown) =>
    check(fits, () => `${where}: model deepar ${text}, got ${show(got)}`);
  needs(target.length === 1, "foresees one target; several are series of one column, told apart by id", target);
  needs(past === undefined, "goes on step by step, so that covariates must be known ahead: use future instead of past", past); // prettier-ignore
  needs(!bidirectional, "reads forwards", "bidirectional");
  needs(transform !== "difference", "sees the last values and needs no differences: leave transform out", transform);
  needs(level !== false, "sees the level: leave level out", level);
  return { ...options, distribution, residual, level: true, linear: false };
}

/** The last steps, and those around one and two seasons ago. */
export function lagsOf(season: number | null): number[] {
  if (season === null || season < 3) return [1, 2, 3, 4, 5, 6, 7];
  const all = [1, 2, 3, season - 1, season, season + 1, 2 * season];
  return [...new Set(all)].sort((a, b) => a - b);
}

/** The name of each series, and the columns that say what it is. */
export function categoriesOf({ series }: Frame, id: string | null, names: readonly string[]): DeepArPlan["categories"] {
  const valuesAt = (c: number) => [...new Set(series.map(({ categories }) => categories![c]!))].sort();
  const ids = id === null ? [] : [{ name: id, values: series.map((s) => s.id!) }];
  return [...ids, ...names.map((name, c) => ({ name, values: valuesAt(c) }))];
}
