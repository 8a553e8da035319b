/** The trials of a search: from a schedule to jobs, and from their results to the ledger. */
import { setMaxListeners } from "node:events";
import { basename, join } from "node:path";
import type { Json } from "../../format/json.js";
import { RUN_FILES, RunFolder } from "../../runs/run-folder.js";
import { readOptions } from "../../tasks/options.js";
import type { Task } from "../../tasks/task.js";
import { check, SluiceError } from "../../util/errors.js";
import type { Executor } from "../job.js";
import { isNobody } from "../queue/refusals.js";
import { packRun, unpackRun, type RunArchive } from "../run-archive.js";
import { FILE_OPTIONS, refer } from "../store/reference.js";
import type { TrialPayload } from "../trial-payload.js";
import { jobPrefix } from "../training-job.js";
import { trialResult, type TrialResult } from "../trial.js";
import { lengthOf } from "./length.js";
import { jobsDone, TRIALS, type Ledger } from "./ledger.js";
import type { Score } from "./halving.js";
import { propose } from "./proposals.js";
import { asynchronous, synchronous } from "./schedule.js";
import type { SweepHooks } from "./sweep.js";
import { showValue } from "./show.js";
import { same } from "./space.js";
import { settingsAt } from "./task-space.js";

/** A full disk, a share that may be written no more, a quota: the next trial would fail of it too. */
const OF_THE_DISK = /\b(?:ENOSPC|EDQUOT|EROFS)\b/;

export class Trials {
  readonly #count: number;
  /** Epochs at which trials are compared; null for the end of the training, of which patience may have another opinion. */
  readonly #rungs: readonly (number | null)[];
  /** Trainings up to a rung that have ended, and how many there will be. */
  readonly #jobs: number;
  done: number;
  readonly #gate: Gate;
  readonly #begin = performance.now();
  readonly #before: number;
  #references: Promise<Pick<TrialPayload, "data" | "files" | "sha256">> | null = null;
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
    // One of an earlier version may have tried points twice.
    this.#count = Math.max(length.trials, Math.min(trials.length, plan.options.trials));
    this.#rungs = length.rungs.map((until, r, all) => (r === all.length - 1 ? null : until));
    this.#jobs = length.jobs;
    this.done = jobsDone(trials);
    this.#before = spent;
    this.#signal = AbortSignal.any([this.#stop.signal, ...(hooks.signal ? [hooks.signal] : [])]);
    setMaxListeners(0, this.#signal); // one for each trial that waits
    // Without a limit all that can be done is asked for at once: then workers that come later find work too.
    this.#gate = new Gate(() => (plan.options.seconds === undefined ? Infinity : executor.slots));
  }

  /** @throws the signal's reason where it was stopped */
  async train(): Promise<void> {
    const { executor } = this;
    const { plan } = this.ledger;
    const { method, asynchronous: loose } = plan.options;
    const course = {
      method,
      trials: this.#count,
      rungs: this.#rungs.length,
      get slots() {
        return executor.slots;
      },
      known: (trial: number, rung: number) => this.ledger.known(trial, this.#rungs[rung]!),
      propose: (first: number, count: number) => this.#propose(first + count, loose ? Infinity : first),
      run: (trial: number, rung: number) => this.#run(trial, this.#rungs[rung]!),
    };
    try {
      await (loose ? asynchronous(course) : synchronous(course));
    } finally {
      this.#save();
    }
  }

  /** A trial that failed once may come to a rung in the place of another that is known there. */
  get of(): number {
    return Math.max(this.#jobs, this.done);
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
    const tried = ledger.tried.map((one, trial) => (trial < known ? one : { point: one.point, value: undefined }));
    ledger.add(propose(plan.options.method, plan.space, plan.seed, tried, trials.length, count));
  }

  async #run(trial: number, until: number | null): Promise<Score | undefined> {
    const { ledger, hooks } = this;
    const known = ledger.known(trial, until);
    if (known !== undefined) return known;
    await this.#gate.enter();
    try {
      this.#signal.throwIfAborted();
      if (this.#spent >= (ledger.plan.options.seconds ?? Infinity)) return undefined;
      const needless = await this.#train(trial, until);
      this.done++;
      this.#save();
      for (const address of needless) await this.executor.store.drop(address);
      hooks.onTrial?.(ledger.trials[trial]!, { done: this.done, of: this.of, ledger });
      return ledger.known(trial, until) ?? { value: null };
    } catch (error) {
      this.#stop.abort(error);
      throw error;
    } finally {
      this.#gate.leave();
    }
  }

  /** @returns content that is needed no more when the ledger is written */
  async #train(trial: number, until: number | null): Promise<string[]> {
    const { ledger, hooks, executor } = this;
    const id = `${jobPrefix(ledger.folder)}-${nameOf(trial)}-${until ?? "all"}`;
    const payload = await this.#payload(trial, until);
    const outcome = await executor.run(
      { id, kind: "trial", payload: payload as Json },
      { signal: this.#signal, onProgress: (progress) => hooks.onEpoch?.(trial, progress) },
    );
    const sent = payload.from ? [payload.from.content] : [];
    if (outcome.state === "failed") {
      const { reason = "no reason was given" } = outcome;
      check(!OF_THE_DISK.test(reason) && !isNobody(reason), () => `sweep: trial ${trial + 1}: ${reason}`);
      ledger.setAside(trial, reason);
      return sent;
    }
    const result = readOptions("result of a trial", trialResult, outcome.result as object);
    for (const warning of result.warnings) this.#warn(warning);
    const { archive } = result;
    if (payload.runs === null) await this.#receive(archive);
    this.#checkJudge(trial, result.judge);
    ledger.note(trial, until, result, basename(result.run));
    return archive ? [...sent, archive.content] : sent;
  }

  /** Values of different measures say nothing of each other. @throws SluiceError that names what the space has of both trials */
  #checkJudge(trial: number, { name, mode }: TrialResult["judge"]): void {
    const { judge, trials } = this.ledger;
    if (judge === null || (judge.name === name && judge.mode === mode)) return;
    const [first, own] = [trials.find(({ rungs }) => rungs.length > 0)!, trials[trial]!];
    const odd = Object.keys(own.point).filter((key) => !same(own.point[key], first.point[key]));
    const what = odd.map((key) => `${key} ${showValue(own.point[key])}`).join(", ");
    throw new SluiceError(`sweep: trial ${trial + 1} (${what}) is judged by ${name}, and trial ${first.trial + 1} by ${judge.name}; search with one of them`); // prettier-ignore
  }

  /** The run that a worker trained in a folder of its own. */
  async #receive(archive: RunArchive | undefined): Promise<void> {
    check(archive !== undefined, () => "sweep: a worker was asked for a run, and did not send it");
    const { plan, folder } = this.ledger;
    const files = Object.fromEntries(FILE_OPTIONS.flatMap((name) => (plan.settings[name] === undefined ? [] : [[name, plan.settings[name] as Json]]))); // prettier-ignore
    await unpackRun(archive, this.executor.store, { root: join(folder.path, TRIALS), data: this.data, files });
  }

  async #payload(trial: number, until: number | null): Promise<TrialPayload> {
    const { plan, trials, folder } = this.ledger;
    const { store, sendsData = false } = this.executor;
    const { point, run } = trials[trial]!;
    const root = join(folder.path, TRIALS);
    const references = await (this.#references ??= this.#refer());
    return {
      task: plan.task,
      ...references,
      settings: settingsAt(plan.settings, point) as Record<string, Json>,
      runs: sendsData ? null : root,
      name: nameOf(trial),
      command: plan.command,
      ...(sendsData && run !== null && { from: await packRun(RunFolder.open(join(root, run)), store, true) }),
      ...(until !== null && { until }),
    };
  }

  /** How jobs name the data, and the files that options name. */
  async #refer(): Promise<Pick<TrialPayload, "data" | "files" | "sha256">> {
    const { executor, ledger, data } = this;
    const { sha256 } = (ledger.folder.readJson(RUN_FILES.data) as { fingerprint: { sha256: string } }).fingerprint;
    if (!executor.sendsData) return { data: { path: data }, sha256 };
    const files: NonNullable<TrialPayload["files"]> = {};
    for (const name of FILE_OPTIONS) {
      const path = ledger.plan.settings[name];
      if (typeof path === "string") files[name] = await refer(executor, path);
    }
    return { data: await refer(executor, data), files };
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

  /** @param places may become more while others work */
  constructor(readonly places: () => number) {}

  async enter(): Promise<void> {
    if (this.#inside < this.places()) this.#inside++;
    else await new Promise<void>((go) => this.#waiting.push(go));
  }

  leave(): void {
    this.#inside--;
    while (this.#waiting.length > 0 && this.#inside < this.places()) {
      this.#inside++;
      this.#waiting.shift()!();
    }
  }
}
