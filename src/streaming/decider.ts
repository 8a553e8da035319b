import { checkOptions, checkRange } from "../util/checks.js";
import { check, show } from "../util/errors.js";

/** How probabilities that change with every frame become decisions; times in seconds. */
export interface DecisionOptions {
  /** Probabilities are averaged over the last so many seconds. Default 0.2. */
  smooth?: number;
  /** A class is on from where its average reaches this share … Default 0.6. */
  on?: number;
  /** … until it falls below this one, which is lower, so that nothing flickers (hysteresis, as of a Schmitt trigger). Default 0.4. */
  off?: number;
  /** After a class has gone off, it cannot go on again for so long. Default 0.2. */
  rest?: number;
  /** A class must stay above `on` for so long before it counts. Default 0. */
  least?: number;
}

const DEFAULTS: Required<DecisionOptions> = { smooth: 0.2, on: 0.6, off: 0.4, rest: 0.2, least: 0 };

/** What was decided, when it begins ("on") and when it ends ("off"). */
export interface Decision {
  readonly kind: "on" | "off";
  readonly label: string;
  /** Seconds since the stream began. */
  readonly time: number;
  /** The averaged probability: now, and at "off" the largest there was while it was on. */
  readonly confidence: number;
}

/**
 * From probabilities frame by frame to decisions: a moving average over w frames (Chen, Parada and Heigold 2014, eq. 1), then two
 * thresholds. p̄_k(t) = 1/w Σ_(j=t−w+1)^t p_k(j), with fewer frames at the beginning. At most one class is on.
 */
export class Decider {
  readonly labels: readonly string[];
  readonly options: Required<DecisionOptions>;
  /** p̄ of the last frame. */
  readonly smoothed: Float64Array;
  readonly #background: number;
  readonly #frame: number;
  /** The last w frames, in a ring, and their sums. */
  readonly #ring: Float64Array;
  readonly #sums: Float64Array;
  readonly #width: number;
  /** Frames since each class went off. */
  readonly #resting: Float64Array;
  #count = 0;
  #on = -1;
  #peak = 0;
  #above = 0;
  #candidate = -1;

  /**
   * @param labels the classes, in the order of the probabilities
   * @param frame seconds from one frame to the next
   * @param background the class that stands for nothing; null where there is none
   */
  constructor(labels: readonly string[], frame: number, background: string | null, options: DecisionOptions = {}) {
    const where = "decider";
    checkOptions(where, options, Object.keys(DEFAULTS));
    this.options = { ...DEFAULTS, ...options };
    const { smooth, on, off, rest, least } = this.options;
    for (const [name, value] of Object.entries({ on, off })) checkRange(where, name, value, 0, 1);
    for (const [name, value] of Object.entries({ smooth, rest, least })) checkRange(where, name, value, 0);
    check(off <= on, () => `${where}: off must not be above on, got off ${off} and on ${on}`);
    check(Number.isFinite(frame) && frame > 0, () => `${where}: a frame must last longer than 0 s, got ${show(frame)}`);
    const at = background === null ? -1 : labels.indexOf(background);
    check(background === null || at >= 0, () => {
      return `${where}: background must be one of ${labels.join(", ")}, got ${show(background)}`;
    });
    this.labels = labels;
    this.#background = at;
    this.#frame = frame;
    this.#width = Math.max(1, Math.round(smooth / frame));
    this.#ring = new Float64Array(this.#width * labels.length);
    this.#sums = new Float64Array(labels.length);
    this.smoothed = new Float64Array(labels.length);
    this.#resting = new Float64Array(labels.length).fill(Infinity);
  }

  /** The class that is on; null where none is. */
  get active(): string | null {
    return this.#on < 0 ? null : this.labels[this.#on]!;
  }

  /** Seconds of what has been seen. */
  get time(): number {
    return this.#count * this.#frame;
  }

  /** Takes the probabilities of the next frame; nothing is allocated but the decisions, which are few. */
  step(probabilities: ArrayLike<number>, onDecision: (decision: Decision) => void): void {
    check(probabilities.length === this.labels.length, () => {
      return `decider: expected ${this.labels.length} probabilities (${this.labels.join(", ")}), got ${probabilities.length}`;
    });
    this.#average(probabilities);
    const best = this.#best();
    for (let k = 0; k < this.#resting.length; k++) this.#resting[k]!++;
    const { on, off, least } = this.options;
    const overtaken = best >= 0 && best !== this.#on && this.smoothed[best]! >= on;
    if (this.#on >= 0) {
      this.#peak = Math.max(this.#peak, this.smoothed[this.#on]!);
      if (this.smoothed[this.#on]! < off || overtaken) this.#turnOff(onDecision);
    }
    const rising = this.#on < 0 && best >= 0 && this.smoothed[best]! >= on;
    this.#above = rising && best === this.#candidate ? this.#above + 1 : Number(rising);
    this.#candidate = rising ? best : -1;
    if (rising && this.#rested(best) && this.#above * this.#frame >= least) this.#turnOn(best, onDecision);
  }

  /** The stream has ended: what is on goes off. Then it stands at its beginning. */
  end(onDecision: (decision: Decision) => void): void {
    if (this.#on >= 0) this.#turnOff(onDecision);
    this.reset();
  }

  reset(): void {
    for (const array of [this.#ring, this.#sums, this.smoothed]) array.fill(0);
    this.#resting.fill(Infinity);
    this.#count = this.#above = this.#peak = 0;
    this.#on = this.#candidate = -1;
  }

  #average(p: ArrayLike<number>): void {
    const K = this.labels.length;
    const row = (this.#count++ % this.#width) * K;
    const n = Math.min(this.#count, this.#width);
    for (let k = 0; k < K; k++) {
      const value = p[k]!;
      check(Number.isFinite(value), () => `decider: the probability of ${this.labels[k]} is ${value}`);
      this.#sums[k]! += value - this.#ring[row + k]!;
      this.#ring[row + k] = value;
      this.smoothed[k] = this.#sums[k]! / n;
    }
    if (row !== (this.#width - 1) * K) return;
    // Once in a round the sums are made anew, so that rounding does not add up in a stream of days.
    for (let k = 0; k < K; k++) {
      let sum = 0;
      for (let j = k; j < this.#ring.length; j += K) sum += this.#ring[j]!;
      this.#sums[k] = sum;
    }
  }

  #best(): number {
    let best = -1;
    for (let k = 0; k < this.smoothed.length; k++)
      if (k !== this.#background && (best < 0 || this.smoothed[k]! > this.smoothed[best]!)) best = k;
    return best;
  }

  #rested(k: number): boolean {
    return this.#resting[k]! * this.#frame >= this.options.rest;
  }

  #turnOn(k: number, onDecision: (decision: Decision) => void): void {
    this.#on = k;
    this.#peak = this.smoothed[k]!;
    this.#above = 0;
    onDecision({ kind: "on", label: this.labels[k]!, time: this.time, confidence: this.#peak });
  }

  #turnOff(onDecision: (decision: Decision) => void): void {
    const k = this.#on;
    this.#on = -1;
    this.#resting[k] = 0;
    onDecision({ kind: "off", label: this.labels[k]!, time: this.time, confidence: this.#peak });
  }
}
