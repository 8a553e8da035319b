import type { Model } from "sluice";
import { families, type FamilyName } from "../../../distributions/index.js";
import { Random } from "../../../util/random.js";
import { featuresOf, scaleOf, writeFeatures, type Past, type Scale, type Shape, type Start } from "./tracks.js";

/** Rows that are stepped together. */
const ROWS = 16_384;

/**
 * Sample paths of the steps from each origin on (Salinas et al. 2020, section 3.1): the network reads the lookback once, then each path goes on
 * by itself from a copy of the state, each value drawn from the distribution that the values drawn before it lead to.
 * @returns levels [N, horizon, S]: the same for the same seed, whatever is computed together with it
 */
export function samplePaths(model: Model, starts: readonly Start[], shape: Shape, family: FamilyName): Float64Array {
  const { samples: S } = shape.plan;
  const out = new Float64Array(starts.length * shape.horizon * S);
  const group = Math.max(1, Math.floor(ROWS / S));
  for (let first = 0; first < starts.length; first += group) {
    const some = starts.slice(first, first + group);
    out.set(pathsOf(model, some, shape, family, first), first * shape.horizon * S);
  }
  return out;
}

/** @param first place of the first start among all, from which the random numbers of each follow */
function pathsOf(
  model: Model,
  starts: readonly Start[],
  shape: Shape,
  family: FamilyName,
  first: number,
): Float64Array {
  const { plan, lookback, horizon, counts, P } = shape;
  const { samples: S, lags, seed } = plan;
  const N = starts.length;
  const scales = starts.map(({ track, origin }) => scaleOf(track, origin, lookback, shape));
  const reading = new Frames(starts, scales, shape, 1);
  const reader = model.stream({ batch: N });
  for (let j = -lookback; j < 0; j++) {
    reading.write(j, ({ track, origin }) => ({ level: track.level, at: origin + j, first: track.begin }));
    reader.step(...reading.frames);
  }
  const writer = model.stream({ batch: N * S });
  writer.restore(reader.state().map((data) => repeatRows(data as Float32Array, N, S)));
  const furthest = lags.at(-1)!;
  // Each path has levels of its own: as many known ones as lags look back on, then those that are drawn.
  const paths = starts.flatMap(({ track, origin }) => {
    const known = Float64Array.from({ length: furthest }, (_, k) => track.level[Math.max(track.begin, origin - furthest + k)]!); // prettier-ignore
    return Array.from({ length: S }, () => {
      const path = new Float64Array(furthest + horizon);
      path.set(known);
      return path;
    });
  });
  const randoms = starts.map((_, i) => new Random(seed + 2 ** 32 * (first + i + 1)));
  const writing = new Frames(starts, scales, shape, S);
  const out = new Float64Array(N * horizon * S);
  for (let h = 0; h < horizon; h++) {
    writing.write(h, (_, row) => ({ level: paths[row]!, at: furthest + h, first: 0 }));
    const { data } = writer.step(...writing.frames);
    for (let i = 0; i < N; i++) {
      for (let s = 0; s < S; s++) {
        const row = i * S + s;
        const drawn = families[family].at(data, row * P).sample(randoms[i]!);
        const { location, scale } = scales[i]!;
        const level = counts ? drawn : location + drawn * scale;
        paths[row]![furthest + h] = level;
        out[(i * horizon + h) * S + s] = level;
      }
    }
  }
  return out;
}

/** What is fed at a step, for N starts with `copies` rows each; the arrays are used again. */
class Frames {
  readonly frames: [Float32Array, ...(Float32Array | Int32Array)[]];
  readonly #starts: readonly Start[];
  readonly #scales: readonly Scale[];
  readonly #shape: Shape;
  readonly #copies: number;
  readonly #D: number;

  constructor(starts: readonly Start[], scales: readonly Scale[], shape: Shape, copies: number) {
    this.#starts = starts;
    this.#scales = scales;
    this.#shape = shape;
    this.#copies = copies;
    this.#D = featuresOf(shape.plan, starts[0]!.track);
    const rows = starts.length * copies;
    const categories = shape.plan.categories.map((_, c) => {
      return Int32Array.from({ length: rows }, (_, row) => starts[Math.floor(row / copies)]!.track.categories[c]!);
    });
    const beside = new Float32Array(rows * shape.P);
    for (let row = 0; row < rows && shape.counts; row++) {
      const { scale } = scales[Math.floor(row / copies)]!;
      beside.set([scale, 1 / Math.sqrt(scale)], row * shape.P);
    }
    this.frames = [
      new Float32Array(rows * this.#D),
      ...categories,
      ...(shape.counts || shape.residual ? [beside] : []),
    ];
  }

  /** @param j step from the origin on */
  write(j: number, pastOf: (start: Start, row: number) => Past): void {
    const { plan, residual, P } = this.#shape;
    const beside = this.frames.at(-1)!;
    for (const [i, start] of this.#starts.entries()) {
      for (let row = i * this.#copies; row < (i + 1) * this.#copies; row++) {
        const [out, offset] = [this.frames[0], row * this.#D];
        writeFeatures(out, offset, start.track, start.origin + j, pastOf(start, row), this.#scales[i]!, plan);
        if (residual) beside[row * P] = out[offset]!; // lag 1 is the first feature
      }
    }
  }
}

/** [N, H] → [N · S, H] */
function repeatRows(data: Float32Array, N: number, S: number): Float32Array {
  const H = data.length / N;
  const out = new Float32Array(data.length * S);
  for (let i = 0; i < N; i++) for (let s = 0; s < S; s++) out.set(data.subarray(i * H, (i + 1) * H), (i * S + s) * H);
  return out;
}
