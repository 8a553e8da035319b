import { logMelStream, type LogMelStream, type OnFrame } from "../data/audio/log-mel-stream.js";
import type { LogMelOptions } from "../data/audio/log-mel.js";
import { Tensor } from "../tensor/tensor.js";
import { checkRange } from "../util/checks.js";
import { check, show } from "../util/errors.js";

/** How sound becomes what a network hears, frame by frame. */
export interface SoundFeaturesConfig {
  /** As those of `logMelStream`: sampleRate, bands, hop, frame, … */
  readonly logMel: LogMelOptions;
  /** By band, over the frames of the training part. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /**
   * Seconds within which the mean follows the sound that comes, so that the tone of a room and a microphone does not count: the first
   * frames have the mean of training. 0: it stays.
   */
  readonly adapt: number;
}

/** Bands that do not change in training say nothing: their deviation counts as 1. */
const CONSTANT = 1e-6;

/**
 * Log-mel frames with mean 0 and deviation 1 by band, x' = (x − m) / s, by numbers that are known before the sound: of training, or
 * with `adapt` a mean that forgets, m_t = m_(t−1) + hop / adapt · (x_t − m_(t−1)) (cepstral mean normalisation as streams need it,
 * Viikki and Laurila 1998). A whole recording and one in chunks give the same frames, bit for bit.
 */
export class SoundFeatures {
  readonly config: SoundFeaturesConfig;
  /** Numbers of a frame. */
  readonly size: number;
  /** Seconds from one frame to the next. */
  readonly hop: number;
  readonly #stream: LogMelStream;
  readonly #mean: Float64Array;
  readonly #scale: Float64Array;
  readonly #rate: number;
  readonly #out: Float32Array;
  #onFrame: OnFrame = () => undefined;
  readonly #normalize: OnFrame = (bands, t) => {
    const [mean, rate] = [this.#mean, this.#rate];
    for (let b = 0; b < bands.length; b++) {
      mean[b]! += rate * (bands[b]! - mean[b]!);
      this.#out[b] = (bands[b]! - mean[b]!) * this.#scale[b]!;
    }
    this.#onFrame(this.#out, t);
  };

  constructor(config: SoundFeaturesConfig) {
    const where = "sound features";
    this.#stream = logMelStream(config.logMel);
    const { mean, deviation, adapt } = config;
    this.size = this.#stream.size;
    for (const [name, values] of Object.entries({ mean, deviation })) {
      check(Array.isArray(values) && values.length === this.size && values.every(Number.isFinite), () => {
        return `${where}: ${name} must be ${this.size} numbers, one for each band, got ${show(values)}`;
      });
    }
    checkRange(where, "adapt", adapt, 0);
    this.hop = config.logMel.hop ?? 0.01;
    this.config = config;
    this.#mean = Float64Array.from(mean);
    this.#scale = Float64Array.from(deviation, (s) => (s < CONSTANT ? 1 : 1 / s));
    this.#rate = adapt === 0 ? 0 : Math.min(1, this.hop / adapt);
    this.#out = new Float32Array(this.size);
  }

  get sampleRate(): number {
    return this.config.logMel.sampleRate;
  }

  /** Takes the next samples; the frame is in an array that the next one overwrites. @returns how many frames there were */
  push(samples: Float32Array, onFrame: OnFrame): number {
    this.#onFrame = onFrame;
    return this.#stream.push(samples, this.#normalize);
  }

  reset(): void {
    this.#stream.reset();
    this.#mean.set(this.config.mean);
  }

  /** All frames of a recording [T, size], as a stream gives them from its beginning on. */
  transform(samples: Float32Array): Tensor {
    const frames: Float32Array[] = [];
    this.reset();
    this.push(samples, (frame) => frames.push(frame.slice()));
    this.reset();
    check(frames.length > 0, () => `sound features: ${samples.length} samples are less than one frame`);
    const out = new Float32Array(frames.length * this.size);
    frames.forEach((frame, t) => out.set(frame, t * this.size));
    return Tensor.of(out, [frames.length, this.size]);
  }
}

/**
 * Mean and deviation of each band over the frames of recordings, those of the training part.
 * @param logMel of which `hop` is said here rather than left to its default, since frames are counted by it
 */
export function fitSoundFeatures(
  recordings: Iterable<Float32Array>,
  logMel: LogMelOptions,
  adapt = 0,
): SoundFeaturesConfig {
  const stream = logMelStream(logMel);
  const [sum, squares] = [new Float64Array(stream.size), new Float64Array(stream.size)];
  let n = 0;
  for (const samples of recordings) {
    stream.reset();
    n += stream.push(samples, (bands) => {
      bands.forEach((x, b) => {
        sum[b]! += x;
        squares[b]! += x * x;
      });
    });
  }
  check(n > 0, () => "fitSoundFeatures: the recordings have no frame");
  const mean = Array.from(sum, (s) => s / n);
  const deviation = Array.from(squares, (q, b) => Math.sqrt(Math.max(0, q / n - mean[b]! ** 2)));
  return { logMel, mean, deviation, adapt };
}
