import { check, show } from "../../util/errors.js";
import { fitLogistic, logisticOf, type Logistic } from "../baselines/logistic.js";
import { MOST_NUMBERS } from "../baselines/saved.js";
import { segmentMeans } from "../classify/sequence.js";
import type { Spoken } from "./batches.js";
import type { Frames } from "./frames.js";
import type { Rival } from "./rivals.js";

/** How a clip is cut at its pauses. */
interface Cut {
  /** Where loud begins, from the clip's quiet (its 5th percentile of the bands' mean) at 0 to its loud (95th) at 1. */
  readonly threshold: number;
  /** Frames below it that do not yet end a piece. */
  readonly gap: number;
}

const THRESHOLDS = [0.2, 0.3, 0.4, 0.5, 0.6];
const GAPS = [2, 4, 7, 11, 16];
/** Frames that a piece has at least. */
const SHORTEST = 6;
/** Parts of a piece whose means the regression sees. */
const PARTS = 6;
/** Share of the training clips whose pieces must be as many as their symbols, or there are no pauses to speak of. */
const LEAST_MATCHED = 0.1;
/** Pieces that the regression is fitted on, at most. */
const MOST_PIECES = 3000;

/** Null where pauses do not part symbols. */
export function fitSplit({ frames, classes }: Spoken, K: number): Rival | null {
  const cuts = THRESHOLDS.flatMap((threshold) => GAPS.map((gap) => ({ threshold, gap })));
  const fits = cuts.map((cut) => frames.flatMap((clip, i) => matched(clip, classes[i]!, cut)));
  const counts = fits.map((pieces) => pieces.length);
  const best = counts.indexOf(Math.max(...counts));
  const pieces = fits[best]!.slice(0, MOST_PIECES);
  const wanted = classes.reduce((sum, { length }) => sum + length, 0);
  if (counts[best]! < LEAST_MATCHED * wanted || pieces.length < K) return null;
  const model = fitLogistic(pieces.map(({ row }) => row), pieces.map(({ symbol }) => symbol - 1), K - 1); // prettier-ignore
  return splitRival(cuts[best]!, model, K);
}

/** The pieces of a clip with their symbols, where there are as many of both. */
function matched(clip: Frames, text: readonly number[], cut: Cut): { row: Float64Array; symbol: number }[] {
  const pieces = piecesOf(clip, cut);
  return pieces.length === text.length ? pieces.map((piece, n) => ({ row: rowOf(piece), symbol: text[n]! })) : [];
}

function splitRival(cut: Cut, model: Logistic, K: number): Rival {
  return {
    name: "splitting at pauses, and logistic regression on the pieces",
    kind: "simple",
    predict(frames) {
      return frames.map((clip) => {
        const p = model.probabilities(piecesOf(clip, cut).map(rowOf));
        return Array.from({ length: p.length / (K - 1) }, (_, n) => {
          const row = p.subarray(n * (K - 1), (n + 1) * (K - 1));
          return row.indexOf(Math.max(...row)) + 1;
        });
      });
    },
    saved() {
      if (model.weights.length > MOST_NUMBERS) return null;
      return { kind: "split", cut, weights: [...model.weights] };
    },
  };
}

export function reviveSplit(saved: unknown, K: number): Rival {
  const { cut, weights } = (saved ?? {}) as { cut?: Partial<Cut>; weights?: unknown };
  const fits =
    Number.isFinite(cut?.threshold) &&
    Number.isInteger(cut?.gap) &&
    Array.isArray(weights) &&
    weights.length % (K - 1) === 0 &&
    weights.every(Number.isFinite);
  check(fits, () => `transcribe: the saved baseline must hold a cut and weights, got ${show(saved)}`);
  return splitRival(cut as Cut, logisticOf(Float64Array.from(weights as number[]), K - 1), K);
}

const rowOf = ({ values, length, bands }: Frames) => segmentMeans({ values, length, D: bands }, PARTS);

/** Runs of loud frames; pauses shorter than the gap lie within them. */
function piecesOf(clip: Frames, { threshold, gap }: Cut): Frames[] {
  const { values, length, bands } = clip;
  const loudness = Float64Array.from({ length }, (_, t) => {
    let sum = 0;
    for (let b = 0; b < bands; b++) sum += values[t * bands + b]!;
    return sum / bands;
  });
  const sorted = Float64Array.from(loudness).sort();
  const at = (share: number) => sorted[Math.floor(share * (length - 1))]!;
  const border = at(0.05) + threshold * (at(0.95) - at(0.05));
  const pieces: Frames[] = [];
  let [begin, last] = [-1, -1];
  const end = () => {
    if (begin >= 0 && last + 1 - begin >= SHORTEST)
      pieces.push({ values: values.subarray(begin * bands, (last + 1) * bands), length: last + 1 - begin, bands });
    begin = -1;
  };
  for (let t = 0; t < length; t++) {
    if (loudness[t]! > border) {
      if (begin < 0) begin = t;
      last = t;
    } else if (begin >= 0 && t - last > gap) end();
  }
  end();
  return pieces;
}
