import { CountTable } from "./count-table.js";

/**
 * An n-gram model with Witten-Bell smoothing (Witten and Bell 1991, method C; Chen and Goodman 1999, section 2.5), each order
 * interpolated with the next shorter context h', down to the uniform distribution:
 *
 *     P(w | h) = (c(h w) + t(h) P(w | h')) / (c(h) + t(h))
 *
 * c counts in the training part, t(h) is the number of different pieces that follow h there.
 */
export class NGram {
  /** n: the next piece and n - 1 before it. */
  readonly order: number;
  readonly #unigram: Float64Array;
  /** By length of the context, from 1 on. */
  readonly #levels: readonly Level[];

  /**
   * @param ids pieces of the training part, from 0 to V - 1
   * @param order n, lowered where Vⁿ would leave the whole numbers that a float64 holds: counts are exact, nothing collides
   */
  constructor(
    ids: ArrayLike<number>,
    readonly V: number,
    order: number,
  ) {
    this.order = Math.max(1, Math.min(order, Math.floor((53 * Math.LN2) / Math.log(V))));
    const counts = new Float64Array(V);
    for (let i = 0; i < ids.length; i++) counts[ids[i]!]!++;
    this.#unigram = unigramOf(counts);
    this.#levels = Array.from({ length: this.order - 1 }, (_, k) => levelOf(ids, V, k + 1));
  }

  /** P(ids[at] | those before it), as many of them as the order takes and there are from `begin` on. */
  probability(ids: ArrayLike<number>, at: number, begin = 0): number {
    const w = ids[at]!;
    let p = this.#unigram[w]!;
    let h = 0;
    let scale = 1;
    for (const [k, level] of this.#levels.entries()) {
      if (at - k - 1 < begin) break;
      h += ids[at - k - 1]! * scale;
      scale *= this.V;
      const total = level.totals.get(h);
      if (total === 0) break; // no longer context has come either
      const types = level.types.get(h);
      p = (level.pairs.get(h * this.V + w) + types * p) / (total + types);
    }
    return p;
  }
}

/** Counts for contexts of one length; a context is the number whose digits in base V are its pieces, the last one lowest. */
interface Level {
  /** c(h w), by h·V + w */
  readonly pairs: CountTable;
  /** c(h) */
  readonly totals: CountTable;
  /** t(h) */
  readonly types: CountTable;
}

function levelOf(ids: ArrayLike<number>, V: number, length: number): Level {
  const [pairs, totals, types] = [new CountTable(), new CountTable(), new CountTable()];
  const modulus = V ** (length - 1);
  let h = 0;
  for (let i = 0; i < ids.length; i++) {
    if (i >= length) {
      totals.add(h);
      if (pairs.add(h * V + ids[i]!) === 1) types.add(h);
    }
    h = (h % modulus) * V + ids[i]!;
  }
  return { pairs, totals, types };
}

/** The same smoothing without context: (c(w) + t / V) / (N + t), t different pieces among N. */
export function unigramOf(counts: ArrayLike<number>): Float64Array {
  const list = Float64Array.from(counts);
  const types = list.filter((n) => n > 0).length;
  const total = list.reduce((sum, n) => sum + n, 0);
  return list.map((n) => (n + types / list.length) / (total + types));
}
