import { checkCount } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";

const WHERE = "resample";
/** Zero crossings of the sinc on each side: with β the transition from pass to stop takes 0.09 of the lower Nyquist frequency. */
const ZEROS = 64;
/** Kaiser's β = 0.1102 (A − 8.7) for a stop band of A = 90 dB (Kaiser 1974; Oppenheim & Schafer, eq. 7.75). */
const BETA = 8.96;
/** Middle of the transition, by the lower Nyquist frequency: the stop band begins at that frequency, nothing is mirrored. */
const CUTOFF = 0.955;
/** Rates without a common factor need a filter of 2 · ZEROS · max(up, down) numbers; beyond this, half a gigabyte. */
const LARGEST_FACTOR = 1 << 19;

/**
 * Changes the sample rate by the rational factor to/from = up/down: a windowed sinc in polyphase form, which is zero-stuffing by
 * `up`, low-pass and decimation by `down` without the work on zeros.
 *
 * Gain within 0.001 of 1 up to 0.91 of the lower Nyquist frequency, below −88 dB from that frequency on; no delay. Before the first and
 * after the last sample the signal counts as 0.
 * @param from samples per second of `samples`
 * @param to samples per second of the result, which has ⌈length · to / from⌉ samples; where the rates agree it is `samples` itself
 */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  check(samples instanceof Float32Array, () => `${WHERE}: expected a Float32Array of samples, got ${show(samples)}`);
  // A folder's clips come one after another, and a filter takes as long as some seconds of sound.
  if (last?.from !== from || last.to !== to) last = { from, to, apply: resampler(from, to) };
  return last.apply(samples);
}

let last: { from: number; to: number; apply: (samples: Float32Array) => Float32Array } | undefined;

function resampler(from: number, to: number): (samples: Float32Array) => Float32Array {
  if (from === to && checkRates(WHERE, from, to)) return (samples) => samples;
  const { up, down, half, taps, phases } = polyphase(WHERE, from, to);
  return (samples) => {
    const out = new Float32Array(Math.ceil((samples.length * up) / down));
    for (let i = 0; i < out.length; i++) {
      // y[i] = Σ_j x[j] h[i·down − j·up], h from −half to half
      const middle = i * down;
      const first = Math.max(0, Math.ceil((middle - half) / up));
      const end = Math.min(samples.length - 1, Math.floor((middle + half) / up));
      const k = middle - first * up + half;
      let at = (k % up) * taps + Math.floor(k / up);
      let sum = 0;
      for (let j = first; j <= end; j++) sum += samples[j]! * phases[at--]!;
      out[i] = sum;
    }
    return out;
  };
}

/** The filter of a change of rate, and how far it reaches: `half` / up samples of the input to each side. */
export interface Polyphase {
  readonly up: number;
  readonly down: number;
  readonly half: number;
  readonly taps: number;
  /** [up, taps] */
  readonly phases: Float64Array;
}

export function checkRates(where: string, from: number, to: number): true {
  checkCount(where, "from", from);
  checkCount(where, "to", to);
  return true;
}

export function polyphase(where: string, from: number, to: number): Polyphase {
  checkRates(where, from, to);
  const common = greatestCommonDivisor(from, to);
  const [up, down] = [to / common, from / common];
  check(Math.max(up, down) <= LARGEST_FACTOR, () => `${where}: the ratio ${to}/${from} of the rates is too fine`);
  const half = ZEROS * Math.max(up, down);
  const taps = Math.ceil((2 * half + 1) / up);
  return { up, down, half, taps, phases: phasesOf(lowPass(half, up, down), up, taps) };
}

/** Every up-th number of the filter side by side, since one output takes only these: [up, taps], zeros after the last. */
function phasesOf(filter: Float64Array, up: number, taps: number): Float64Array {
  const phases = new Float64Array(up * taps);
  for (let k = 0; k < filter.length; k++) phases[(k % up) * taps + Math.floor(k / up)] = filter[k]!;
  return phases;
}

/** 2·half + 1 numbers whose sum is `up`, so that the gain at frequency 0 is 1. */
function lowPass(half: number, up: number, down: number): Float64Array {
  const cutoff = CUTOFF / Math.max(up, down);
  const filter = Float64Array.from({ length: 2 * half + 1 }, (_, k) => {
    const t = k - half;
    const angle = Math.PI * cutoff * t;
    const window = bessel0(BETA * Math.sqrt(1 - (t / half) ** 2)) / bessel0(BETA);
    return (t === 0 ? 1 : Math.sin(angle) / angle) * window;
  });
  const sum = filter.reduce((a, b) => a + b, 0);
  return filter.map((h) => (h * up) / sum);
}

/** Modified Bessel function of the first kind and order 0, by its power series Σ ((x/2)^n / n!)². */
function bessel0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (x / (2 * n)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
