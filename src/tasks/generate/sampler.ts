import type { Random } from "sluice";

export interface SamplerOptions {
  /** Divides the logits; 0 takes the likeliest, the first of equal ones. */
  readonly temperature: number;
  /** Keeps this many of the likeliest. */
  readonly topK?: number | undefined;
  /** Keeps the fewest of the likeliest whose probabilities reach this sum (nucleus, Holtzman et al. 2020). */
  readonly topP?: number | undefined;
}

/** Draws from logits: temperature first, then top-k, then top-p, in float64. Allocates nothing after it is made. */
export class Sampler {
  readonly #options: SamplerOptions;
  readonly #p: Float64Array;
  readonly #order: Int32Array;
  readonly #banned: number;

  /** @param banned a number that is never drawn */
  constructor(V: number, options: SamplerOptions, banned = -1) {
    this.#options = options;
    this.#p = new Float64Array(V);
    this.#order = new Int32Array(V);
    this.#banned = banned;
  }

  /** The probabilities that `draw` draws from; overwritten by the next call. */
  distribution(logits: ArrayLike<number>): Float64Array {
    const { temperature, topK = Infinity, topP = 1 } = this.#options;
    const p = this.#p;
    const best = this.#likeliest(logits);
    if (temperature === 0) {
      p.fill(0);
      p[best] = 1;
      return p;
    }
    const largest = logits[best]!;
    for (let i = 0; i < p.length; i++) p[i] = i === this.#banned ? 0 : Math.exp((logits[i]! - largest) / temperature);
    this.#normalize();
    if (topK < p.length || topP < 1) this.#cut(topK, topP);
    return p;
  }

  draw(logits: ArrayLike<number>, random: Random): number {
    const p = this.distribution(logits);
    let left = random.uniform();
    let last = 0;
    for (let i = 0; i < p.length; i++) {
      if (p[i] === 0) continue;
      last = i;
      if ((left -= p[i]!) < 0) return i;
    }
    return last; // the sum is a rounding below 1
  }

  #likeliest(logits: ArrayLike<number>): number {
    let best = this.#banned === 0 ? 1 : 0;
    for (let i = best + 1; i < logits.length; i++) if (i !== this.#banned && logits[i]! > logits[best]!) best = i;
    return best;
  }

  /** Sets to 0 what is not among the likeliest; of equal ones the first stay. */
  #cut(topK: number, topP: number): void {
    const p = this.#p;
    const order = this.#order;
    for (let i = 0; i < p.length; i++) order[i] = i;
    order.sort((a, b) => p[b]! - p[a]! || a - b);
    const most = Math.min(topK, p.length);
    let kept = 0;
    let whole = 0;
    for (let i = 0; i < most; i++) whole += p[order[i]!]!;
    for (let sum = 0; kept < most && sum < topP * whole; kept++) sum += p[order[kept]!]!;
    for (let i = Math.max(1, kept); i < p.length; i++) p[order[i]!] = 0;
    this.#normalize();
  }

  #normalize(): void {
    const p = this.#p;
    let sum = 0;
    for (let i = 0; i < p.length; i++) sum += p[i]!;
    for (let i = 0; i < p.length; i++) p[i]! /= sum;
  }
}
