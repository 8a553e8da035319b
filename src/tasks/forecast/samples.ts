import { slidingWindows, type SlidingWindows } from "../../data/index.js";
import { tensor } from "../../tensor/make.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Frame, Series } from "./frame.js";
import type { Scaling } from "./scaling.js";
import { rawOf, type Transform, type Values } from "./values.js";

export interface SampleSettings {
  readonly lookback: number;
  readonly horizon: number;
  readonly stride: number;
  readonly targets: readonly string[];
  /** Past covariates and the calendar. */
  readonly past: readonly string[];
  readonly future: readonly string[];
  readonly transform: Transform;
  readonly residual: boolean;
  /** Whether targets are seen as they are; else less their last value, so that a series may leave the range of its training part. */
  readonly level: boolean;
  /** The network foresees a distribution of raw counts, and is told their size. */
  readonly counts: boolean;
}

type Columns = Readonly<Record<string, Float64Array>>;

/** Samples as the network takes them. */
export interface SampleBatch {
  /** [B, lookback, D] */
  readonly x: Tensor;
  /** [B, horizon, F] or null */
  readonly future: Tensor | null;
  /** [B, horizon · K]: scaled, and less the last value with `residual`. */
  readonly y: Tensor;
  /** With `counts`: the truth [B, horizon · K], and what multiplies mean and dispersion [B, horizon · K, 2]; see `countScales`. */
  readonly raw: { readonly y: Tensor; readonly scale: Tensor } | null;
}

/** Windows over series, from places in the data to tensors and from outputs back to raw units. */
export class Samples {
  readonly values: Values;
  readonly settings: SampleSettings;
  readonly windows: SlidingWindows;
  readonly scaled: Columns;
  readonly #scaling: Scaling;

  /** All windows of these values, or some of them. */
  constructor(
    values: Values,
    settings: SampleSettings,
    scaling: Scaling,
    scaled = scaling.apply(values.inputs, values.frame.series),
    windows = windowsOf(values.frame, settings, scaled),
  ) {
    this.values = values;
    this.settings = settings;
    this.#scaling = scaling;
    this.scaled = scaled;
    this.windows = windows;
  }

  /** The samples with these indices, over the same data. */
  subset(indices: ArrayLike<number>): Samples {
    return new Samples(this.values, this.settings, this.#scaling, this.scaled, this.windows.subset(indices));
  }

  get count(): number {
    return this.windows.length;
  }

  /** The first step of the horizon. */
  origin(i: number): number {
    return this.windows.place(i).rows[this.settings.lookback]!;
  }

  seriesOf(i: number): Series {
    return this.values.frame.series[this.windows.place(i).id as number]!;
  }

  batch(indices?: ArrayLike<number>): SampleBatch {
    const { x, future, y } = this.windows.batch(indices);
    const { horizon, targets, residual, level, counts } = this.settings;
    const [B, K] = [x.shape[0]!, targets.length];
    const target = tensor(residual ? lessLast(x, y, horizon, K) : y.data, [B, horizon * K]);
    const chosen = indices ?? Int32Array.from({ length: B }, (_, i) => i);
    return { x: level ? x : fromLast(x, K), future, y: target, raw: counts ? this.#raw(chosen) : null };
  }

  #raw(indices: ArrayLike<number>): SampleBatch["raw"] {
    const { lookback, horizon, targets } = this.settings;
    const [B, W] = [indices.length, horizon * targets.length];
    const y = new Float32Array(B * W);
    const ends = new Int32Array(B);
    for (let b = 0; b < B; b++) {
      y.set(this.truth(indices[b]!), b * W);
      ends[b] = this.origin(indices[b]!);
    }
    return { y: tensor(y, [B, W]), scale: countScales(this.values.raw, targets, ends, lookback, horizon) };
  }

  /** Raw truth of sample i, [horizon · K]. */
  truth(i: number): Float64Array {
    const { horizon, targets } = this.settings;
    const origin = this.origin(i);
    const K = targets.length;
    return Float64Array.from({ length: horizon * K }, (_, j) => {
      return this.values.raw[targets[j % K]!]![origin + Math.floor(j / K)]!;
    });
  }

  /** The network's outputs [B, horizon · K] for samples first … in raw units. */
  decode(outputs: ArrayLike<number>, first = 0): Float64Array {
    const width = this.settings.horizon * this.settings.targets.length;
    const out = new Float64Array(outputs.length);
    for (let b = 0; b * width < outputs.length; b++) {
      const output = Float64Array.from({ length: width }, (_, j) => outputs[b * width + j]!);
      out.set(this.decodeAt(first + b, output), b * width);
    }
    return out;
  }

  /** Mean and deviation (or what the scaler has for them) of the first target of a series. */
  usual(id: string | null): { location: number; scale: number } {
    return usualOf(this.#scaling, id, this.settings.targets.length);
  }

  /** One output [horizon · K] for sample i in raw units. */
  decodeAt(i: number, output: Float64Array): Float64Array {
    const { id } = this.seriesOf(i);
    return decodeOne(this.values, this.scaled, this.settings, this.#scaling, id, this.origin(i) - 1, output);
  }
}

/**
 * One output in raw units: back from the residual, the scale, the differences and the logarithm.
 * @param last the step whose values are the last known ones
 */
export function decodeOne(
  { levels }: Pick<Values, "levels">,
  scaled: Columns,
  { targets, residual, transform }: SampleSettings,
  scaling: Scaling,
  id: string | null,
  last: number,
  output: Float64Array,
): Float64Array {
  const K = targets.length;
  if (residual) for (let j = 0; j < output.length; j++) output[j]! += scaled[targets[j % K]!]![last]!;
  const out = Float64Array.from(scaling.inverse(id, output));
  for (let j = 0; j < out.length; j++) {
    if (transform === "difference") out[j]! += j < K ? levels[targets[j]!]![last]! : out[j - K]!;
  }
  return out.map((level) => rawOf(transform, level));
}

/** What is 0 and what is 1 after scaling. */
export function usualOf(scaling: Scaling, id: string | null, K: number): { location: number; scale: number } {
  const [zero, one] = [0, 1].map((value) => scaling.inverse(id, new Float64Array(K).fill(value))[0]!);
  return { location: zero!, scale: one! - zero! };
}

/** What the network takes of a batch. */
export function inputsOf({ x, future, raw }: Omit<SampleBatch, "y">): Tensor | Tensor[] {
  const all = [x, ...(future ? [future] : []), ...(raw ? [raw.scale] : [])];
  return all.length === 1 ? x : all;
}

/** What the network is trained on. */
export function pairOf(batch: SampleBatch): readonly [Tensor | Tensor[], Tensor] {
  return [inputsOf(batch), batch.raw?.y ?? batch.y];
}

/**
 * [B, horizon · K, 2]: ν and 1/√ν with ν = 1 + the mean of a target over the lookback, by which mean and dispersion of a negative binomial
 * distribution are multiplied, so that the network foresees numbers of one size for counts of any (Salinas et al. 2020, section 3.3).
 * @param ends the step after each lookback
 */
export function countScales(
  raw: Columns,
  targets: readonly string[],
  ends: ArrayLike<number>,
  lookback: number,
  horizon: number,
): Tensor {
  const [B, K] = [ends.length, targets.length];
  const out = new Float32Array(B * horizon * K * 2);
  for (let b = 0; b < B; b++) {
    for (let k = 0; k < K; k++) {
      let sum = 0;
      for (let t = ends[b]! - lookback; t < ends[b]!; t++) sum += raw[targets[k]!]![t]!;
      const nu = 1 + Math.max(0, sum) / lookback;
      for (let h = 0; h < horizon; h++) out.set([nu, 1 / Math.sqrt(nu)], ((b * horizon + h) * K + k) * 2);
    }
  }
  return tensor(out, [B, horizon * K, 2]);
}

/** The first K columns of x less their values at the last step. */
export function fromLast(x: Tensor, K: number): Tensor {
  const [B, T, D] = x.shape as [number, number, number];
  const out = Float32Array.from(x.data);
  for (let b = 0; b < B; b++) {
    const last = (b * T + T - 1) * D;
    for (let t = 0; t < T; t++) for (let k = 0; k < K; k++) out[(b * T + t) * D + k]! -= x.data[last + k]!;
  }
  return tensor(out, [B, T, D]);
}

function lessLast(x: Tensor, y: Tensor, horizon: number, K: number): Float32Array {
  const [B, T, D] = x.shape as [number, number, number];
  const out = new Float32Array(B * horizon * K);
  for (let b = 0; b < B; b++) {
    for (let j = 0; j < horizon * K; j++)
      out[b * horizon * K + j] = y.data[b * horizon * K + j]! - x.data[(b * T + T - 1) * D + (j % K)]!;
  }
  return out;
}

/** All windows within the series, whatever their values. */
export function windowsOf(
  { series, times }: Frame,
  {
    lookback,
    horizon,
    stride,
    targets,
    past,
    future,
  }: Omit<SampleSettings, "transform" | "residual" | "level" | "counts">,
  columns: Columns,
): SlidingWindows {
  const id = series.flatMap(({ begin, end }, i) => new Array<number>(end - begin).fill(i));
  const table = { columns, id, ...(times && { date: Array.from(times) }) };
  return slidingWindows(table, { lookback, horizon, stride, targets, past, future });
}
