import FFT from "fft.js";
import { checkChoice, checkCount, checkRange } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";

const WINDOWS = ["hann", "hamming", "rectangular"] as const;
const PADDINGS = ["zeros", "reflect"] as const;

/** How a signal is cut into frames and taken to frequencies. */
export interface SpectrumOptions {
  /** Samples per second of every signal that will come. */
  sampleRate: number;
  /** Length of a frame in seconds, rounded to whole samples. Default 0.025; L samples are L / sampleRate. */
  frame?: number;
  /** From the beginning of a frame to that of the next, in seconds, rounded to whole samples. Default 0.01. */
  hop?: number;
  /** Length of the Fourier transform, a power of two; frames are filled up with zeros. Default: the next of the frame's length. */
  nFft?: number | undefined;
  /** Default "hann". All are periodic (N in place of N − 1), as in PyTorch and librosa. */
  window?: (typeof WINDOWS)[number];
  /**
   * false (default): frame t begins at sample t·hop, and what no longer fills a frame at the end is left out. true: frame t is centred
   * on sample t·hop as in librosa and torch.stft, the signal continued by `padding`.
   */
  center?: boolean;
  /** With `center`, what is beyond the ends: "zeros" (default, librosa's) or "reflect" (torch.stft's). */
  padding?: (typeof PADDINGS)[number];
}

/** With every default filled in. */
export type SpectrumConfig = Readonly<Required<SpectrumOptions>> & { readonly nFft: number };

export const SPECTRUM_DEFAULTS = {
  sampleRate: NaN,
  frame: 0.025,
  hop: 0.01,
  nFft: undefined as number | undefined,
  window: "hann" as (typeof WINDOWS)[number],
  center: false,
  padding: "zeros" as (typeof PADDINGS)[number],
};

export function checkSpectrum(where: string, options: typeof SPECTRUM_DEFAULTS): SpectrumConfig {
  const { sampleRate, frame, hop, window, center, padding } = options;
  checkCount(where, "sampleRate", sampleRate);
  checkRange(where, "frame", frame);
  checkRange(where, "hop", hop);
  for (const [name, seconds, least] of [["frame", frame, 2] as const, ["hop", hop, 1] as const]) {
    check(Math.round(seconds * sampleRate) >= least, () => {
      return `${where}: ${name} must be at least ${least} samples long, got ${seconds} s at ${sampleRate} samples a second`;
    });
  }
  const length = Math.round(frame * sampleRate);
  const nFft = options.nFft ?? 2 ** Math.ceil(Math.log2(length));
  check(Number.isInteger(Math.log2(nFft)) && nFft >= length, () => {
    return `${where}: nFft must be a power of two of at least the frame's ${length} samples, got ${show(nFft)}`;
  });
  checkChoice(where, "window", window, WINDOWS);
  check(typeof center === "boolean", () => `${where}: center must be true or false, got ${show(center)}`);
  checkChoice(where, "padding", padding, PADDINGS);
  return { sampleRate, frame, hop, nFft, window, center, padding };
}

/**
 * Power spectra of frames of one length: P[k] = |Σ_n w[n] x[n] e^(−2πikn/nFft)|², k = 0 … nFft/2. Nothing is allocated per frame.
 */
export class FrameSpectrum {
  readonly frameLength: number;
  readonly hopLength: number;
  /** nFft/2 + 1; bin k lies at k · sampleRate / nFft Hz. */
  readonly bins: number;
  /** Of the frame that was analysed last. */
  readonly power: Float64Array;
  /** Samples by which the signal is continued before its first one. */
  readonly margin: number;
  readonly #config: SpectrumConfig;
  readonly #window: Float64Array;
  readonly #fft: FFT;
  readonly #input: Float64Array;
  readonly #output: Float64Array;

  constructor(config: SpectrumConfig) {
    const { sampleRate, frame, hop, nFft, center } = config;
    this.#config = config;
    this.frameLength = Math.round(frame * sampleRate);
    this.hopLength = Math.round(hop * sampleRate);
    this.bins = nFft / 2 + 1;
    // librosa and torch put the window in the middle of nFft samples around t·hop.
    this.margin = center ? nFft / 2 - Math.floor((nFft - this.frameLength) / 2) : 0;
    this.#window = makeWindow(config.window, this.frameLength);
    this.#fft = new FFT(nFft);
    this.#input = new Float64Array(nFft); // zeros after the frame
    this.#output = new Float64Array(2 * nFft);
    this.power = new Float64Array(this.bins);
  }

  /** How many frames a signal of that length gives. */
  frames(length: number): number {
    if (this.#config.center) return length === 0 ? 0 : 1 + Math.floor(length / this.hopLength);
    return length < this.frameLength ? 0 : 1 + Math.floor((length - this.frameLength) / this.hopLength);
  }

  /** Fills `power` for the frame that begins at that sample. */
  analyse(samples: Float32Array, start: number): void {
    const [input, output, window, power] = [this.#input, this.#output, this.#window, this.power];
    for (let i = 0; i < window.length; i++) input[i] = samples[start + i]! * window[i]!;
    this.#fft.realTransform(output, input);
    for (let k = 0; k < power.length; k++) power[k] = output[2 * k]! ** 2 + output[2 * k + 1]! ** 2;
  }

  /** Calls back after each frame of the signal, whose power spectrum then stands in `power`. */
  each(where: string, samples: Float32Array, use: (t: number) => void): void {
    const count = this.frames(samples.length);
    const { center, padding } = this.#config;
    const long = center ? continued(where, samples, this.margin, this.frameLength, padding) : samples;
    for (let t = 0; t < count; t++) {
      this.analyse(long, t * this.hopLength);
      use(t);
    }
  }
}

/** Periodic: w[n] = a − (1 − a) cos(2πn/N), a = 0.5 (Hann), 0.54 (Hamming), 1 (Harris 1978, eqs. 27 and 30). */
function makeWindow(name: SpectrumConfig["window"], N: number): Float64Array {
  const a = { hann: 0.5, hamming: 0.54, rectangular: 1 }[name];
  return Float64Array.from({ length: N }, (_, n) => a - (1 - a) * Math.cos((2 * Math.PI * n) / N));
}

function continued(
  where: string,
  samples: Float32Array,
  before: number,
  after: number,
  padding: SpectrumConfig["padding"],
): Float32Array {
  const n = samples.length;
  const long = new Float32Array(before + n + after);
  long.set(samples, before);
  if (padding === "zeros") return long;
  check(n > Math.max(before, after), () => {
    return `${where}: padding "reflect" needs more than ${Math.max(before, after)} samples, got ${n}`;
  });
  for (let i = 1; i <= before; i++) long[before - i] = samples[i]!;
  for (let i = 1; i <= after; i++) long[before + n - 1 + i] = samples[n - 1 - i]!;
  return long;
}
