/** In which order trials are done. What is repeatable waits for rounds and rungs; what is not keeps every worker busy. */
import { ETA, promoted, ranked, type Ranked, type Score } from "./halving.js";
import { TPE_ROUND, type Method } from "./proposals.js";

/** A search as its schedule sees it. */
export interface Course {
  readonly method: Method;
  /** Trials in all. */
  readonly trials: number;
  /** How many rungs there are. */
  readonly rungs: number;
  /** How many trials are trained at once, as far as it is known. */
  readonly slots: number;
  /** Settles the points of further trials, from what is known now. */
  propose(first: number, count: number): void;
  /** Of an earlier session; undefined where it is to be trained. */
  known(trial: number, rung: number): Score | undefined;
  /** Trains a trial up to a rung, unless it is known. @returns undefined where the time is over */
  run(trial: number, rung: number): Promise<Score | undefined>;
}

export async function synchronous({ method, trials, rungs, propose, run }: Course): Promise<void> {
  const size = method === "tpe" ? TPE_ROUND : trials;
  let rung: Ranked[] = [];
  for (let first = 0; first < trials; first += size) {
    const count = Math.min(size, trials - first);
    propose(first, count);
    const round = Array.from({ length: count }, (_, i) => first + i);
    const ended = await together(round, (trial) => run(trial, 0));
    if (ended === null) return;
    rung.push(...ended);
  }
  for (let r = 1; r < rungs; r++) {
    const ended = await together(promoted(rung).map(({ trial }) => trial), (trial) => run(trial, r)); // prettier-ignore
    if (ended === null) return;
    rung = ended;
  }
}

/** Null where the time was over before all had begun. Where one is stopped, the others are waited for. */
async function together(
  trials: readonly number[],
  work: (trial: number) => Promise<Score | undefined>,
): Promise<Ranked[] | null> {
  const ended = await Promise.allSettled(trials.map(work));
  const all: Ranked[] = [];
  for (const [i, one] of ended.entries()) {
    if (one.status === "rejected") throw one.reason;
    if (one.value !== undefined) all.push({ ...one.value, trial: trials[i]! });
  }
  return all.length < trials.length ? null : all;
}

/**
 * Asynchronous successive halving (Li et al. 2020, ASHA, algorithm 2): whoever is free takes a trial that is in the best third of its rung
 * by now, from the highest rung down, and begins a new one where there is none.
 */
export async function asynchronous(course: Course): Promise<void> {
  const { trials, rungs } = course;
  const ended: Ranked[][] = Array.from({ length: rungs }, () => []);
  const taken = new Set<string>();
  let begun = 0;
  const note = (trial: number, rung: number, score: Score) => {
    taken.add(`${trial}/${rung}`);
    ended[rung]!.push({ ...score, trial });
  };
  for (let trial = 0; trial < trials; trial++)
    for (let r = 0; r < rungs; r++) {
      const score = course.known(trial, r);
      if (!score) break;
      note(trial, r, score);
      if (score.value === null) break; // it went no further
    }
  const time = { over: false };
  const next = (): [trial: number, rung: number] | null => {
    for (let r = rungs - 2; r >= 0; r--) {
      const best = ranked(ended[r]!).slice(0, Math.floor(ended[r]!.length / ETA));
      const free = best.find(({ trial, value }) => value !== null && !taken.has(`${trial}/${r + 1}`));
      if (free) return [free.trial, r + 1];
    }
    while (taken.has(`${begun}/0`)) begun++;
    if (begun === trials) return null;
    course.propose(begun, 1);
    return [begun++, 0];
  };
  const running = new Set<Promise<void>>();
  for (;;) {
    while (running.size < course.slots && !time.over) {
      const job = next();
      if (job === null) break;
      const [trial, rung] = job;
      taken.add(`${trial}/${rung}`);
      const work: Promise<void> = course.run(trial, rung).then((score) => {
        running.delete(work);
        if (score) note(trial, rung, score);
        else time.over = true;
      });
      running.add(work);
    }
    if (running.size === 0) return;
    try {
      await Promise.race(running);
    } catch (error) {
      await Promise.allSettled(running);
      throw error;
    }
  }
}
