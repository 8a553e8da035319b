import { check, show } from "../util/errors.js";
import { defineMetric, type Rows } from "./metric.js";

/**
 * Area under the ROC curve: the probability that a positive scores above a negative, ties counting one half (Hanley and
 * McNeil 1982, doi 10.1148/radiology.143.1.7063747). With several units each class is set against all others, and the mean
 * over the classes that have positives and negatives is taken. NaN while there are none.
 * @param options.numThresholds null: exact, all scores are kept and sorted in `result()`. A whole number of at least 3: scores
 *   within [0, 1] are counted in so many steps, which needs little memory; Keras does it with 200. Default null
 */
export const auc = defineMetric("auc", { numThresholds: null as number | null }, ({ numThresholds }, where) => {
  check(numThresholds === null || (Number.isInteger(numThresholds) && numThresholds >= 3), () => {
    return `${where}: numThresholds must be null or a whole number of at least 3, got ${show(numThresholds)}`;
  });
  let classes: Scores[] = [];
  const make = () => (numThresholds === null ? new SortedScores() : new CountedScores(numThresholds));
  return {
    reset() {
      classes = [];
    },
    update(batch) {
      while (classes.length < batch.n) classes.push(make());
      for (let c = 0; c < batch.n; c++) addClass(classes[c]!, batch, c);
    },
    state: () => [classes.length, ...classes.flatMap((scores) => scores.state())],
    restore([count, ...numbers]) {
      const each = numbers.length / count!;
      classes = Array.from({ length: count! }, (_, c) => {
        const scores = make();
        scores.restore(numbers.slice(c * each, (c + 1) * each));
        return scores;
      });
    },
    result() {
      const areas = classes.map((scores) => scores.area()).filter((area) => !Number.isNaN(area));
      return areas.reduce((sum, area) => sum + area, 0) / areas.length;
    },
  };
});

interface Scores {
  add(score: number, positive: boolean, weight: number): void;
  area(): number;
  state(): number[];
  restore(state: readonly number[]): void;
}

function addClass(scores: Scores, { t, p, rows, n, m, weight }: Rows, c: number): void {
  for (let r = 0; r < rows; r++) {
    const w = weight(r);
    if (w !== 0) scores.add(p[r * n + c]!, m === n ? t[r * n + c]! > 0.5 : t[r] === c, w);
  }
}

/** Adds up the area from groups of equal scores, highest score first. */
class Area {
  #positives = 0;
  #negatives = 0;
  #pairs = 0;

  /** The weights of the positives and the negatives with the next lower score. */
  add(positive: number, negative: number): void {
    this.#pairs += negative * (this.#positives + positive / 2);
    this.#positives += positive;
    this.#negatives += negative;
  }

  /** NaN, 0/0, without positives or without negatives. */
  get value(): number {
    return this.#pairs / (this.#positives * this.#negatives);
  }
}

/** Every score with its weight, negative weights standing for negatives; the arrays double when they are full. */
class SortedScores implements Scores {
  #scores = new Float64Array(256);
  #weights = new Float64Array(256);
  #count = 0;
  #area: number | null = null;

  add(score: number, positive: boolean, weight: number): void {
    if (this.#count === this.#scores.length)
      [this.#scores, this.#weights] = [doubled(this.#scores), doubled(this.#weights)];
    this.#scores[this.#count] = score;
    this.#weights[this.#count++] = positive ? weight : -weight;
    this.#area = null;
  }

  area(): number {
    return (this.#area ??= this.#sortedArea());
  }

  /** Score and weight, in turns. */
  state(): number[] {
    return Array.from({ length: 2 * this.#count }, (_, i) => (i % 2 ? this.#weights : this.#scores)[i >> 1]!);
  }

  restore(state: readonly number[]): void {
    for (let i = 0; i < state.length; i += 2) this.add(state[i]!, state[i + 1]! > 0, Math.abs(state[i + 1]!));
  }

  #sortedArea(): number {
    const scores = this.#scores;
    const order = new Uint32Array(this.#count).map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
    const area = new Area();
    let [positive, negative] = [0, 0];
    for (let k = 0; k < order.length; k++) {
      const w = this.#weights[order[k]!]!;
      if (w > 0) positive += w;
      else negative -= w;
      if (k + 1 < order.length && scores[order[k]!] === scores[order[k + 1]!]) continue;
      area.add(positive, negative);
      [positive, negative] = [0, 0];
    }
    return area.value;
  }
}

function doubled(old: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(2 * old.length);
  grown.set(old);
  return grown;
}

/** Weights of positives and negatives in bins between Keras's thresholds -ε, 1/(T-1), …, (T-2)/(T-1), 1 + ε. */
class CountedScores implements Scores {
  readonly #positives: Float64Array;
  readonly #negatives: Float64Array;

  constructor(numThresholds: number) {
    this.#positives = new Float64Array(numThresholds - 1);
    this.#negatives = new Float64Array(numThresholds - 1);
  }

  add(score: number, positive: boolean, weight: number): void {
    const bins = this.#positives.length;
    const bin = Math.min(Math.max(Math.ceil(score * bins) - 1, 0), bins - 1);
    (positive ? this.#positives : this.#negatives)[bin]! += weight;
  }

  state(): number[] {
    return [...this.#positives, ...this.#negatives];
  }

  restore(state: readonly number[]): void {
    const bins = this.#positives.length;
    this.#positives.set(state.slice(0, bins));
    this.#negatives.set(state.slice(bins));
  }

  area(): number {
    const area = new Area();
    for (let bin = this.#positives.length - 1; bin >= 0; bin--) area.add(this.#positives[bin]!, this.#negatives[bin]!);
    return area.value;
  }
}
