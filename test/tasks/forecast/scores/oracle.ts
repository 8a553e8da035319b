import { fixture } from "../../../losses/cases.js";

interface Oracle {
  readonly past: number[];
  readonly truth: number[];
  readonly forecast: number[];
  readonly mase: Record<"1" | "7", number>;
  readonly rmsse: Record<"1" | "7", number>;
  readonly smape: number;
  readonly intermittent: number[];
  readonly m5Scale: number;
  readonly levels: number[];
  readonly quantiles: number[][];
  readonly quantileLoss: number[];
  readonly absoluteTargetSum: number;
  readonly crpsQuantiles: number[];
  readonly samples: number[];
  readonly crpsSamples: number[];
  readonly crpsFair: number[];
  readonly mean: number[];
  readonly deviation: number[];
  readonly crpsNormal: number[];
  readonly cdf: [number, number][];
  readonly interval: { coverage: number; score90: number[]; score50: number[]; msis95: number };
}

/** Values of sktime, GluonTS, properscoring and scoringrules (scripts/oracles/forecast_scores.py). */
export const oracle = fixture<Oracle>("forecast-scores");
