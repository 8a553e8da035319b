/** Which points are tried next. A proposal depends on the seed, the number of the trial and what is known, never on who is faster. */
import { Random } from "../../util/random.js";
import type { Score } from "./halving.js";
import { allPoints, pointOf, valueAt, type Point, type Space } from "./space.js";
import { proposeTpe } from "./tpe.js";

export type Method = "grid" | "random" | "tpe";

/** A point that was tried, or is being tried. */
export interface Tried extends Omit<Score, "value"> {
  readonly point: Point;
  /** The smaller the better; null where there is none, as after a failure; undefined where it is not known yet. */
  readonly value: number | null | undefined;
}

/** Trials of a method that are proposed at once, from the same knowledge. */
export const TPE_ROUND = 4;

/** The generator of one trial: another stream for each, the same in every attempt. */
export function randomOf(seed: number, trial: number): Random {
  return new Random(seed * 1_000_003 + trial);
}

/** How many trials there are in all: of a grid its points. */
export function trialCount(method: Method, space: Space, trials: number): number {
  return method === "grid" ? Math.min(trials, allPoints(space).length) : trials;
}

/**
 * The points of trials `first` to `first + count − 1`.
 * @param known all trials before `first`, in their order
 */
export function propose(
  method: Method,
  space: Space,
  seed: number,
  known: readonly Tried[],
  first: number,
  count: number,
): Point[] {
  const trials = Array.from({ length: count }, (_, i) => first + i);
  if (method === "grid") {
    const all = allPoints(space);
    return trials.map((trial) => all[trial]!);
  }
  if (method === "random") return trials.map((trial) => randomPoint(space, randomOf(seed, trial)));
  return trials.map((trial) => proposeTpe(space, known, randomOf(seed, trial)));
}

export function randomPoint(space: Space, random: Random): Point {
  return pointOf(space, (dimension) => valueAt(dimension, random.uniform()));
}
