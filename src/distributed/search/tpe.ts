/**
 * Tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl 2011, section 4): of the points that were tried, the best
 * share γ gives a density l(x), the others g(x), and the next point is that of some draws from l where l(x) / g(x), and with it the
 * expected improvement, is largest. Dimensions are independent given their conditions, as in the paper's tree.
 */
import { normalCdf, normalDensity } from "../../distributions/special.js";
import type { Random } from "../../util/random.js";
import { normal } from "../../util/normal.js";
import { compareScores, type Score } from "./halving.js";
import type { Tried } from "./proposals.js";
import { placeOf, pointOf, same, valueAt, type Choice, type Point, type Range, type Space } from "./space.js";

/** Points that are drawn at random before there is anything to learn from. */
export const TPE_START = 10;
/** Of n points ⌈2 · GOOD · √n⌉ are good: the paper takes a share of 0.15, but of some dozens that is too few to tell (Hyperopt: ⌈¼ √n⌉). */
const GOOD = 0.25;
/** Draws from l for each dimension (the paper's n_EI_candidates). */
const DRAWS = 24;

/** What the points that were tried say of others. */
export interface Estimate {
  propose(random: Random): Point;
  /** log l(x) / g(x), which grows with the expected improvement. */
  gain(point: Point): number;
}

/** @returns null as long as there is nothing to learn from: points are drawn at random then */
export function estimate(space: Space, known: readonly Tried[]): Estimate | null {
  // What failed is as bad as it gets: where networks diverge nothing more is to be looked for.
  const tried = known.filter(({ value }) => value !== undefined);
  const valued = tried.filter(({ value }) => value !== null).length;
  if (tried.length < TPE_START || valued === 0) return null;
  const ranked = [...tried].sort((a, b) => compareScores(a as Score, b as Score));
  const count = Math.min(valued, Math.ceil(2 * GOOD * Math.sqrt(ranked.length)));
  const [good, bad] = [ranked.slice(0, count), ranked.slice(count)].map((list) => list.map(({ point }) => point));
  const sides = new Map(space.map((dimension) => {
    const seen = (points: readonly Point[]) => points.map((point) => point[dimension.name]).filter((v) => v !== undefined); // prettier-ignore
    return [dimension.name, dimension.kind === "choice" ? ofChoice(dimension, seen(good!), seen(bad!)) : ofRange(dimension, seen(good!) as number[], seen(bad!) as number[])]; // prettier-ignore
  })); // prettier-ignore
  return {
    propose: (random) => pointOf(space, ({ name }) => sides.get(name)!.draw(random)),
    gain: (point) => Object.entries(point).reduce((sum, [name, value]) => sum + Math.log(sides.get(name)!.ratio(value)), 0), // prettier-ignore
  };
}

/** l and g of one dimension. */
interface Sides {
  /** Of some values drawn from l that where l / g is largest. */
  draw(random: Random): unknown;
  /** l / g */
  ratio(value: unknown): number;
}

/** Counts with a prior of one for each value. */
function ofChoice({ values }: Choice, good: readonly unknown[], bad: readonly unknown[]): Sides {
  const shares = (seen: readonly unknown[]) =>
    values.map((value) => (1 + seen.filter((one) => same(one, value)).length) / (values.length + seen.length));
  const [l, g] = [shares(good), shares(bad)];
  const at = (k: number) => l[k]! / g[k]!;
  return {
    draw: (random) =>
      values[
        best(
          Array.from({ length: DRAWS }, () => drawIndex(l, random)),
          at,
        )
      ],
    ratio: (value) => at(values.findIndex((one) => same(one, value))),
  };
}

function drawIndex(shares: readonly number[], random: Random): number {
  let left = random.uniform();
  for (const [k, share] of shares.entries()) if ((left -= share) < 0) return k;
  return shares.length - 1;
}

function ofRange(range: Range, good: readonly number[], bad: readonly number[]): Sides {
  const density = (seen: readonly number[]) => new Parzen(seen.map((value) => placeOf(range, value)));
  const [l, g] = [density(good), density(bad)];
  const at = (u: number) => l.at(u) / g.at(u);
  return {
    draw: (random) => valueAt(range, best(Array.from({ length: DRAWS }, () => l.draw(random)), at)), // prettier-ignore
    ratio: (value) => at(placeOf(range, value as number)),
  };
}

function best(draws: readonly number[], score: (draw: number) => number): number {
  let [first] = draws;
  for (const draw of draws) if (score(draw) > score(first!)) first = draw;
  return first!;
}

/**
 * Normal densities around the points, cut off at 0 and 1, and one around the middle as wide as the range, which stands for what is not
 * known yet. Each is as wide as the distance to its farther neighbour (section 4.2 of the paper).
 */
class Parzen {
  readonly #means: readonly number[];
  readonly #widths: readonly number[];

  constructor(points: readonly number[]) {
    const sorted = [...points, 0.5].sort((a, b) => a - b);
    const narrowest = 1 / Math.min(100, sorted.length + 1);
    const prior = sorted.indexOf(0.5);
    this.#means = sorted;
    this.#widths = sorted.map((mean, i) => {
      if (i === prior) return 1;
      const gap = Math.max(mean - (sorted[i - 1] ?? 0), (sorted[i + 1] ?? 1) - mean);
      return Math.min(1, Math.max(narrowest, gap));
    });
  }

  draw(random: Random): number {
    const k = random.below(this.#means.length);
    for (;;) {
      const u = this.#means[k]! + this.#widths[k]! * normal(random);
      if (u >= 0 && u < 1) return u;
    }
  }

  at(u: number): number {
    let sum = 0;
    for (const [k, mean] of this.#means.entries()) {
      const width = this.#widths[k]!;
      const inside = normalCdf((1 - mean) / width) - normalCdf(-mean / width);
      sum += normalDensity((u - mean) / width) / (width * inside);
    }
    return sum / this.#means.length;
  }
}
