import type { Frame } from "./protocol.js";
import type { Settings } from "./settings.js";

/** With more points than these, neighbours are made one, and from then on so many more frames make a point. */
const MOST = 500;

interface Point {
  readonly step: number;
  readonly batch: number | null;
  readonly loss: number;
  /** Frames whose mean it is. */
  readonly frames: number;
}

/** The losses of a run, evenly thinned as it grows. Never changed: a frame more is another curve, as signals want it. */
export class Curve {
  readonly steps: readonly number[];
  readonly batches: readonly (number | null)[];
  readonly losses: readonly number[];

  /** @param every so many frames make a point */
  constructor(
    readonly settings: Settings | null,
    private readonly points: readonly Point[] = [],
    private readonly every = 1,
  ) {
    this.steps = points.map(({ step }) => step);
    this.batches = points.map(({ batch }) => batch);
    this.losses = points.map(({ loss }) => loss);
  }

  get trained(): boolean {
    return this.points.length > 1;
  }

  with({ step, batchLoss, loss }: Frame): Curve {
    const { points, every } = this;
    const last = points.at(-1);
    if (last && step <= last.step) return this; // the same network, looked at once more
    const point = { step, batch: batchLoss, loss, frames: 1 };
    const grows = last && points.length > 1 && last.frames < every;
    const all = grows ? [...points.slice(0, -1), joined(last, point)] : [...points, point];
    return all.length > MOST ? new Curve(this.settings, halved(all), 2 * every) : new Curve(this.settings, all, every);
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

function joined(a: Point, b: Point): Point {
  const frames = a.frames + b.frames;
  const mean = (x: number, y: number) => (x * a.frames + y * b.frames) / frames;
  const batch = a.batch === null || b.batch === null ? (a.batch ?? b.batch) : mean(a.batch, b.batch);
  return { step: b.step, batch, loss: mean(a.loss, b.loss), frames };
}

/** The first, of the untrained network, stays by itself. */
function halved([first, ...rest]: readonly Point[]): Point[] {
  const pairs = rest.flatMap((point, i) => (i % 2 === 0 ? [rest[i + 1] ? joined(point, rest[i + 1]!) : point] : []));
  return [first!, ...pairs];
}
