import type { Frame } from "./protocol.js";
import type { Settings } from "./settings.js";

/** From so many points on, pairs are made one. */
const MOST = 500;

interface Point {
  readonly step: number;
  readonly batch: number | null;
  readonly loss: number;
}

/** The losses of a run, thinned out as it grows. Each has one more point than the one before it: signals see a new object. */
export class Curve {
  readonly steps: readonly number[];
  readonly batches: readonly (number | null)[];
  readonly losses: readonly number[];

  constructor(
    readonly settings: Settings | null,
    private readonly points: readonly Point[] = [],
  ) {
    this.steps = points.map(({ step }) => step);
    this.batches = points.map(({ batch }) => batch);
    this.losses = points.map(({ loss }) => loss);
  }

  get trained(): boolean {
    return this.points.length > 1;
  }

  with({ step, batchLoss, loss }: Frame): Curve {
    const last = this.points.at(-1);
    if (last && step <= last.step) return this; // the same network, looked at once more
    const points = [...this.points, { step, batch: batchLoss, loss }];
    return new Curve(this.settings, points.length > MOST ? thinned(points) : points);
  }

  belowSince(baseline: number): number | null {
    const above = this.losses.findLastIndex((loss) => !(loss < baseline));
    return this.steps[above + 1] ?? null;
  }

  /** Its losses at the steps of another run, between its own; null after its end. */
  at(steps: readonly number[]): (number | null)[] {
    let i = 0;
    return steps.map((step) => {
      while (i < this.steps.length - 1 && this.steps[i + 1]! <= step) i++;
      const [from, to] = [this.steps[i], this.steps[i + 1]];
      if (from === undefined || step < from) return null;
      if (to === undefined) return step === from ? this.losses[i]! : null;
      return this.losses[i]! + ((step - from) / (to - from)) * (this.losses[i + 1]! - this.losses[i]!);
    });
  }
}

/** The first and the last stay; the others become the means of neighbours. */
function thinned(points: readonly Point[]): Point[] {
  const inner: Point[] = [];
  for (let i = 1; i + 1 < points.length - 1; i += 2) {
    const [a, b] = [points[i]!, points[i + 1]!];
    const batch = a.batch === null || b.batch === null ? (a.batch ?? b.batch) : (a.batch + b.batch) / 2;
    inner.push({ step: b.step, batch, loss: (a.loss + b.loss) / 2 });
  }
  return [points[0]!, ...inner, points.at(-1)!];
}
