import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { Table } from "../../../src/data/index.js";
import type { Entry } from "../../../src/runs/evaluation.js";
import { backtestForecast, type BacktestHooks } from "../../../src/tasks/backtest/backtest.js";
import type { Backtest } from "../../../src/tasks/backtest/result.js";

export const runs = mkdtempSync(join(tmpdir(), "sluice-backtest-"));
after(() => rmSync(runs, { recursive: true, force: true }));

export const QUIET = { verbose: 0, report: false, warn: () => undefined } as const;

/** As backtest.json has it. */
export interface Saved {
  readonly origins: readonly {
    readonly at: string | number;
    readonly fit: number | null;
    readonly entries: readonly Entry[];
    readonly forecasts: readonly {
      readonly series: string | null;
      readonly x: readonly (string | number)[];
      readonly targets: readonly {
        readonly target: string;
        readonly truth: readonly number[];
        readonly forecasts: Readonly<Record<string, readonly number[]>>;
        readonly quantiles?: readonly { readonly level: number; readonly values: readonly number[] }[];
      }[];
    }[];
  }[];
}

export function savedOf({ folder }: Pick<Backtest, "folder">): Saved {
  return JSON.parse(readFileSync(join(folder, "backtest.json"), "utf8")) as Saved;
}

/** A backtest with sizes that are quick. */
export function run(table: Table, options: Record<string, unknown>, hooks: BacktestHooks = {}): Promise<Backtest> {
  const small = { target: "y", units: [2], epochs: 1, lookback: 4, horizon: 2, validation: 0.2, runs };
  return backtestForecast(table, { ...small, ...options } as never, { ...QUIET, ...hooks });
}
