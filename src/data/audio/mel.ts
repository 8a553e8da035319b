import { Tensor } from "../../tensor/tensor.js";
import { checkChoice, checkCount, checkRange } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";

const SCALES = ["htk", "slaney"] as const;
const NORMS = ["none", "slaney"] as const;
export type MelScale = (typeof SCALES)[number];

export interface MelOptions {
  /** Number of bands. Default 40. */
  bands?: number;
  /** Lower edge of the first band in Hz. Default 0. */
  low?: number;
  /** Upper edge of the last band in Hz. Default sampleRate / 2. */
  high?: number | undefined;
  /** Default "htk". */
  scale?: MelScale;
  /** "none" (default): every triangle is 1 high; "slaney": every triangle has the area 1 in Hz. */
  norm?: (typeof NORMS)[number];
}

export type MelConfig = Readonly<Required<MelOptions>> & { readonly high: number };

export const MEL_DEFAULTS = {
  bands: 40,
  low: 0,
  high: undefined as number | undefined,
  scale: "htk" as MelScale,
  norm: "none" as (typeof NORMS)[number],
};

/**
 * Hz to mel. "htk": 2595 log10(1 + f/700) (O'Shaughnessy 1987; The HTK Book, eq. 5.13). "slaney": 3f/200 up to 1000 Hz and from there
 * 15 + 27 ln(f/1000) / ln 6.4 (Slaney 1998, Auditory Toolbox).
 */
export function hzToMel(hz: number, scale: MelScale = "htk"): number {
  if (scale === "htk") return 2595 * Math.log10(1 + hz / 700);
  return hz < 1000 ? (3 * hz) / 200 : 15 + (27 * Math.log(hz / 1000)) / Math.log(6.4);
}

/** The way back from `hzToMel`. */
export function melToHz(mel: number, scale: MelScale = "htk"): number {
  if (scale === "htk") return 700 * (10 ** (mel / 2595) - 1);
  return mel < 15 ? (200 * mel) / 3 : 1000 * Math.exp(((mel - 15) * Math.log(6.4)) / 27);
}

export function checkMel(where: string, options: typeof MEL_DEFAULTS, sampleRate: number): MelConfig {
  const { bands, low, high = sampleRate / 2, scale, norm } = options;
  checkCount(where, "bands", bands);
  checkRange(where, "low", low, 0, sampleRate / 2);
  checkRange(where, "high", high, 0, sampleRate / 2);
  check(low < high, () => `${where}: low must be below high, got ${show(low)} and ${show(high)}`);
  checkChoice(where, "scale", scale, SCALES);
  checkChoice(where, "norm", norm, NORMS);
  return { bands, low, high, scale, norm };
}

/** Bands of a power spectrum: only the bins under each triangle are kept. */
export class MelBands {
  readonly bands: number;
  /** First bin of each band, and where its weights begin; one entry more than bands. */
  readonly #first: Int32Array;
  readonly #at: Int32Array;
  readonly #weights: Float64Array;
  readonly #bins: number;

  /** @throws SluiceError when a triangle lies between two bins, so that the band would always be 0 */
  constructor(where: string, config: MelConfig, sampleRate: number, nFft: number) {
    const { bands, low, high, scale, norm } = config;
    this.bands = bands;
    this.#bins = nFft / 2 + 1;
    const [from, to] = [hzToMel(low, scale), hzToMel(high, scale)];
    // bands + 2 edges, evenly spaced in mel: band b rises from edge b to b + 1 and falls to b + 2.
    const edges = Array.from({ length: bands + 2 }, (_, i) => melToHz(from + ((to - from) * i) / (bands + 1), scale));
    const rows = Array.from({ length: bands }, (_, b) => triangle(edges, b, norm, sampleRate / nFft, this.#bins));
    rows.forEach(({ weights }, b) => {
      check(weights.length > 0, () => emptyBand(where, b, edges, sampleRate / nFft));
    });
    this.#first = Int32Array.from(rows, ({ first }) => first);
    this.#at = new Int32Array(bands + 1);
    rows.forEach(({ weights }, b) => (this.#at[b + 1] = this.#at[b]! + weights.length));
    this.#weights = Float64Array.from(rows.flatMap(({ weights }) => weights));
  }

  /** out[b] = Σ_k M[b, k] · power[k] */
  apply(power: Float64Array, out: Float64Array): void {
    for (let b = 0; b < this.bands; b++) {
      const [begin, end] = [this.#at[b]!, this.#at[b + 1]!];
      const shift = this.#first[b]! - begin;
      let sum = 0;
      for (let i = begin; i < end; i++) sum += this.#weights[i]! * power[i + shift]!;
      out[b] = sum;
    }
  }

  /** M [bands, bins], float64. */
  toTensor(): Tensor {
    const dense = new Float64Array(this.bands * this.#bins);
    for (let b = 0; b < this.bands; b++)
      dense.set(this.#weights.subarray(this.#at[b], this.#at[b + 1]), b * this.#bins + this.#first[b]!);
    return Tensor.of(dense, [this.bands, this.#bins]);
  }
}

/** M[b, k] = max(0, min((f − e_b)/(e_(b+1) − e_b), (e_(b+2) − f)/(e_(b+2) − e_(b+1)))), f = k · spacing in Hz. */
function triangle(edges: readonly number[], b: number, norm: string, spacing: number, bins: number) {
  const [left, middle, right] = [edges[b]!, edges[b + 1]!, edges[b + 2]!];
  const height = norm === "slaney" ? 2 / (right - left) : 1;
  const weights: number[] = [];
  let first = 0;
  for (let k = 0; k < bins; k++) {
    const f = k * spacing;
    const weight = Math.min((f - left) / (middle - left), (right - f) / (right - middle));
    if (weight <= 0) continue;
    if (weights.length === 0) first = k;
    weights.push(height * weight);
  }
  return { first, weights };
}

function emptyBand(where: string, b: number, edges: readonly number[], spacing: number): string {
  const range = `${edges[b]!.toFixed(1)} to ${edges[b + 2]!.toFixed(1)} Hz`;
  const way = "take fewer bands or a larger nFft";
  return `${where}: band ${b} (${range}) lies between two bins of the spectrum, ${spacing.toFixed(1)} Hz apart; ${way}`;
}

/**
 * The matrix M [bands, nFft/2 + 1] of triangular filters, float64, that takes a power spectrum to mel bands; as librosa's
 * `filters.mel` (htk and norm by `scale` and `norm`) and torchaudio's `melscale_fbanks` (transposed).
 */
export function melFilterBank(options: MelOptions & { sampleRate: number; nFft: number }): Tensor {
  const where = "melFilterBank";
  const { sampleRate, nFft, ...mel } = withDefaults(where, { ...MEL_DEFAULTS, sampleRate: NaN, nFft: NaN }, options);
  checkCount(where, "sampleRate", sampleRate);
  checkCount(where, "nFft", nFft, 2);
  check(nFft % 2 === 0, () => `${where}: nFft must be even, got ${nFft}`);
  return new MelBands(where, checkMel(where, mel, sampleRate), sampleRate, nFft).toTensor();
}
