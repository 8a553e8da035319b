import type { Model, Tensor } from "sluice";
import { CtcBeamDecoder, CtcGreedyDecoder } from "../../data/index.js";
import { byLength } from "./batches.js";
import { stacked, stepsOf, type Frames } from "./frames.js";
import type { Language } from "./language.js";

/** Clips that are computed together; results do not depend on it. */
const BATCH = 64;
/** A symbol that is less likely than this at a step begins no longer text there. */
const LEAST = 1e-4;

export interface Decoding {
  readonly stack: number;
  readonly beams: number;
  readonly languageWeight: number;
  readonly labelBonus: number;
  readonly language: Language | null;
}

/** What was heard in a clip. */
export interface Heard {
  /** The text by class. */
  readonly labels: readonly number[];
  /** ln p of the text; of a single beam that of the likeliest path. */
  readonly logProbability: number;
}

/** Logits of one clip: row t has the K numbers of step t. */
export interface Logits {
  readonly data: Float32Array;
  readonly steps: number;
  readonly K: number;
}

/** The network's numbers for each clip, in the order of the clips. */
export async function logitsOf(model: Model, frames: readonly Frames[], stack: number): Promise<Logits[]> {
  const out = new Array<Logits>(frames.length);
  for (const chosen of byLength(frames, BATCH)) {
    const clips = chosen.map((i) => frames[i]!);
    const y: Tensor = await model.predict(stacked(clips, stack), { batchSize: BATCH });
    const [, T, K] = y.shape as [number, number, number];
    for (const [n, i] of chosen.entries()) {
      const steps = stepsOf(frames[i]!.length, stack);
      out[i] = { data: y.data.slice(n * T * K, (n * T + steps) * K) as Float32Array, steps, K };
    }
  }
  return out;
}

export function decode({ data, steps, K }: Logits, options: Decoding): Heard {
  const row = (t: number) => data.subarray(t * K, (t + 1) * K);
  if (options.beams === 1) {
    const greedy = new CtcGreedyDecoder(K);
    for (let t = 0; t < steps; t++) greedy.push(row(t));
    return greedy;
  }
  const { beams, language, languageWeight, labelBonus } = options;
  const beam = new CtcBeamDecoder(K, 0, {
    beams,
    leastProbability: LEAST,
    labelBonus,
    ...(language && { languageModel: language.score, languageWeight }),
  });
  for (let t = 0; t < steps; t++) beam.push(row(t));
  return beam.best()[0]!;
}
