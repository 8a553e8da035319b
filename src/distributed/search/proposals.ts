/** Which points are tried next. A proposal depends on the seed, the number of the trial and what is known, never on who is faster. */
import { check } from "../../util/errors.js";
import { Random } from "../../util/random.js";
import type { Score } from "./halving.js";
import { allPoints, countPoints, isFiniteSpace, keyOf, pointOf, pointsOf, valueAt, type Point, type Space } from "./space.js"; // prettier-ignore
import { estimate } from "./tpe.js";

export type Method = "grid" | "random" | "tpe";

/** A point that was tried, or is being tried. */
export interface Tried extends Omit<Score, "value"> {
  readonly point: Point;
  /** The smaller the better; null where there is none, as after a failure; undefined where it is not known yet. */
  readonly value: number | null | undefined;
}

/** Trials of a method that are proposed at once, from the same knowledge. */
export const TPE_ROUND = 4;
/** Draws before the points that are left are looked at one by one. */
const DRAWS = 100;
/** The same of those that the estimator makes: where it knows what it wants it makes the same again and again. */
const REDRAWS = 10;
/** Of these that are weighed against each other, at most. */
const LEFT = 1000;

/** The generator of one trial: another stream for each, the same in every attempt. */
export function randomOf(seed: number, trial: number): Random {
  return new Random(seed * 1_000_003 + trial);
}

/** How many trials there are in all: no more than there are points, since each is tried once. */
export function trialCount(method: Method, space: Space, trials: number): number {
  return method === "grid" ? Math.min(trials, allPoints(space).length) : countPoints(space, trials);
}

/**
 * The points of trials `first` to `first + count − 1`, none of which was tried before.
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
  const taken = new Set(known.map(({ point }) => keyOf(point)));
  const learnt = method === "tpe" ? estimate(space, known) : null;
  return trials.map((trial) => {
    const random = randomOf(seed, trial);
    const point = learnt
      ? (fresh(REDRAWS, () => learnt.propose(random), taken) ?? bestOf(left(space, random, taken), learnt.gain, random))
      : (fresh(DRAWS, () => randomPoint(space, random), taken) ?? anyOf(left(space, random, taken), random));
    taken.add(keyOf(point));
    return point;
  });
}

export function randomPoint(space: Space, random: Random): Point {
  return pointOf(space, (dimension) => valueAt(dimension, random.uniform()));
}

/** The first draw that was not tried yet; null where none of them is. */
function fresh(draws: number, draw: () => Point, taken: ReadonlySet<string>): Point | null {
  for (let i = 0; i < draws; i++) {
    const point = draw();
    if (!taken.has(keyOf(point))) return point;
  }
  return null;
}

/** Points that were not tried yet: all, where there are few; of many, or of endlessly many, some that are drawn at random. */
function left(space: Space, random: Random, taken: ReadonlySet<string>): Point[] {
  const most = taken.size + LEFT;
  if (isFiniteSpace(space) && countPoints(space, most) < most)
    return [...pointsOf(space)].filter((point) => !taken.has(keyOf(point)));
  const drawn = Array.from({ length: 10 * DRAWS }, () => randomPoint(space, random));
  const some = drawn.filter((point) => !taken.has(keyOf(point))).slice(0, DRAWS);
  check(some.length > 0, () => `space: no point was found that was not tried yet; ask for no more than these ${taken.size} trials`); // prettier-ignore
  return some;
}

const anyOf = (points: readonly Point[], random: Random): Point => points[random.below(points.length)]!;

/** Of equal ones any. */
function bestOf(points: readonly Point[], gain: (point: Point) => number, random: Random): Point {
  const gains = points.map(gain);
  const most = gains.reduce((a, b) => Math.max(a, b));
  return anyOf(points.filter((_, i) => gains[i] === most), random); // prettier-ignore
}
