import { Tensor } from "../../tensor/tensor.js";
import { checkChoice, checkRange } from "../../util/checks.js";
import { check } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import { stateless } from "../numbers/preprocessor.js";
import { checkSignal, NORMALIZE, normalizeClip, type AudioStep } from "./audio-step.js";
import { checkMel, MEL_DEFAULTS, MelBands, type MelConfig, type MelOptions } from "./mel.js";
import {
  checkSpectrum,
  FrameSpectrum,
  SPECTRUM_DEFAULTS,
  type SpectrumConfig,
  type SpectrumOptions,
} from "./spectrum.js";

const LOGS = ["ln", "log10", "db"] as const;

export interface LogMelOptions extends SpectrumOptions, MelOptions {
  /** Added to the power before the logarithm. Default 1e-6, the hiss of 16-bit samples from −1 to 1. */
  floor?: number;
  /** "ln" (default), "log10", or "db": 10 log10. */
  log?: (typeof LOGS)[number];
  /** "clip": every band has mean 0 and deviation 1 over the frames of the clip. Default "none". */
  normalize?: (typeof NORMALIZE)[number];
}

export interface LogMelConfig extends SpectrumConfig, MelConfig {
  readonly floor: number;
  readonly log: (typeof LOGS)[number];
  readonly normalize: (typeof NORMALIZE)[number];
}

export const LOG_MEL_DEFAULTS = {
  ...SPECTRUM_DEFAULTS,
  ...MEL_DEFAULTS,
  floor: 1e-6,
  log: "ln" as (typeof LOGS)[number],
  normalize: "none" as (typeof NORMALIZE)[number],
};

export function checkLogMel(where: string, options: typeof LOG_MEL_DEFAULTS): LogMelConfig {
  const spectrum = checkSpectrum(where, options);
  const mel = checkMel(where, options, spectrum.sampleRate);
  const { floor, log, normalize } = options;
  checkRange(where, "floor", floor, 0);
  check(floor > 0, () => `${where}: floor must be above 0, or silence would have no logarithm`);
  checkChoice(where, "log", log, LOGS);
  checkChoice(where, "normalize", normalize, NORMALIZE);
  return { ...spectrum, ...mel, floor, log, normalize };
}

/** One frame's way to its log-mel bands; shared by whole clips and streams, so that they agree to the last bit. */
export class LogMelFrames {
  readonly spectrum: FrameSpectrum;
  /** Of the frame that was analysed last. */
  readonly bands: Float64Array;
  readonly #mel: MelBands;
  readonly #floor: number;
  /** Of ln to the chosen logarithm. */
  readonly #factor: number;

  constructor(where: string, config: LogMelConfig) {
    this.spectrum = new FrameSpectrum(config);
    this.#mel = new MelBands(where, config, config.sampleRate, config.nFft);
    this.bands = new Float64Array(config.bands);
    this.#floor = config.floor;
    this.#factor = { ln: 1, log10: Math.LOG10E, db: 10 * Math.LOG10E }[config.log];
  }

  /** From the power spectrum that stands in `spectrum` to `bands`. */
  update(): void {
    const bands = this.bands;
    this.#mel.apply(this.spectrum.power, bands);
    for (let b = 0; b < bands.length; b++) bands[b] = this.#factor * Math.log(bands[b]! + this.#floor);
  }
}

/**
 * Log-mel features of a recording: power spectra of windowed frames, summed under triangles evenly spaced on the mel scale (Davis &
 * Mermelstein 1980), and their logarithm: y[t, b] = log(Σ_k M[b, k] |X_t[k]|² + floor).
 *
 * `transform`: [samples] → [T, bands], T = 1 + ⌊(samples − frame) / hop⌋ unless `center`. Computed in float64.
 */
export function logMel(options: LogMelOptions): AudioStep {
  const where = "logMel";
  const config = checkLogMel(where, withDefaults(where, LOG_MEL_DEFAULTS, options));
  const frames = new LogMelFrames(where, config);
  const { bands, sampleRate, normalize } = config;
  return {
    ...stateless(where, { ...config }),
    sampleRate,
    size: bands,
    frames: (samples) => frames.spectrum.frames(samples),
    transform(samples) {
      const T = checkSignal(`${where}.transform`, samples, frames.spectrum);
      const out = new Float32Array(T * bands);
      frames.spectrum.each(`${where}.transform`, samples, (t) => {
        frames.update();
        out.set(frames.bands, t * bands);
      });
      if (normalize === "clip") normalizeClip(out, bands);
      return Tensor.of(out, [T, bands]);
    },
  };
}
