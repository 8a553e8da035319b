/** Forecasts, of now and of the past. */
import type { Maybe } from "./common.js";

/** A forecast as a fan, with what came before it, and with forecasts from the past where the run has a backtest. */
export interface ForecastReply {
  /** Series and targets that can be asked for. */
  readonly series: readonly string[];
  readonly chosen: string;
  readonly unit: string | null;
  /** ISO dates, or numbers of steps. */
  readonly past: { readonly x: readonly (string | number)[]; readonly y: readonly Maybe[] };
  readonly forecast: {
    readonly x: readonly (string | number)[];
    readonly y: readonly Maybe[];
    /** The narrowest first; `share` of what comes should lie inside. */
    readonly bands: readonly {
      readonly share: number;
      readonly lower: readonly Maybe[];
      readonly upper: readonly Maybe[];
    }[];
  } | null;
  /** Why there is no forecast from the run's data. */
  readonly problem: string | null;
  /** By origin of the backtest, the oldest first; null where the run has none. */
  readonly origins:
    | readonly {
        readonly at: string | number;
        readonly x: readonly (string | number)[];
        readonly truth: readonly Maybe[];
        readonly forecasts: readonly { readonly name: string; readonly y: readonly Maybe[] }[];
        readonly bands: readonly {
          readonly share: number;
          readonly lower: readonly Maybe[];
          readonly upper: readonly Maybe[];
        }[];
      }[]
    | null;
}
