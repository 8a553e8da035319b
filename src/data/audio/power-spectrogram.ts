import { Tensor } from "../../tensor/tensor.js";
import { withDefaults } from "../../util/named.js";
import { stateless } from "../numbers/preprocessor.js";
import { checkSignal, type AudioStep } from "./audio-step.js";
import { checkSpectrum, FrameSpectrum, SPECTRUM_DEFAULTS, type SpectrumOptions } from "./spectrum.js";

/**
 * Power spectra of windowed frames (short-time Fourier transform): P[t, k] = |Σ_n w[n] x[t·hop + n] e^(−2πikn/nFft)|².
 *
 * `transform`: [samples] → [T, nFft/2 + 1], bin k at k · sampleRate / nFft Hz; not scaled by the window.
 */
export function powerSpectrogram(options: SpectrumOptions): AudioStep {
  const where = "powerSpectrogram";
  const config = checkSpectrum(where, withDefaults(where, SPECTRUM_DEFAULTS, options));
  const spectrum = new FrameSpectrum(config);
  const size = spectrum.bins;
  return {
    ...stateless(where, { ...config }),
    sampleRate: config.sampleRate,
    size,
    frames: (samples) => spectrum.frames(samples),
    transform(samples) {
      const T = checkSignal(`${where}.transform`, samples, spectrum);
      const out = new Float32Array(T * size);
      spectrum.each(`${where}.transform`, samples, (t) => out.set(spectrum.power, t * size));
      return Tensor.of(out, [T, size]);
    },
  };
}
