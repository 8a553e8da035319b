/** Where lines of parallel coordinates run, and which of them a pointer means. */

/** From the lower end to the upper one, each from 0 to 1; null: all. */
export type Brush = readonly [low: number, high: number] | null;

/** Places on the axes, from 0 at the foot to 1; null where a line has none. */
export type Places = readonly (number | null)[];

export interface Field {
  /** Of each axis, in CSS pixels. */
  readonly x: readonly number[];
  readonly top: number;
  readonly bottom: number;
  /** Below the axes, for lines that have no place on one. */
  readonly none: number;
}

export const heightOf = ({ top, bottom, none }: Field, place: number | null): number =>
  place === null ? none : bottom - place * (bottom - top);

/** A curve that leaves each axis at a right angle. */
export function pathOf(field: Field, places: Places): string {
  const points = places.map((place, i) => [field.x[i]!, heightOf(field, place)] as const);
  return points
    .map(([x, y], i) => {
      if (i === 0) return `M${x},${y.toFixed(1)}`;
      const [before, from] = points[i - 1]!;
      const middle = (before + x) / 2;
      return `C${middle},${from.toFixed(1)} ${middle},${y.toFixed(1)} ${x},${y.toFixed(1)}`;
    })
    .join("");
}

/** How far a curve between two axes has come from the one height to the other, at a share of the way across. */
function riseAt(share: number): number {
  // x(t) = 1.5 t − 1.5 t² + t³ rises; halving finds t.
  let [low, high] = [0, 1];
  for (let i = 0; i < 20; i++) {
    const t = (low + high) / 2;
    if (1.5 * t - 1.5 * t * t + t ** 3 < share) low = t;
    else high = t;
  }
  return 3 * low ** 2 - 2 * low ** 3;
}

/** Index of the line nearest to a point, at most `reach` pixels above or below it; null where there is none. */
export function lineAt(field: Field, lines: readonly Places[], x: number, y: number, reach: number): number | null {
  const right = Math.max(1, field.x.findIndex((at) => at >= x)); // prettier-ignore
  const [from, to] = [field.x[right - 1], field.x[right]];
  if (from === undefined || to === undefined || x < from - reach || x > to + reach) return null;
  const rise = riseAt(Math.max(0, Math.min(1, (x - from) / (to - from))));
  let best: number | null = null;
  let least = reach;
  for (const [i, places] of lines.entries()) {
    const [a, b] = [heightOf(field, places[right - 1]!), heightOf(field, places[right]!)];
    const distance = Math.abs(a + (b - a) * rise - y);
    if (distance <= least) [best, least] = [i, distance];
  }
  return best;
}

/** Whether a line passes through all that is marked on the axes. */
export function passes(places: Places, brushes: readonly Brush[]): boolean {
  return brushes.every((brush, i) => {
    const place = places[i] ?? null;
    return brush === null || (place !== null && place >= brush[0] - EDGE && place <= brush[1] + EDGE);
  });
}

/** What stands on the edge of a brush is inside. */
const EDGE = 1e-9;
