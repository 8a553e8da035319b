/** Trainings: begun from a form, stopped, gone on with. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { relative } from "node:path";
import { RunFolder } from "../../runs/run-folder.js";
import { holderOf } from "../../runs/run-lock.js";
import { readProgress } from "../../runs/run-progress.js";
import { readStatus } from "../../runs/run-status.js";
import type { JobReply, ResumeRequest, StartRequest } from "../api/index.js";
import { filesAmong, taskAsked } from "./forms.js";
import { Job } from "./job.js";
import { isPart, outerOf, type Places } from "./places.js";
import { Refusal, refuseUnless } from "./problems.js";
import { checkSearch } from "./search.js";
import { checkTraining } from "./training.js";
import { flagWords, orderOf, quoted } from "./words.js";

/** More would only slow each other down. */
const MOST_AT_ONCE = 8;
/** Ended ones that are remembered. */
const MOST_KEPT = 100;
/** How old the note of a run's progress may be for its process to be taken for the one that wrote it: numbers are given anew. */
const FRESH_MS = 10 * 60_000;

export class Jobs {
  /** The oldest first. */
  #jobs: Job[] = [];
  /** Processes of others that were asked to stop a run. */
  readonly #asked = new Map<string, number>();

  constructor(
    readonly places: Places,
    readonly program: readonly string[],
  ) {}

  /** The newest first. */
  all(): JobReply[] {
    return this.#jobs.map((job) => job.reply()).reverse();
  }

  of(id: string): JobReply {
    const job = this.#jobs.find((job) => job.id === id);
    refuseUnless(job, 404, () => "there is no such training of this studio");
    return job.reply();
  }

  /** The job that trains a run. */
  idOf(run: string): string | null {
    return this.#active(run)?.id ?? null;
  }

  /** @throws Refusal, or SluiceError that says which option is wrong */
  start(request: StartRequest): JobReply {
    const { task: name, data, settings, search, parallel = {} } = checkedStart(request);
    const task = taskAsked(name);
    const { shown } = this.places.inside(data);
    refuseUnless(!("runs" in settings), 422, () => "the folder of runs is the studio's to choose");
    for (const file of filesAmong(settings)) this.places.inside(file);
    // Nobody could look at those of all trials, or of all series.
    const given = search || parallel.perSeries ? settings : { gradientNorms: true, ...settings };
    if (search) checkSearch(task, given, search);
    else checkTraining(task, given, parallel);
    const all = { task: name, ...given, ...this.#root() };
    const source = shown === "" ? "." : shown.startsWith("-") ? `./${shown}` : shown;
    const { verb, more } = orderOf({ parallel, ...(search && { search }) });
    const flags = flagWords(all);
    if (flags) return this.#begin([verb, source, ...flags, ...more], null);
    return this.#begin([verb, ...more], null, JSON.stringify({ ...all, data: source }));
  }

  /** @throws Refusal where it is training */
  resume(run: string, request: ResumeRequest): JobReply {
    const path = this.places.run(run);
    const folder = RunFolder.open(path);
    // It learnt from rows of its own, of a moment or a series: with all rows it would be another.
    refuseUnless(!isPart(run), 409, () => `${run} is a training of ${outerOf(run)}; go on with that`);
    for (const one of [run, outerOf(run)]) if (one !== null) this.#refuseRunning(one);
    const { verb } = folder.readJson("config.json") as { verb?: unknown };
    const budgets = verb === "sweep" ? (["trials", "seconds"] as const) : (["epochs"] as const);
    const given = budgets.filter((name) => request[name] !== undefined);
    for (const name of given) {
      const value = request[name]!;
      refuseUnless(Number.isInteger(value) && value >= 1, 422, () => `${name} must be a whole number of at least 1`);
    }
    const where = relative(this.places.folder, path);
    const words = [verb === "backtest" || verb === "sweep" ? verb : "train", `--resume=${where}`];
    return this.#begin([...words, ...given.map((name) => `--${name}=${request[name]}`)], run);
  }

  #refuseRunning(run: string): void {
    const { state } = readStatus(RunFolder.open(this.places.run(run)));
    refuseUnless(!this.#active(run) && state !== "running", 409, () => `${run} is training`);
  }

  /** As Ctrl-C does: it ends after the batch that is running, with a checkpoint. */
  stop(run: string): void {
    const job = this.#active(run);
    if (job) return job.stop();
    const folder = RunFolder.open(this.places.run(run));
    const outer = outerOf(run);
    refuseUnless(outer === null, 409, () => `${run} is trained by ${outer}; stop that`);
    const { state, process: owner } = readStatus(folder);
    refuseUnless(state === "running", 409, () => `${run} is not training`);
    const known = owner?.host === hostname() && (holderOf(folder) === owner.id || wroteJustNow(folder, owner.id));
    refuseUnless(known && process.platform !== "win32", 409, () => {
      return `${run} was started elsewhere; stop it there`;
    });
    // Asked twice it would end at once, without a checkpoint.
    if (this.#asked.get(run) !== owner.id) process.kill(owner.id, "SIGINT");
    this.#asked.set(run, owner.id);
  }

  /** Also one that prepares its data yet, and has no run. */
  stopJob(id: string): JobReply {
    const job = this.#jobs.find((one) => one.id === id);
    refuseUnless(job, 404, () => "there is no such training of this studio");
    refuseUnless(!job.ended, 409, () => "it has ended");
    job.stop();
    return job.reply();
  }

  /** Lets all go on alone. */
  leave(): void {
    for (const job of this.#jobs) if (!job.ended) job.leave();
  }

  #active(run: string): Job | undefined {
    return this.#jobs.find((job) => !job.ended && job.run === run);
  }

  #begin(words: readonly string[], run: string | null, config?: string): JobReply {
    const busy = this.#jobs.filter((job) => !job.ended).length;
    refuseUnless(busy < MOST_AT_ONCE, 429, () => `${busy} trainings are running; stop one, or wait for its end`);
    const { program, places } = this;
    const shown = config === undefined ? words : [...words, "--config=config.json"];
    const command = `sluice ${shown.map(quoted).join(" ")}`;
    const job = new Job({
      id: randomUUID(),
      program,
      words,
      folder: places.folder,
      command,
      run,
      ...(config !== undefined && { config }),
    });
    const kept = this.#jobs.filter((job, i, all) => !job.ended || i >= all.length - MOST_KEPT);
    this.#jobs = [...kept, job];
    return job.reply();
  }

  #root(): { runs?: string } {
    const root = relative(this.places.folder, this.places.runs);
    return root === "runs" ? {} : { runs: root.startsWith("..") ? this.places.runs : root };
  }
}

function wroteJustNow(folder: RunFolder, owner: number): boolean {
  const progress = readProgress(folder);
  return progress?.process === owner && Date.now() - Date.parse(progress.date) < FRESH_MS;
}

/** @throws Refusal for what is no request */
export function checkedStart(request: Partial<StartRequest>): StartRequest {
  const { task, data, settings = {}, search, parallel } = request;
  const fits = typeof task === "string" && typeof data === "string" && isObject(settings);
  if (!fits || [search, parallel].some((part) => part !== undefined && !isObject(part)))
    throw new Refusal(400, "expected { task, data, settings, search?, parallel? }");
  return { task, data, settings, ...(search && { search }), ...(parallel && { parallel }) };
}

const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
