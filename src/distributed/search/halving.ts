/**
 * Successive halving (Jamieson and Talwalkar 2016; with η = 3 as Li et al. 2018, Hyperband, section 3): all trials are trained for
 * few epochs, the best third of them for three times as many, and so on up to all epochs.
 */

/** Of how many trials one goes on. */
export const ETA = 3;

/** Epochs at which trials are compared; the last are all. One rung where there are too few trials or epochs to halve. */
export function rungsOf(epochs: number, trials: number, most: number): number[] {
  const steps = Math.min(most - 1, Math.floor(log(trials) + 1e-9), Math.floor(log(epochs) + 1e-9));
  return Array.from({ length: steps + 1 }, (_, k) => Math.max(1, Math.round(epochs / ETA ** (steps - k))));
}

const log = (n: number) => Math.log(n) / Math.log(ETA);

/** How good a trial is. */
export interface Score {
  /** The smaller the better; null, as after a failure, behind all others. */
  readonly value: number | null;
  /**
   * What tells equal values apart, the smaller the better: the loss that training came to. Where networks begin as a linear model and have not
   * bettered it yet, all have its value.
   */
  readonly learnt?: number | null;
}

export interface Ranked extends Score {
  readonly trial: number;
}

/** The better first; 0 where nothing tells them apart. */
export function compareScores(a: Score, b: Score): number {
  return compare(a.value ?? Infinity, b.value ?? Infinity) || compare(a.learnt ?? Infinity, b.learnt ?? Infinity);
}

/** Infinity is as large as itself. */
export const compare = (a: number, b: number): number => (a === b ? 0 : a - b);

/** The best first; of equal ones the earlier. */
export function ranked<R extends Ranked>(trials: readonly R[]): R[] {
  return [...trials].sort((a, b) => compareScores(a, b) || a.trial - b.trial);
}

/** Those that go on from a rung: a third, at least one; none that has no value. */
export function promoted<R extends Ranked>(rung: readonly R[]): R[] {
  const count = Math.max(1, Math.floor(rung.length / ETA));
  return ranked(rung).slice(0, count).filter(({ value }) => value !== null); // prettier-ignore
}

/** Jobs of a search in all, as far as it can be foretold. */
export function jobCount(trials: number, rungs: readonly number[]): number {
  let [count, jobs] = [trials, trials];
  for (let k = 1; k < rungs.length; k++) jobs += count = Math.max(1, Math.floor(count / ETA));
  return jobs;
}
