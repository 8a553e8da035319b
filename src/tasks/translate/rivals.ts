/** What a network that translates is measured against. */
import { check, show } from "../../util/errors.js";
import { MOST_JSON } from "../baselines/saved.js";
import type { Codec } from "./codec.js";

export interface Rival {
  readonly name: string;
  readonly kind: "trivial" | "simple";
  translate(source: string): string;
}

/** Names and numbers stay the same in many languages. */
export const copying: Rival = { name: "the source itself", kind: "trivial", translate: (source) => source };

/**
 * The translation of the training sentence that is most alike: by the cosine of their tokens, weighed by tf · ln(N / df), of equal ones the first.
 * A sentence that shares no token with any gets the first sentence's.
 */
export class Nearest implements Rival {
  readonly name = "the most similar sentence's";
  readonly kind = "simple";
  readonly #norms: Float64Array;
  /** For each token the sentences that have it, and how often. */
  readonly #places = new Map<string, { at: number[]; counts: number[] }>();

  constructor(
    private readonly sources: readonly string[],
    private readonly targets: readonly string[],
    private readonly codec: Codec,
  ) {
    for (const [i, source] of sources.entries()) {
      for (const [token, count] of countsOf(codec.split(source))) {
        const places = this.#places.get(token) ?? { at: [], counts: [] };
        places.at.push(i);
        places.counts.push(count);
        this.#places.set(token, places);
      }
    }
    const squares = new Float64Array(sources.length);
    for (const { at, counts } of this.#places.values()) {
      const idf = this.#idf(at.length);
      for (const [j, i] of at.entries()) squares[i]! += (counts[j]! * idf) ** 2;
    }
    this.#norms = squares.map(Math.sqrt);
  }

  #idf(documents: number): number {
    return Math.log((1 + this.sources.length) / documents);
  }

  translate(source: string): string {
    const dots = new Float64Array(this.sources.length);
    for (const [token, count] of countsOf(this.codec.split(source))) {
      const places = this.#places.get(token);
      if (!places) continue;
      const weight = count * this.#idf(places.at.length) ** 2;
      for (const [j, i] of places.at.entries()) dots[i]! += weight * places.counts[j]!;
    }
    let best = 0;
    const likeness = (i: number) => (this.#norms[i] === 0 ? 0 : dots[i]! / this.#norms[i]!);
    for (let i = 1; i < dots.length; i++) if (likeness(i) > likeness(best)) best = i;
    return this.targets[best]!;
  }

  /** Null where a model file would become too large. */
  saved(): object | null {
    const pairs = { sources: this.sources, targets: this.targets };
    return JSON.stringify(pairs).length > MOST_JSON ? null : pairs;
  }

  static revive(saved: unknown, codec: Codec): Nearest {
    const { sources, targets } = (saved ?? {}) as Record<string, unknown>;
    const isTexts = (list: unknown): list is string[] =>
      Array.isArray(list) && list.every((t) => typeof t === "string");
    const fits = isTexts(sources) && isTexts(targets) && sources.length === targets.length && sources.length > 0;
    check(fits, () => `translate: the saved model must hold the pairs of its baseline, got ${show(saved)}`);
    return new Nearest(sources as string[], targets as string[], codec);
  }
}

function countsOf(tokens: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}
