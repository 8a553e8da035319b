import type { Random } from "sluice";
import { normal } from "../../util/normal.js";
import type { Frames } from "./frames.js";
import type { TranscribeOptions } from "./options.js";

export type Augmentation = Pick<TranscribeOptions, "tempo" | "warp" | "noise" | "timeMasks" | "bandMasks">;

/** Frames that a mask hides, at most: 0.1 s. */
const MASKED_FRAMES = 10;
/** Share of the bands that a mask hides, at most. */
const MASKED_BANDS = 0.2;

/**
 * A clip as another speaker might have said it elsewhere, in the domain of features: another tempo (as speed perturbation, Ko et al.
 * 2015, but without its pitch), other resonances (vocal tract length perturbation, Jaitly and Hinton 2013), noise, and masks of time and
 * of bands (SpecAugment, Park et al. 2019, arXiv 1904.08779; hidden is 0, the mean).
 * @param least frames that must be left
 */
export function augmented(frames: Frames, options: Augmentation, random: Random, least: number): Frames {
  const stretch = 1 + options.tempo * (2 * random.uniform() - 1);
  const length = Math.max(least, Math.round(frames.length * stretch), 1);
  const factor = 1 + options.warp * (2 * random.uniform() - 1);
  const values = resampled(frames, length, factor);
  const { bands } = frames;
  if (options.noise > 0) {
    const deviation = options.noise * random.uniform();
    for (let i = 0; i < values.length; i++) values[i]! += deviation * normal(random);
  }
  for (let n = 0; n < options.timeMasks; n++) {
    const width = random.below(Math.min(MASKED_FRAMES, length - 1) + 1);
    const from = random.below(length - width + 1);
    values.fill(0, from * bands, (from + width) * bands);
  }
  for (let n = 0; n < options.bandMasks; n++) {
    const width = random.below(Math.floor(MASKED_BANDS * bands) + 1);
    const from = random.below(bands - width + 1);
    for (let t = 0; t < length; t++) values.fill(0, t * bands + from, t * bands + from + width);
  }
  return { values, length, bands };
}

/** By straight lines between neighbours: `length` frames in time, and band b taken from b · factor; the last band goes on beyond. */
function resampled({ values, length: T, bands }: Frames, length: number, factor: number): Float32Array {
  const out = new Float32Array(length * bands);
  const inBand = Array.from({ length: bands }, (_, b) => between(b * factor, bands));
  for (let t = 0; t < length; t++) {
    const [t0, t1, u] = between(length === 1 ? 0 : (t * (T - 1)) / (length - 1), T);
    const [above, below] = [t0 * bands, t1 * bands];
    for (let b = 0; b < bands; b++) {
      const [b0, b1, v] = inBand[b]!;
      const first = values[above + b0]! * (1 - v) + values[above + b1]! * v;
      const second = values[below + b0]! * (1 - v) + values[below + b1]! * v;
      out[t * bands + b] = first * (1 - u) + second * u;
    }
  }
  return out;
}

/** The neighbours of a place among n, and how far it lies from the first to the second. */
function between(at: number, n: number): readonly [low: number, high: number, share: number] {
  const low = Math.min(Math.floor(at), n - 1);
  return [low, Math.min(low + 1, n - 1), Math.min(at - low, 1)];
}
