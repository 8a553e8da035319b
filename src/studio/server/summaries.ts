/** Runs as the list shows them, read from their folders; what has not changed since is not read again. */
import { existsSync, lstatSync, statSync } from "node:fs";
import { join } from "node:path";
import { LRUCache } from "lru-cache";
import { DILOCO_FILE } from "../../distributed/parallel/diloco/journal.js";
import { SWEEP_FILE } from "../../distributed/search/ledger.js";
import { readHistory } from "../../runs/metrics-jsonl.js";
import { namesIn, RUN_FILES, RunFolder } from "../../runs/run-folder.js";
import { describeRun } from "../../runs/run-list.js";
import type { History } from "../../train/history.js";
import { SluiceError } from "../../util/errors.js";
import type { RunSummary } from "../api/index.js";
import { roundsCount, seriesCount } from "./parallel.js";
import { sweepSummary } from "./sweeps.js";

export const BACKTEST_FILE = "backtest.json";

/** What decides in every task when training is best, and what stands in for it without validation. */
const MONITORS = ["val_loss", "loss"];
const FILES = [...Object.values(RUN_FILES), BACKTEST_FILE, SWEEP_FILE, DILOCO_FILE].filter(
  (name) => name !== RUN_FILES.progress,
);
const MOST = 2000;
/** How many times as long as a summary took to make it is good for: a run of very many epochs is not read anew at every look. */
const GOOD_FOR = 20;
/** Milliseconds for which a run that does not train is taken to stay as it is: to ask for the files of a thousand runs takes a while. */
const CALM_MS = 4000;

type Jobless = Omit<RunSummary, "job">;

export class Summaries {
  readonly #known = new LRUCache<string, Known>({ max: MOST });

  /** @param jobOf the job of this studio that trains a run */
  constructor(
    readonly root: string,
    readonly jobOf: (run: string) => string | null,
  ) {}

  /** The newest first. Links are not followed. */
  all(): RunSummary[] {
    return namesIn(this.root)
      .filter((name) => lstatSync(join(this.root, name), { throwIfNoEntry: false })?.isDirectory())
      .reverse()
      .map((name) => this.of(name));
  }

  /** As it is now: for whoever asks for this run alone. */
  fresh(name: string): RunSummary {
    this.#known.set(name, this.#look(name, this.#known.get(name)));
    return this.of(name);
  }

  of(name: string): RunSummary {
    const job = this.jobOf(name);
    let known = this.#known.get(name);
    if (!known || performance.now() >= (job === null ? known.calmUntil : known.until)) {
      known = this.#look(name, known);
      this.#known.set(name, known);
    }
    return { ...known.summary, job };
  }

  #look(name: string, before: Known | undefined): Known {
    const begin = performance.now();
    const path = join(this.root, name);
    const mark = markOf(path);
    // A process that is gone leaves no mark: runs that train are asked each time.
    const same = before?.mark === mark && before.summary.state !== "running";
    const summary = same ? before.summary : summarize(path, name);
    const end = performance.now();
    const until = end + GOOD_FOR * (end - begin);
    return { mark, summary, until, calmUntil: summary.state === "running" ? until : Math.max(until, end + CALM_MS) };
  }
}

interface Known {
  readonly mark: string;
  readonly summary: Jobless;
  /** On the clock of `performance.now()`, where this studio trains it, and where it does not. */
  readonly until: number;
  readonly calmUntil: number;
}

function markOf(path: string): string {
  const stats = FILES.map((name) => statSync(join(path, name), { throwIfNoEntry: false }));
  return stats.map((stat) => (stat ? `${stat.mtimeMs}:${stat.size}` : "")).join(",");
}

function summarize(path: string, name: string): Jobless {
  const { state, problem, task, date, epochs, result } = describeRun(path);
  const { parts, problem: unreadable } = partsIn(path);
  const settings = settingsOf(path);
  const has = (file: string) => statSync(join(path, file), { throwIfNoEntry: false })?.isFile() ?? false;
  return {
    name,
    state,
    problem: problem ?? unreadable,
    task,
    date,
    epochs,
    result,
    ...settings,
    // Rounds that are longer than a pass make fewer epochs than were asked for; where they were not noted nothing is known.
    epochsPlanned: parts.rounds ? parts.rounds.epochs : settings.epochsPlanned,
    changed: changedOf(path),
    best: state === "broken" ? null : bestOf(readHistory(join(path, RUN_FILES.metrics))),
    ...parts,
    has: {
      model: [RUN_FILES.model, RUN_FILES.best, RUN_FILES.last].some(has),
      report: has(RUN_FILES.report),
      backtest: has(BACKTEST_FILE),
      gradientNorms: has(RUN_FILES.gradientNorms),
    },
  };
}

interface Parts {
  readonly parts: Pick<RunSummary, "sweep" | "series" | "rounds">;
  readonly problem: string | null;
}

const NO_PARTS: Parts["parts"] = { sweep: null, series: null, rounds: null };

/** Where a file of these cannot be read, it is still a run whose other files can be looked at. */
function partsIn(path: string): Parts {
  try {
    const sweep = existsSync(join(path, SWEEP_FILE)) ? sweepSummary(path) : null;
    return { parts: { sweep, series: seriesCount(path), rounds: roundsCount(path) }, problem: null };
  } catch (error) {
    if (error instanceof SluiceError) return { parts: NO_PARTS, problem: error.message };
    throw error;
  }
}

/** As the configuration of a model of one series calls it; what it does is a training. */
const OF_SERIES = "series";

function settingsOf(path: string): Pick<Jobless, "verb" | "data" | "epochsPlanned" | "seriesId"> {
  const config = configOf(path);
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  const ofSeries = config["verb"] === OF_SERIES;
  const planned = config["epochs"];
  return {
    verb: ofSeries ? null : text(config["verb"]),
    seriesId: ofSeries ? text(config["series"]) : null,
    data: text(config["data"]),
    epochsPlanned: typeof planned === "number" ? planned : null,
  };
}

function configOf(path: string): Readonly<Record<string, unknown>> {
  try {
    const config = RunFolder.open(path).readJson(RUN_FILES.config);
    return config !== null && typeof config === "object" && !Array.isArray(config) ? config : {};
  } catch (error) {
    if (error instanceof SluiceError) return {}; // described as broken
    throw error;
  }
}

function changedOf(path: string): string | null {
  const times = FILES.map((name) => statSync(join(path, name), { throwIfNoEntry: false })?.mtimeMs ?? 0);
  const newest = Math.max(...times);
  return newest > 0 ? new Date(newest).toISOString() : null;
}

function bestOf({ epoch, history }: History): RunSummary["best"] {
  const metric = MONITORS.find((name) => name in history);
  if (metric === undefined) return null;
  let best: RunSummary["best"] = null;
  for (const [i, value] of history[metric]!.entries()) {
    if (Number.isFinite(value) && (best === null || value < best.value)) best = { metric, value, epoch: epoch[i]! };
  }
  return best;
}
