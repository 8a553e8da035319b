/** Runs as they are now: what was read of them, and what the server pushes while they train. */
import { signal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type {
  GradientNormRow,
  HistoryReply,
  Progress,
  RunDetail,
  RunSummary,
  SweepReply,
  TrialProgress,
} from "../../api/index.js";
import { apiPath, get } from "../client.js";
import { NO_HISTORY, withNorms, withRows } from "./history.js";
import { followRun } from "./stream.js";

export interface LiveRun {
  readonly name: string;
  readonly detail: Signal<RunDetail | null>;
  readonly summary: Signal<RunSummary | null>;
  readonly history: Signal<HistoryReply>;
  readonly norms: Signal<readonly GradientNormRow[]>;
  readonly progress: Signal<Progress | null>;
  readonly sweep: Signal<SweepReply | null>;
  /** Trials of a sweep that are being trained. */
  readonly training: Signal<readonly TrialProgress[]>;
  readonly error: Signal<unknown>;
  refresh(): Promise<void>;
}

class Follower implements LiveRun {
  readonly detail = signal<RunDetail | null>(null);
  readonly summary = signal<RunSummary | null>(null);
  readonly history = signal<HistoryReply>(NO_HISTORY);
  readonly norms = signal<readonly GradientNormRow[]>([]);
  readonly progress = signal<Progress | null>(null);
  readonly sweep = signal<SweepReply | null>(null);
  readonly training = signal<readonly TrialProgress[]>([]);
  readonly error = signal<unknown>(null);
  #users = 0;
  #leave: (() => void) | null = null;

  constructor(readonly name: string) {}

  acquire(): void {
    if (++this.#users > 1) return;
    void this.refresh();
    this.#leave ??= followRun(this.name, {
      history: (event) => (this.history.value = withRows(this.history.value, event)),
      gradientNorms: (event) => (this.norms.value = withNorms(this.norms.value, event)),
      progress: ({ progress }) => (this.progress.value = progress),
      sweep: ({ sweep }) => (this.sweep.value = sweep),
      training: ({ trials }) => (this.training.value = trials),
      status: ({ summary }) => this.#changed(summary),
    });
  }

  /** Who comes next, as the page of a run after the list, may hold it already and use it only in its next turn. */
  release(): void {
    if (--this.#users > 0) return;
    setTimeout(() => {
      if (this.#users > 0) return;
      this.#leave?.();
      this.#leave = null;
      if (followers.get(this.name) === this) followers.delete(this.name);
    });
  }

  async refresh(): Promise<void> {
    try {
      const detail = await get<RunDetail>(apiPath("runs", this.name));
      this.error.value = null;
      this.detail.value = detail;
      this.summary.value = detail.run;
      this.history.value = detail.history;
      this.norms.value = detail.gradientNorms;
      this.progress.value = detail.progress;
      this.sweep.value = detail.sweep;
      this.training.value = detail.training;
    } catch (error) {
      this.error.value = error;
    }
  }

  #changed(summary: RunSummary): void {
    const before = this.summary.value;
    this.summary.value = summary;
    if (before && detailOf(before) !== detailOf(summary)) void this.refresh();
  }
}

/** What the detail depends on: the evaluation and the report are there, or parts of it have ended. */
const detailOf = ({ state, has, series, rounds }: RunSummary) => JSON.stringify([state, has.report, series, rounds]);

const followers = new Map<string, Follower>();

function followerOf(name: string): Follower {
  let follower = followers.get(name);
  if (!follower) followers.set(name, (follower = new Follower(name)));
  return follower;
}

/** Followed as long as a component that is shown uses it. */
export function useRun(name: string): LiveRun {
  const [run] = useRuns([name]);
  return run!;
}

export function useRuns(names: readonly string[]): readonly LiveRun[] {
  const runs = names.map(followerOf);
  useEffect(() => {
    for (const run of runs) run.acquire();
    return () => {
      for (const run of runs) run.release();
    };
  }, [names.join("\n")]);
  return runs;
}
