import { check, show } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import { checkFinite } from "./audio-step.js";
import { checkLogMel, LOG_MEL_DEFAULTS, LogMelFrames, type LogMelOptions } from "./log-mel.js";

/** Called with the bands of a frame, in an array that the next frame overwrites, and the frame's number from 0. */
export type OnFrame = (bands: Float32Array, t: number) => void;

const WHERE = "logMelStream";

/** Log-mel frames of a signal that comes in chunks of any size. */
export class LogMelStream {
  /** Bands of a frame. */
  readonly size: number;
  readonly #frames: LogMelFrames;
  /** The samples of the next frame that have come. */
  readonly #pending: Float32Array;
  readonly #out: Float32Array;
  readonly #centred: boolean;
  /** Of `#pending`; below 0 while samples between two frames are passed over. */
  #filled = 0;
  #t = 0;
  /** Samples that were pushed. */
  #length = 0;

  constructor(options: LogMelOptions) {
    const config = checkLogMel(WHERE, withDefaults(WHERE, LOG_MEL_DEFAULTS, options));
    check(config.normalize === "none", () => {
      return `${WHERE}: normalize "clip" needs the whole clip; take normalize: "none"`;
    });
    check(!config.center || config.padding === "zeros", () => {
      return `${WHERE}: padding "reflect" needs samples that have not come yet; take padding: "zeros" or center: false`;
    });
    this.#frames = new LogMelFrames(WHERE, config);
    this.#pending = new Float32Array(this.#frames.spectrum.frameLength);
    this.#out = new Float32Array(config.bands);
    this.#centred = config.center;
    this.size = config.bands;
    this.reset();
  }

  /** Takes the next samples and calls back for each frame that is complete. Nothing is allocated. @returns how many frames that were */
  push(samples: Float32Array, onFrame: OnFrame): number {
    check(samples instanceof Float32Array, () => `${WHERE}: expected a Float32Array of samples, got ${show(samples)}`);
    checkFinite(WHERE, samples);
    const before = this.#t;
    this.#length += samples.length;
    for (let i = 0; i < samples.length; i++) this.#take(samples[i]!, onFrame);
    return this.#t - before;
  }

  /** The signal has ended: with `center`, gives the frames that reach beyond its end. Then the stream stands at its beginning. */
  end(onFrame: OnFrame): number {
    const before = this.#t;
    const count = this.#centred ? this.#frames.spectrum.frames(this.#length) : before;
    while (this.#t < count) this.#take(0, onFrame);
    const frames = this.#t - before;
    this.reset();
    return frames;
  }

  /** Forgets the signal. */
  reset(): void {
    this.#t = this.#length = 0;
    this.#pending.fill(0);
    this.#filled = this.#frames.spectrum.margin;
  }

  #take(sample: number, onFrame: OnFrame): void {
    if (this.#filled >= 0) this.#pending[this.#filled] = sample;
    if (++this.#filled < this.#pending.length) return;
    const { spectrum } = this.#frames;
    spectrum.analyse(this.#pending, 0);
    this.#frames.update();
    this.#out.set(this.#frames.bands);
    this.#filled -= spectrum.hopLength;
    if (this.#filled > 0) this.#pending.copyWithin(0, spectrum.hopLength);
    onFrame(this.#out, this.#t++);
  }
}

/**
 * The streaming twin of `logMel`: the same frames, bit for bit, one after another as their samples come in chunks of any size, for
 * microphones. Options are those of `logMel`, but for what needs the whole clip: `normalize: "clip"` and `padding: "reflect"`.
 */
export function logMelStream(options: LogMelOptions): LogMelStream {
  return new LogMelStream(options);
}
