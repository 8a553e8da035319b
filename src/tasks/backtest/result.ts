import type { Entry, Evaluation } from "../../runs/evaluation.js";

/** What a backtest found out. The forecasts themselves stand in the folder's backtest.json. */
export interface Backtest {
  readonly task: "forecast";
  /** What the data are called. */
  readonly data: string;
  /** All options, those that depend on the data filled in. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Run folder; config.json, backtest.json, evaluation.json, report.html, and the model of the last training. */
  readonly folder: string;
  /** The trainings in order, each with its own folder; none where the network was trained before. */
  readonly fits: readonly { readonly at: string | number; readonly epochs: number; readonly run: string }[];
  /** Over all forecasts, with pictures. */
  readonly evaluation: Evaluation;
  readonly byOrigin: readonly OriginScores[];
  /** By step of the horizon, the first step first. */
  readonly byStep: readonly { readonly step: number; readonly entries: readonly Entry[] }[];
  /** By series and target. */
  readonly bySeries: readonly {
    readonly series: string | null;
    readonly target: string;
    readonly entries: readonly Entry[];
  }[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

export interface OriginScores {
  /** The first moment that is foreseen: a date as the data have it, or the number of steps before it. */
  readonly at: string | number;
  /** Place of the training in `fits`; null where the network was trained before. */
  readonly fit: number | null;
  /** Series that were foreseen. */
  readonly windows: number;
  readonly entries: readonly Entry[];
}
