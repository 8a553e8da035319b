import { Tensor } from "../../tensor/tensor.js";
import { checkCount, checkRange } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import { stateless } from "../numbers/preprocessor.js";
import { checkSignal, normalizeClip, type AudioStep } from "./audio-step.js";
import { checkLogMel, LOG_MEL_DEFAULTS, LogMelFrames, type LogMelOptions } from "./log-mel.js";

export interface MfccOptions extends LogMelOptions {
  /** Cepstral coefficients, c_0 among them. Default 13. */
  coefficients?: number;
  /** L of the lifter that brings higher coefficients to the size of the first; 0 (default): none. HTK and Kaldi take 22. */
  lifter?: number;
  /** 1: with the slopes of all coefficients over time; 2: and the slopes of these. Default 0. */
  deltas?: 0 | 1 | 2;
  /** Frames on each side from which a slope is computed. Default 2. */
  deltaWidth?: number;
}

const DEFAULTS = {
  ...LOG_MEL_DEFAULTS,
  coefficients: 13,
  lifter: 0,
  deltas: 0 as 0 | 1 | 2,
  deltaWidth: 2,
};

/**
 * Mel-frequency cepstral coefficients (Davis & Mermelstein 1980): the orthonormal DCT-II of the log-mel bands y,
 *
 *     c_k = s_k Σ_b y_b cos(πk(b + ½)/B),  s_0 = √(1/B), s_k = √(2/B),
 *
 * times 1 + L/2 sin(πk/L) with a lifter (The HTK Book, eq. 5.12; librosa counts k from 1 there). Slopes are HTK's (eq. 5.16):
 * d_t = Σ_n n (c_(t+n) − c_(t−n)) / 2Σ_n n², n = 1 … deltaWidth, the first and the last frame repeated beyond the ends.
 *
 * `transform`: [samples] → [T, coefficients · (1 + deltas)]: coefficients, their slopes, the slopes of these. With `normalize: "clip"` each
 * of these columns has mean 0 and deviation 1. Options and defaults are those of `logMel` besides.
 */
export function mfcc(options: MfccOptions): AudioStep {
  const where = "mfcc";
  const { coefficients, lifter, deltas, deltaWidth, ...rest } = withDefaults(where, DEFAULTS, options);
  const mel = checkLogMel(where, rest);
  checkRange(where, "coefficients", checkCount(where, "coefficients", coefficients), 1, mel.bands);
  checkRange(where, "lifter", lifter, 0);
  check([0, 1, 2].includes(deltas), () => `${where}: deltas must be 0, 1 or 2, got ${show(deltas)}`);
  checkCount(where, "deltaWidth", deltaWidth);
  const frames = new LogMelFrames(where, mel);
  const cosines = cosineRows(coefficients, mel.bands, lifter);
  const size = coefficients * (1 + deltas);
  return {
    ...stateless(where, { ...mel, coefficients, lifter, deltas, deltaWidth }),
    sampleRate: mel.sampleRate,
    size,
    frames: (samples) => frames.spectrum.frames(samples),
    transform(samples) {
      const T = checkSignal(`${where}.transform`, samples, frames.spectrum);
      const out = new Float32Array(T * size);
      frames.spectrum.each(`${where}.transform`, samples, (t) => {
        frames.update();
        for (let k = 0; k < coefficients; k++) out[t * size + k] = dot(cosines, k * mel.bands, frames.bands);
      });
      for (let order = 1; order <= deltas; order++) addSlopes(out, size, coefficients, order, deltaWidth);
      if (mel.normalize === "clip") normalizeClip(out, size);
      return Tensor.of(out, [T, size]);
    },
  };
}

/** Rows of the DCT-II, each times its lifter. */
function cosineRows(coefficients: number, B: number, lifter: number): Float64Array {
  return Float64Array.from({ length: coefficients * B }, (_, i) => {
    const [k, b] = [Math.floor(i / B), i % B];
    const lift = lifter === 0 ? 1 : 1 + (lifter / 2) * Math.sin((Math.PI * k) / lifter);
    return lift * Math.sqrt((k === 0 ? 1 : 2) / B) * Math.cos((Math.PI * k * (b + 0.5)) / B);
  });
}

function dot(rows: Float64Array, from: number, x: Float64Array): number {
  let sum = 0;
  for (let b = 0; b < x.length; b++) sum += rows[from + b]! * x[b]!;
  return sum;
}

/** Fills the columns of that order from those of the order before. */
function addSlopes(out: Float32Array, size: number, count: number, order: number, width: number): void {
  const last = out.length / size - 1;
  const squares = (width * (width + 1) * (2 * width + 1)) / 6; // Σ n²
  for (let t = 0; t <= last; t++) {
    for (let k = order * count; k < (order + 1) * count; k++) {
      let sum = 0;
      for (let n = 1; n <= width; n++) {
        const [after, before] = [Math.min(last, t + n), Math.max(0, t - n)];
        sum += n * (out[after * size + k - count]! - out[before * size + k - count]!);
      }
      out[t * size + k] = sum / (2 * squares);
    }
  }
}
