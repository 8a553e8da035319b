import { tensor, type Tensor } from "sluice";
import { gruDInputs, type Scaler } from "../../../data/index.js";
import type { GridSeries } from "./grid.js";
import type { IrregularPlan } from "./plan.js";

/** A window: the steps before `origin` are seen, those from it on are foreseen. */
interface Place {
  readonly series: number;
  readonly origin: number;
}

type Sizes = Pick<IrregularPlan, "variables" | "targets" | "lookback" | "horizon" | "stride" | "residual">;

/** From a share of each series' steps to another. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Windows over series with gaps, from places in the data to tensors and back to raw units. */
export class IrregularSamples {
  readonly grids: readonly GridSeries[];
  readonly sizes: Sizes;
  readonly places: readonly Place[];
  readonly #scaler: Scaler;
  readonly #scaled: readonly Float64Array[];
  readonly #targets: Scaler;

  constructor(grids: readonly GridSeries[], sizes: Sizes, scaler: Scaler, places: readonly Place[]) {
    const D = sizes.variables.length;
    this.grids = grids;
    this.sizes = sizes;
    this.places = places;
    this.#scaler = scaler;
    this.#targets = scaler.select(sizes.targets.map((_, k) => k));
    this.#scaled = grids.map(
      ({ values, T }) => scaler.transform(tensor(values, [T, D], "float64")).data as Float64Array,
    );
  }

  /** Windows whose horizon lies in a span and holds a target, and whose lookback holds an observation; it may reach back over the border. */
  static within(grids: readonly GridSeries[], sizes: Sizes, scaler: Scaler, { from, to }: Span): IrregularSamples {
    const { lookback, horizon, stride, targets, variables } = sizes;
    const D = variables.length;
    const places = grids.flatMap(({ T, values }, series) => {
      const [first, last] = [Math.max(lookback, Math.floor(from * T)), Math.floor(to * T) - horizon];
      const origins = Array.from(
        { length: Math.max(0, Math.floor((last - first) / stride) + 1) },
        (_, i) => first + i * stride,
      );
      const known = (begin: number, end: number, width: number) => {
        for (let t = begin; t < end; t++)
          for (let d = 0; d < width; d++) if (!Number.isNaN(values[t * D + d]!)) return true;
        return false;
      };
      return origins
        .filter((t) => known(t, t + horizon, targets.length) && known(t - lookback, t, D))
        .map((origin) => ({ series, origin }));
    });
    return new IrregularSamples(grids, sizes, scaler, places);
  }

  get count(): number {
    return this.places.length;
  }

  /** Targets and steps foreseen, horizon · K. */
  get width(): number {
    return this.sizes.horizon * this.sizes.targets.length;
  }

  /** Scaled values of the lookback [L, D], NaN where nothing was observed; steps before the first of the series are such. */
  window(i: number): Float64Array {
    const { lookback, variables } = this.sizes;
    const D = variables.length;
    const { series, origin } = this.places[i]!;
    const begin = origin - lookback;
    const out = new Float64Array(lookback * D).fill(NaN);
    out.set(this.#scaled[series]!.subarray(Math.max(0, begin) * D, origin * D), Math.max(0, -begin) * D);
    return out;
  }

  /** The last observation of each target in the lookback, scaled; 0, the mean, where there is none. */
  lastOf(i: number): Float64Array {
    return lastObserved(this.window(i), this.sizes.variables.length).slice(0, this.sizes.targets.length);
  }

  /** Raw truth [horizon · K]; NaN where nothing was observed. */
  truth(i: number): Float64Array {
    return this.#ahead(i, (series) => this.grids[series]!.values);
  }

  #ahead(i: number, of: (series: number) => Float64Array): Float64Array {
    const { series, origin } = this.places[i]!;
    const K = this.sizes.targets.length;
    const D = this.sizes.variables.length;
    const values = of(series);
    return Float64Array.from(
      { length: this.width },
      (_, j) => values[(origin + Math.floor(j / K)) * D + (j % K)] ?? NaN,
    );
  }

  /** Inputs x [B, L, 3D] and what is asked [B, horizon · K], 1 where there is a truth. */
  inputs(indices: ArrayLike<number>, asked = true): [x: Tensor, asked: Tensor] {
    const { lookback, variables } = this.sizes;
    const size = lookback * 3 * variables.length;
    const x = new Float32Array(indices.length * size);
    const wanted = new Float32Array(indices.length * this.width).fill(1);
    const steps = Float64Array.from({ length: lookback }, (_, t) => t);
    for (let b = 0; b < indices.length; b++) {
      x.set(gruDInputs(steps, this.window(indices[b]!)), b * size);
      if (asked) wanted.set(this.truth(indices[b]!).map((y) => Number(!Number.isNaN(y))), b * this.width); // prettier-ignore
    }
    const B = indices.length;
    return [tensor(x, [B, lookback, 3 * variables.length]), tensor(wanted, [B, this.width])];
  }

  /** The steps of the lookback of sample i, in the unit of the times. */
  timesOf(i: number, every: number): number[] {
    const { series, origin } = this.places[i]!;
    const { lookback } = this.sizes;
    return Array.from({ length: lookback }, (_, t) => this.grids[series]!.start + (origin - lookback + t) * every);
  }

  /** Scaled truth [B, horizon · K], less the last observation with `residual`; 0 where there is none. */
  targets(indices: ArrayLike<number>): Tensor {
    const y = new Float32Array(indices.length * this.width);
    for (let b = 0; b < indices.length; b++) y.set(this.target(indices[b]!).map((v) => (Number.isNaN(v) ? 0 : v)), b * this.width); // prettier-ignore
    return tensor(y, [indices.length, this.width]);
  }

  /** One sample of them, NaN where there is no truth. */
  target(i: number): Float64Array {
    const scaled = this.#ahead(i, (series) => this.#scaled[series]!);
    return this.sizes.residual ? less(scaled, this.lastOf(i)) : scaled;
  }

  /** An output [horizon · K] for sample i in raw units. */
  decode(i: number, output: ArrayLike<number>): Float64Array {
    const K = this.sizes.targets.length;
    const last = this.sizes.residual ? this.lastOf(i) : new Float64Array(K);
    const scaled = Float64Array.from(output, (v, j) => v + last[j % K]!);
    return Float64Array.from(this.#targets.inverse(tensor(scaled, [this.sizes.horizon, K], "float64")).data);
  }

  /** Samples that begin where each series ends. */
  atEnds(): IrregularSamples {
    const places = this.grids.map(({ T }, series) => ({ series, origin: T }));
    return new IrregularSamples(this.grids, this.sizes, this.#scaler, places);
  }
}

function less(y: Float64Array, last: Float64Array): Float64Array {
  return y.map((v, j) => v - last[j % last.length]!);
}

/** By variable the last observation of a window [L, D]; 0 where there is none. */
export function lastObserved(window: Float64Array, D: number): Float64Array {
  const last = new Float64Array(D);
  for (const [i, value] of window.entries()) if (!Number.isNaN(value)) last[i % D] = value;
  return last;
}

/** A window [L, D] filled forward; 0, the mean, before the first observation. */
export function filledForward(window: Float64Array, D: number): Float64Array {
  const last = new Float64Array(D);
  return window.map((value, i) => (Number.isNaN(value) ? last[i % D]! : (last[i % D] = value)));
}
