import { check, show } from "../../util/errors.js";
import { checkRates, polyphase, type Polyphase } from "./resample.js";

const WHERE = "resampleStream";

/** Samples of the input that are kept at first. */
const ROOM = 4096;

/** A signal at another sample rate, as its samples come in chunks of any size; see {@link resampleStream}. */
export class ResampleStream {
  readonly #filter: Polyphase | null;
  /** The samples that outputs to come still look at. */
  #input = new Float32Array(ROOM);
  #filled = 0;
  /** Samples that were dropped before `#input`, and outputs that were given. */
  #dropped = 0;
  #given = 0;
  #out = new Float32Array(ROOM);

  constructor(
    readonly from: number,
    readonly to: number,
  ) {
    this.#filter = from === to && checkRates(WHERE, from, to) ? null : polyphase(WHERE, from, to);
  }

  /** Samples of the input that must follow one before it comes out. */
  get delay(): number {
    return this.#filter ? Math.floor(this.#filter.half / this.#filter.up) : 0;
  }

  /** @returns what is complete, in an array that the next call overwrites (where the rates agree: `samples`) */
  push(samples: Float32Array): Float32Array {
    check(samples instanceof Float32Array, () => `${WHERE}: expected a Float32Array of samples, got ${show(samples)}`);
    if (!this.#filter) return samples;
    this.#keep(samples);
    const { down, half, up } = this.#filter;
    // The last output whose filter does not reach beyond the samples that are there.
    const last = Math.floor(((this.#dropped + this.#filled - 1) * up - half) / down);
    return this.#upTo(last + 1);
  }

  /** The signal has ended: the rest of the outputs; after it there is silence. Then the stream stands at its beginning. */
  end(): Float32Array {
    if (!this.#filter) return new Float32Array(0);
    const { up, down } = this.#filter;
    const rest = this.#upTo(Math.ceil(((this.#dropped + this.#filled) * up) / down));
    this.reset();
    return rest;
  }

  reset(): void {
    this.#filled = this.#dropped = this.#given = 0;
  }

  #keep(samples: Float32Array): void {
    const needed = this.#filled + samples.length;
    if (needed > this.#input.length) {
      const larger = new Float32Array(2 * needed);
      larger.set(this.#input.subarray(0, this.#filled));
      this.#input = larger;
    }
    this.#input.set(samples, this.#filled);
    this.#filled = needed;
  }

  /** Outputs up to, but without, number `end`: the same sums as those of `resample`. */
  #upTo(end: number): Float32Array {
    const { up, down, half, taps, phases } = this.#filter!;
    const count = Math.max(0, end - this.#given);
    if (count > this.#out.length) this.#out = new Float32Array(2 * count);
    const total = this.#dropped + this.#filled;
    for (let n = 0; n < count; n++) {
      const middle = (this.#given + n) * down;
      const first = Math.max(0, Math.ceil((middle - half) / up));
      const until = Math.min(total - 1, Math.floor((middle + half) / up));
      const k = middle - first * up + half;
      let at = (k % up) * taps + Math.floor(k / up);
      let sum = 0;
      for (let j = first; j <= until; j++) sum += this.#input[j - this.#dropped]! * phases[at--]!;
      this.#out[n] = sum;
    }
    this.#given += count;
    this.#forget(Math.ceil((this.#given * down - half) / up));
    return this.#out.subarray(0, count);
  }

  #forget(before: number): void {
    const gone = Math.min(Math.max(0, before - this.#dropped), this.#filled);
    this.#input.copyWithin(0, gone, this.#filled);
    this.#filled -= gone;
    this.#dropped += gone;
  }
}

/**
 * The streaming twin of `resample`: the same numbers, bit for bit, as samples come in chunks of any size, `delay` samples late. For
 * microphones, whose rate is the device's.
 * @param from samples per second that come
 * @param to samples per second that are wanted
 */
export function resampleStream(from: number, to: number): ResampleStream {
  return new ResampleStream(from, to);
}
