/** Mean absolute errors of forecasts from the past. */
import { meanOf } from "../../../tasks/forecast/scores/averages.js";
import { absoluteErrors } from "../../../tasks/forecast/scores/point.js";
import type { ForecastReply, Maybe } from "../../api/index.js";

export type Origin = NonNullable<ForecastReply["origins"]>[number];

export interface Errors {
  /** The network first, then baselines. */
  readonly names: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

const known = (values: readonly Maybe[]): number[] => values.map((value) => value ?? Number.NaN);

const errorsOf = ({ truth, forecasts }: Origin, k: number): Float64Array =>
  absoluteErrors(known(truth), known(forecasts[k]!.y));

const namesOf = (origins: readonly Origin[]): readonly string[] => origins[0]?.forecasts.map(({ name }) => name) ?? [];

/** [origins][forecasts] */
export function errorsByOrigin(origins: readonly Origin[]): Errors {
  const names = namesOf(origins);
  return { names, rows: origins.map((origin) => names.map((_, k) => meanOf(errorsOf(origin, k)).value)) };
}

/** [forecasts][steps ahead], over all origins. */
export function errorsByStep(origins: readonly Origin[]): Errors {
  const names = namesOf(origins);
  const horizon = Math.max(0, ...origins.map(({ truth }) => truth.length));
  const steps = Array.from({ length: horizon }, (_, step) => step);
  const rows = names.map((_, k) => {
    const errors = origins.map((origin) => errorsOf(origin, k));
    return steps.map((step) => meanOf(errors.map((one) => one[step] ?? Number.NaN)).value);
  });
  return { names, rows };
}
