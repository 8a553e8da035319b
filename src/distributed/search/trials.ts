/** The trials of a search: from a schedule to jobs, and from their results to the ledger. */
import { setMaxListeners } from "node:events";
import { basename, join } from "node:path";
import type { Json } from "../../format/json.js";
import { readOptions } from "../../tasks/options.js";
import type { Task } from "../../tasks/task.js";
import type { Executor } from "../job.js";
import type { TrialPayload } from "../trial-payload.js";
import { trialResult } from "../trial.js";
import { lengthOf } from "./length.js";
import { jobsDone, TRIALS, type Ledger } from "./ledger.js";
import { propose } from "./proposals.js";
import { asynchronous, synchronous } from "./schedule.js";
import type { SweepHooks } from "./sweep.js";
import { settingsAt } from "./task-space.js";

export class Trials {
  readonly #count: number;
  /** Epochs at which trials are compared; null for the end of the training, of which patience may have another opinion. */
  readonly #rungs: readonly (number | null)[];
  /** Trainings up to a rung that have ended, and how many there will be. */
  readonly of: number;
  done: number;
  readonly #gate: Gate;
  readonly #begin = performance.now();
  readonly #before: number;
  readonly #warned = new Set<string>();
  /** Ends the others where one cannot be noted, as on a full disk. */
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;

  constructor(
    task: Task,
    readonly data: string,
    readonly ledger: Ledger,
    readonly executor: Executor,
    readonly hooks: SweepHooks,
  ) {
    const { plan, trials, spent } = ledger;
    const length = lengthOf(task, plan);
    this.#count = length.trials;
    this.#rungs = length.rungs.map((until, r, all) => (r === all.length - 1 ? null : until));
    this.of = length.jobs;
    this.done = jobsDone(trials);
    this.#before = spent;
    this.#signal = AbortSignal.any([this.#stop.signal, ...(hooks.signal ? [hooks.signal] : [])]);
    setMaxListeners(0, this.#signal); // one for each trial that waits
    // Without a limit all that can be done is asked for at once: then workers that come later find work too.
    this.#gate = new Gate(plan.options.seconds === undefined ? Infinity : executor.slots);
  }

  /** @throws the signal's reason where it was stopped */
  async train(): Promise<void> {
    const { plan } = this.ledger;
    const { method, asynchronous: loose } = plan.options;
    const course = {
      method,
      trials: this.#count,
      rungs: this.#rungs.length,
      slots: this.executor.slots,
      propose: (first: number, count: number) => this.#propose(first + count, loose ? Infinity : first),
      run: (trial: number, rung: number) => this.#run(trial, this.#rungs[rung]!),
    };
    try {
      await (loose ? asynchronous(course) : synchronous(course));
    } finally {
      this.#save();
    }
  }

  get #spent(): number {
    return this.#before + (performance.now() - this.#begin) / 1000;
  }

  #save(): void {
    this.ledger.spent = this.#spent;
    this.ledger.write();
  }

  /** Points up to trial `end`; those of an earlier session stay. @param known trials that a proposal may learn from */
  #propose(end: number, known: number): void {
    const { ledger } = this;
    const { plan, trials } = ledger;
    const count = end - trials.length;
    if (count <= 0) return;
    ledger.add(propose(plan.options.method, plan.space, plan.seed, ledger.tried.slice(0, known), trials.length, count));
  }

  async #run(trial: number, until: number | null): Promise<number | null | undefined> {
    const { ledger, hooks } = this;
    const known = ledger.known(trial, until);
    if (known !== undefined) return known;
    await this.#gate.enter();
    try {
      this.#signal.throwIfAborted();
      if (this.#spent >= (ledger.plan.options.seconds ?? Infinity)) return undefined;
      await this.#train(trial, until);
      this.done++;
      this.#save();
      hooks.onTrial?.(ledger.trials[trial]!, { done: this.done, of: this.of, ledger });
      return ledger.known(trial, until) ?? null;
    } catch (error) {
      this.#stop.abort(error);
      throw error;
    } finally {
      this.#gate.leave();
    }
  }

  async #train(trial: number, until: number | null): Promise<void> {
    const { ledger, hooks, executor } = this;
    const id = `${ledger.folder.name}-${nameOf(trial)}-${until ?? "all"}`;
    const outcome = await executor.run(
      { id, kind: "trial", payload: this.#payload(trial, until) },
      { signal: this.#signal, onProgress: (progress) => hooks.onEpoch?.(trial, progress) },
    );
    if (outcome.state === "failed") return ledger.setAside(trial, outcome.reason ?? "no reason was given");
    const result = readOptions("result of a trial", trialResult, outcome.result as object);
    for (const warning of result.warnings) this.#warn(warning);
    ledger.note(trial, until, result, basename(result.run));
  }

  #payload(trial: number, until: number | null): Json {
    const { plan, trials, folder } = this.ledger;
    const payload: TrialPayload = {
      task: plan.task,
      data: { path: this.data },
      settings: settingsAt(plan.settings, trials[trial]!.point) as Record<string, Json>,
      runs: join(folder.path, TRIALS),
      name: nameOf(trial),
      command: plan.command,
      ...(until !== null && { until }),
    };
    return payload as Json;
  }

  /** Every trial would say the same of the data. */
  #warn(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.hooks.warn?.(message);
  }
}

const nameOf = (trial: number) => `trial-${String(trial + 1).padStart(3, "0")}`;

/** Lets so many in at once. */
class Gate {
  #inside = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(readonly places: number) {}

  async enter(): Promise<void> {
    if (this.#inside >= this.places) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#inside++;
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#inside--;
  }
}
