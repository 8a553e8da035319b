/** Forecasts that need no training, from the raw values before the horizon. */
import type { Samples } from "./samples.js";

export interface Baseline {
  readonly name: string;
  readonly kind: "trivial" | "simple";
  /** Raw forecasts, [count · horizon · K]. */
  readonly forecasts: Float64Array;
}

/** The last value, and with a season the last value of the same place in the season (the last value where none is known). */
export function trivialBaselines(samples: Samples, season: number | null): Baseline[] {
  const lags = season === null || season === 1 ? [1] : [1, season];
  return lags.map((lag) => ({
    name: lag === 1 ? "last value" : `seasonal naive (${lag} steps)`,
    kind: "trivial" as const,
    forecasts: repeatSeason(samples, lag),
  }));
}

/** ŷ[t + h] = y[t + h − m ⌈h / m⌉]. */
function repeatSeason(samples: Samples, m: number): Float64Array {
  const { horizon, targets } = samples.settings;
  const columns = targets.map((name) => samples.values.raw[name]!);
  const K = targets.length;
  const out = new Float64Array(samples.count * horizon * K);
  for (let i = 0; i < samples.count; i++) {
    const last = samples.origin(i) - 1;
    const { begin } = samples.seriesOf(i);
    for (let h = 1; h <= horizon; h++) {
      const source = last + h - m * Math.ceil(h / m);
      for (let k = 0; k < K; k++) out[(i * horizon + h - 1) * K + k] = columns[k]![source >= begin ? source : last]!;
    }
  }
  return out;
}
