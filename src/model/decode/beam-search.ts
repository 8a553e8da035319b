/**
 * Beam search for many sequences at once, told nothing of the model but a function that gives the logits of the next token. Scores are
 * those of Wu et al. 2016 (GNMT, arXiv 1609.08144, equation 14).
 */
import type { TensorData } from "../../tensor/dtype.js";

export interface BeamOptions {
  /** Sequences that are written. */
  readonly count: number;
  /** V */
  readonly vocabularySize: number;
  readonly start: number;
  readonly end: number;
  /** Tokens that are never written. */
  readonly banned: readonly number[];
  /** K, the hypotheses that are followed of each sequence; 1 is greedy search. */
  readonly beamWidth: number;
  /** α: log P(y) is divided by ((5 + |y|) / 6)^α. */
  readonly lengthPenalty: number;
  /** β: β Σ_s ln min(Σ_t a_ts, 1) is added, a the attention. */
  readonly coveragePenalty: number;
  /** The most tokens of a sequence, its end included. */
  readonly maxLength: (sequence: number) => number;
  /** S of a sequence: how many of the attention's columns count. */
  readonly sourceLength: (sequence: number) => number;
}

/** What the model says to one token in each of count · K rows. */
export interface BeamStep {
  /** [rows, V] */
  readonly logits: TensorData;
  /** [rows, S] */
  readonly attention: TensorData;
}

/** Feeds a token to each row, whose state is that of row `from` after the step before. */
export type BeamModel = (tokens: Int32Array, from: Int32Array) => BeamStep;

/** One way to go on, as search.ts keeps it: the tokens are found by walking back. */
interface Node {
  readonly before: Node | null;
  readonly token: number;
  readonly logProbability: number;
  /** [S], as it was when the token was chosen */
  readonly attention: Float32Array;
  /** Σ_t a_ts, kept where it is asked for */
  readonly coverage: Float64Array | null;
  readonly length: number;
  /** The row of the model that has said it. */
  readonly row: number;
}

export interface Hypothesis {
  /** Without start and end. */
  readonly ids: readonly number[];
  /** ln P of the tokens, the end included. */
  readonly logProbability: number;
  /** What hypotheses are ranked by. */
  readonly score: number;
  /** Whether it came to its end, before maxLength did. */
  readonly finished: boolean;
  /** For each token of `ids`, and last for the end where it was said, how much it looked at each step of the source. */
  readonly attention: readonly Float32Array[];
}

/** @returns for each sequence its best hypotheses, at most K, the best first */
export function beamSearch(model: BeamModel, options: BeamOptions): Hypothesis[][] {
  const { count, beamWidth: K } = options;
  const beams = Array.from({ length: count }, (_, i) => new Beam(options, i));
  const tokens = new Int32Array(count * K).fill(options.start);
  const from = Int32Array.from(tokens, (_, row) => row);
  while (beams.some((beam) => !beam.done)) {
    const step = model(tokens, from);
    for (const beam of beams) if (!beam.done) beam.advance(step, tokens, from);
  }
  return beams.map((beam) => beam.results());
}

/** The hypotheses of one sequence. */
class Beam {
  done = false;
  readonly #columns: number;
  readonly #maxLength: number;
  readonly #finished: { node: Node; score: number }[] = [];
  #live: (Node | null)[] = [null];
  readonly #first: number;

  constructor(
    private readonly options: BeamOptions,
    index: number,
  ) {
    this.#columns = options.sourceLength(index);
    this.#maxLength = options.maxLength(index);
    this.#first = index * options.beamWidth;
  }

  /** Takes the model's step, and says which tokens to feed next and from which rows. */
  advance(step: BeamStep, tokens: Int32Array, from: Int32Array): void {
    const { beamWidth: K, end } = this.options;
    const live: Node[] = [];
    for (const [rank, node] of this.#candidates(step).entries()) {
      if (node.token !== end) live.push(node);
      else if (rank < K) this.#finished.push({ node, score: this.#score(node) });
      if (live.length === K) break;
    }
    this.#finished.sort((a, b) => b.score - a.score).splice(K);
    const length = live[0]?.length ?? Infinity;
    if (length >= this.#maxLength || this.#isDecided(live)) this.done = true;
    this.#live = live;
    for (let i = 0; i < K; i++) {
      const node = live[i] ?? live[0];
      tokens[this.#first + i] = node?.token ?? end;
      from[this.#first + i] = node?.row ?? this.#first;
    }
  }

  /** Whether no hypothesis that is followed can still beat the best finished one. */
  #isDecided(live: readonly Node[]): boolean {
    const best = this.#finished[0];
    if (live.length === 0) return true;
    if (!best) return false;
    // More tokens only make a logarithm smaller, and a coverage is at best no penalty.
    return live[0]!.logProbability / this.#penalty(this.#maxLength) <= best.score;
  }

  /** The 2K likeliest ways to go on, the likeliest first: as many of them end as there are beams, at most. */
  #candidates({ logits, attention }: BeamStep): Node[] {
    const { beamWidth: K, vocabularySize: V, banned } = this.options;
    const best: { value: number; token: number; beam: number }[] = [];
    for (const [beam, node] of this.#live.entries()) {
      const at = (this.#first + beam) * V;
      const base = (node?.logProbability ?? 0) - logSumExp(logits, at, V);
      for (let token = 1; token < V; token++) {
        const value = base + logits[at + token]!;
        if ((best.length === 2 * K && value <= best.at(-1)!.value) || banned.includes(token)) continue;
        let place = best.length;
        while (place > 0 && best[place - 1]!.value < value) place--;
        best.splice(place, 0, { value, token, beam });
        if (best.length > 2 * K) best.pop();
      }
    }
    const columns = attention.length / (logits.length / V);
    return best.map(({ value, token, beam }) => {
      const row = this.#first + beam;
      const before = this.#live[beam] ?? null;
      const looked = Float32Array.from(attention.subarray(row * columns, row * columns + this.#columns));
      return {
        before, token, logProbability: value, attention: looked, coverage: this.#cover(before, looked),
        length: (before?.length ?? 0) + 1, row,
      }; // prettier-ignore
    });
  }

  #cover(before: Node | null, looked: Float32Array): Float64Array | null {
    if (this.options.coveragePenalty === 0) return null;
    return Float64Array.from(looked, (a, s) => a + (before?.coverage?.[s] ?? 0));
  }

  /** lp(y) = ((5 + |y|) / (5 + 1))^α */
  #penalty(length: number): number {
    return ((5 + length) / 6) ** this.options.lengthPenalty;
  }

  /** s(y) = log P(y) / lp(y) + β Σ_s ln min(Σ_t a_ts, 1) */
  #score({ logProbability, length, coverage }: Node): number {
    const covered = coverage?.reduce((sum, a) => sum + Math.log(Math.min(a, 1)), 0) ?? 0;
    return logProbability / this.#penalty(length) + this.options.coveragePenalty * covered;
  }

  results(): Hypothesis[] {
    if (this.#finished.length > 0) return this.#finished.map(({ node, score }) => hypothesisOf(node, score, true));
    const cut = this.#live.filter((node) => node !== null);
    return cut.map((node) => hypothesisOf(node, this.#score(node), false)).sort((a, b) => b.score - a.score);
  }
}

function hypothesisOf(last: Node, score: number, finished: boolean): Hypothesis {
  const path: Node[] = [];
  for (let node: Node | null = last; node; node = node.before) path.unshift(node);
  const ids = path.map((node) => node.token);
  if (finished) ids.pop();
  const attention = path.map((node) => node.attention);
  return { ids, logProbability: last.logProbability, score, finished, attention };
}

function logSumExp(values: TensorData, from: number, n: number): number {
  let largest = -Infinity;
  for (let i = from; i < from + n; i++) if (values[i]! > largest) largest = values[i]!;
  let sum = 0;
  for (let i = from; i < from + n; i++) sum += Math.exp(values[i]! - largest);
  return largest + Math.log(sum);
}
