/** sweep.json: what a search was told and what it knows, written anew after each trial; from it a search goes on. */
import { z } from "zod";
import type { RunFolder } from "../../runs/run-folder.js";
import { readOptions } from "../../tasks/options.js";
import { trialResult, type TrialResult } from "../trial.js";
import type { Score } from "./halving.js";
import { sweepOptions } from "./options.js";
import type { Tried } from "./proposals.js";
import type { Point, Space } from "./space.js";

export const SWEEP_FILE = "sweep.json";
/** Folder of the trials' runs, in that of the sweep. */
export const TRIALS = "trials";

const json = z.record(z.string(), z.unknown());
const when = z.strictObject({ name: z.string(), values: z.array(z.unknown()) }).optional();
const dimension = z.discriminatedUnion("kind", [
  z.strictObject({ name: z.string(), kind: z.literal("choice"), values: z.array(z.unknown()), when }),
  z.strictObject({ name: z.string(), kind: z.literal("range"), low: z.number(), high: z.number(), log: z.boolean(), whole: z.boolean(), when }),
]); // prettier-ignore

const rung = z.strictObject({
  /** Epochs at which the trial was compared; null for its end. */
  until: z.int().nullable(),
  value: z.number().nullable(),
  /** The best loss of an epoch on the validation part, which tells equal values apart. */
  learnt: z.number().nullable().default(null),
  epochs: z.int(),
  seconds: z.number(),
});

const record = z.strictObject({
  trial: z.int().min(0).describe("Number, from 0, in the order of proposal."),
  point: json,
  state: z.enum(["waiting", "done", "failed"]),
  /** Folder in trials/. */
  run: z.string().nullable(),
  parameters: z.int().nullable(),
  rungs: z.array(rung),
  /** Why it was set aside. */
  reason: z.string().optional(),
});

const ledger = z.strictObject({
  version: z.literal(1),
  task: z.string(),
  data: z.string(),
  command: z.string(),
  /** Options that all trials have in common. */
  settings: json,
  space: z.array(dimension),
  options: sweepOptions.omit({ workers: true }),
  seed: z.int(),
  /** Of all sessions, as they were worked on. */
  spent: z.number(),
  judge: trialResult.shape.judge.nullable(),
  trials: z.array(record),
});

export type Plan = Omit<z.output<typeof ledger>, "version" | "spent" | "judge" | "trials" | "space"> & { readonly space: Space }; // prettier-ignore
export type TrialRecord = z.output<typeof record>;
export type Rung = z.output<typeof rung>;

export class Ledger {
  readonly trials: TrialRecord[] = [];
  judge: TrialResult["judge"] | null = null;
  spent = 0;
  /** What the end of the search adds. */
  outcome: object = {};

  constructor(
    readonly folder: RunFolder,
    readonly plan: Plan,
  ) {}

  /** @throws SluiceError where the file is not what a search writes */
  static read(folder: RunFolder): Ledger {
    const shape = ledger.extend({ best: json.optional(), test: json.optional(), importance: z.array(json).optional() });
    const { version: _, trials, judge, spent, best: _b, test: _t, importance: _i, ...plan } = readOptions(folder.file(SWEEP_FILE), shape, folder.readJson(SWEEP_FILE) as object); // prettier-ignore
    const read = new Ledger(folder, plan as Plan);
    Object.assign(read, { judge, spent });
    read.trials.push(...trials);
    return read;
  }

  write(): void {
    const { plan, spent, judge, trials, outcome } = this;
    this.folder.replaceJson(SWEEP_FILE, { version: 1, ...plan, spent, judge, trials, ...outcome });
  }

  add(points: readonly Point[]): void {
    for (const point of points)
      this.trials.push({ trial: this.trials.length, point, state: "waiting", run: null, parameters: null, rungs: [] });
  }

  /** What is known of a trial at a rung; undefined where it is to be trained. */
  known(trial: number, until: number | null): Score | undefined {
    const { state, rungs } = this.trials[trial] ?? { state: "waiting", rungs: [] };
    const at = rungs.find((one) => one.until === until);
    if (at) return this.#scoreOf(at);
    return state === "failed" ? { value: null } : undefined;
  }

  /** By the first rung, which all have in common. */
  get tried(): Tried[] {
    return this.trials.map(({ point, state, rungs: [first] }) => {
      if (first) return { point, ...this.#scoreOf(first) };
      return { point, value: state === "failed" ? null : undefined };
    });
  }

  #scoreOf({ value, learnt }: Rung): Score {
    return { value: this.signed(value), learnt };
  }

  /** The smaller the better. */
  signed(value: number | null): number | null {
    return value === null ? null : this.judge?.mode === "max" ? -value : value;
  }

  note(trial: number, until: number | null, result: TrialResult, name: string): void {
    const own = this.trials[trial]!;
    const { value, learnt, epochs, seconds, parameters, judge } = result;
    this.judge ??= judge;
    Object.assign(own, { state: "done", run: name, parameters });
    own.rungs.push({ until, value, learnt, epochs, seconds });
  }

  get failed(): TrialRecord[] {
    return this.trials.filter(({ state }) => state === "failed");
  }

  /** That a trial failed may be no fault of its own: a worker may have lacked the data. */
  tryAgain(): void {
    for (const own of this.failed) {
      own.state = own.rungs.length > 0 ? "done" : "waiting";
      delete own.reason;
    }
  }

  setAside(trial: number, reason: string): void {
    Object.assign(this.trials[trial]!, { state: "failed", reason });
  }
}

/** The value that counts: of the last rung it reached. */
export function valueOf({ rungs }: TrialRecord): number | null {
  return rungs.at(-1)?.value ?? null;
}

/** Trainings up to a rung that have ended, and those that failed. */
export function jobsDone(trials: readonly TrialRecord[]): number {
  return trials.reduce((sum, { rungs, state }) => sum + rungs.length + Number(state === "failed"), 0);
}
