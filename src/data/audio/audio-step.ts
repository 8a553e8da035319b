import type { Tensor } from "../../tensor/tensor.js";
import { check, show } from "../../util/errors.js";
import type { Preprocessor } from "../numbers/preprocessor.js";
import type { FrameSpectrum } from "./spectrum.js";

export const NORMALIZE = ["none", "clip"] as const;

/** From the samples of a recording to features of its frames; nothing is fitted. */
export interface AudioStep extends Preprocessor {
  /** Samples per second of the signals that it takes. */
  readonly sampleRate: number;
  /** Features of a frame. */
  readonly size: number;
  /** Frames that a signal of so many samples gives. */
  frames(samples: number): number;
  /**
   * [samples] → [T, size], float32.
   * @throws SluiceError for a signal that is shorter than one frame, or has a sample that is not finite
   */
  transform(samples: Float32Array): Tensor;
}

/** The number of frames, at least 1. */
export function checkSignal(where: string, samples: Float32Array, spectrum: FrameSpectrum): number {
  check(samples instanceof Float32Array, () => `${where}: expected a Float32Array of samples, got ${show(samples)}`);
  const count = spectrum.frames(samples.length);
  check(count > 0, () => {
    return `${where}: the signal is shorter than one frame: expected at least ${spectrum.frameLength} samples, got ${samples.length}`;
  });
  checkFinite(where, samples);
  return count;
}

/** A plain loop: `findIndex` with a callback takes longer than the spectra. */
export function checkFinite(where: string, samples: Float32Array): void {
  for (let i = 0; i < samples.length; i++)
    check(Number.isFinite(samples[i]), () => `${where}: sample ${i} is not a finite number, got ${samples[i]}`);
}

/** Deviations below this are rounding of a feature that does not change: it becomes 0. */
const CONSTANT = 1e-6;

/** In place, for each column of [T, size]: (x − mean) / deviation over the T frames of this clip, the deviation with divisor T. */
export function normalizeClip(values: Float32Array, size: number): void {
  const T = values.length / size;
  for (let j = 0; j < size; j++) {
    let sum = 0;
    for (let i = j; i < values.length; i += size) sum += values[i]!;
    const mean = sum / T;
    let squares = 0;
    for (let i = j; i < values.length; i += size) squares += (values[i]! - mean) ** 2;
    const deviation = Math.sqrt(squares / T);
    const scale = deviation < CONSTANT ? 0 : 1 / deviation;
    for (let i = j; i < values.length; i += size) values[i] = (values[i]! - mean) * scale;
  }
}
