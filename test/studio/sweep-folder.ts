/** Folders of sweeps without a training: what a search writes, with trials that were made up. */
import { mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { TrialRecord } from "../../src/distributed/search/ledger.js";
import { randomPoint } from "../../src/distributed/search/proposals.js";
import type { Space } from "../../src/distributed/search/space.js";
import { Random } from "../../src/util/random.js";

export const SPACE: Space = [
  { name: "units", kind: "choice", values: [[8], [16], [32, 16]] },
  { name: "cell", kind: "choice", values: ["gru", "lstm"] },
  { name: "learningRate", kind: "range", low: 1e-4, high: 1e-1, log: true, whole: false },
  {
    name: "dropout",
    kind: "range",
    low: 0,
    high: 0.5,
    log: false,
    whole: false,
    when: { name: "units", values: [[16], [32, 16]] },
  },
];

/** As a search writes them; what has a default is left out. */
export type MadeTrial = Omit<TrialRecord, "rungs"> & {
  readonly rungs: readonly { until: number | null; value: number | null; epochs: number; seconds: number }[];
};

export interface MadeSweep {
  readonly name: string;
  readonly state?: "running" | "finished" | "interrupted" | "failed";
  readonly reason?: string;
  readonly space?: Space;
  /** How many may be tried. */
  readonly allowed?: number;
  readonly trials: readonly MadeTrial[];
  readonly options?: object;
  readonly settings?: object;
}

/** Every ninth fails; the value is best near a rate of 0.01 and with dropout; with `rungs` two thirds end early at each. */
export function madeTrials(count: number, { space = SPACE, rungs = [] as readonly number[] } = {}): MadeTrial[] {
  return Array.from({ length: count }, (_, trial): MadeTrial => {
    const point = randomPoint(space, new Random(trial + 1));
    const rate = Math.log10((point["learningRate"] as number | undefined) ?? 1e-2) + 2;
    const value = 1 + rate ** 2 + 0.2 * ((point["dropout"] as number | undefined) ?? 1) + 0.01 * (trial % 7);
    const own = { trial, point, run: `2026-02-01T00-00-00-${nameOf(trial)}`, parameters: 1000 + 37 * trial };
    if (trial % 9 === 4)
      return {
        ...own,
        run: null,
        parameters: null,
        state: "failed",
        rungs: [],
        reason: "the loss is no number any more",
      };
    const reached = rungs.filter((_, i) => trial % 3 ** i === 0);
    const untils = reached.length === rungs.length ? [...reached.slice(0, -1), null] : reached;
    const all = rungs.length === 0 ? [null] : untils;
    return { ...own, state: "done", rungs: all.map((until, i) => rung(until, value - 0.1 * i, rungs.at(-1) ?? 12)) };
  });
}

const rung = (until: number | null, value: number, all: number) => ({
  until,
  value,
  epochs: until ?? all,
  seconds: 1.5,
});

export const waiting = (trial: number, point: TrialRecord["point"] = {}): MadeTrial => ({
  trial,
  point,
  state: "waiting",
  run: null,
  parameters: null,
  rungs: [],
});

export const nameOf = (trial: number): string => `trial-${String(trial + 1).padStart(3, "0")}`;

/** @returns the sweep's name */
export function writeSweep(folder: string, sweep: MadeSweep): string {
  const { name, state = "finished", reason, space = SPACE, trials, options = {}, settings = {} } = sweep;
  const run = `2026-02-01T00-00-00-${name}-sweep`;
  const path = join(folder, "runs", run);
  mkdirSync(join(path, "trials"), { recursive: true });
  const write = (file: string, value: object) => writeFileSync(join(path, file), JSON.stringify(value));
  const given = { target: "sold", epochs: 12, ...settings };
  write("config.json", { task: "forecast", verb: "sweep", data: "data/sales.csv", ...given });
  write("environment.json", { date: "2026-02-01T00:00:00.000Z" });
  write("data.json", { fingerprint: {}, facts: { rows: "400" } });
  const owner = state === "running" ? { process: { id: process.pid, host: hostname() } } : {};
  write("status.json", { state, date: "2026-02-01T00:01:00.000Z", ...(reason && { reason }), ...owner });
  write("sweep.json", {
    version: 1,
    task: "forecast",
    data: "data/sales.csv",
    command: "sluice sweep data/sales.csv --task=forecast",
    settings: given,
    space,
    options: { method: "random", trials: sweep.allowed ?? trials.length, ...options },
    seed: 1,
    spent: 1.5 * trials.length,
    judge: trials.some(({ rungs }) => rungs.length > 0) ? { name: "MAE", mode: "min", unit: "items" } : null,
    trials,
  });
  return run;
}

/** A trial that is being trained, as its run's folder shows. */
export function writeTraining(folder: string, sweep: string, trial: number, epoch = 3): string {
  const run = `2026-02-01T00-00-00-${nameOf(trial)}`;
  const path = join(folder, "runs", sweep, "trials", run);
  mkdirSync(path, { recursive: true });
  const write = (file: string, value: object) => writeFileSync(join(path, file), JSON.stringify(value));
  write("config.json", { task: "forecast", data: "data/sales.csv", epochs: 12 });
  write("status.json", { state: "running", date: "", process: { id: process.pid, host: hostname() } });
  const speed = { step: 2, steps: 10, stepsPerSecond: 5, samplesPerSecond: 160, secondsLeft: 20 };
  write("progress.json", { epoch, epochs: 12, ...speed, loss: 0.5, date: "", process: process.pid });
  return `${sweep}/trials/${run}`;
}
