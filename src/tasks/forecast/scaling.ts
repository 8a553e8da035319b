import {
  meanScaler,
  minMaxScaler,
  revivePreprocessor,
  robustScaler,
  standardScaler,
  type PreprocessorName,
  type Scaler,
} from "../../data/index.js";
import { Tensor } from "../../tensor/tensor.js";
import { check, show } from "../../util/errors.js";
import type { Series } from "./frame.js";
import type { SCALERS } from "./options.js";

export type ScalerName = (typeof SCALERS)[number];

const FACTORIES: Readonly<Record<Exclude<ScalerName, "none">, () => Scaler>> = {
  minMax: minMaxScaler,
  standard: standardScaler,
  robust: robustScaler,
  mean: meanScaler,
};

type Columns = Readonly<Record<string, Float64Array>>;

/** What fits are made on, by series: steps from `begin` to `end`. */
export type Span = Series;

/** Targets are scaled for each series by itself, covariates for all together; the calendar stays as it is. */
export class Scaling {
  readonly #name: ScalerName;
  readonly #targets: readonly string[];
  readonly #covariates: readonly string[];
  readonly #bySeries = new Map<string | null, Scaler>();
  #common: Scaler | null = null;

  constructor(name: ScalerName, targets: readonly string[], covariates: readonly string[]) {
    this.#name = name;
    this.#targets = targets;
    this.#covariates = covariates;
  }

  /** Fits on these steps only; a series may come in pieces. */
  fit(inputs: Columns, spans: readonly Span[]): void {
    if (this.#name === "none") return;
    for (const id of new Set(spans.map((span) => span.id)))
      this.#fitSeries(inputs, id, spans.filter((span) => span.id === id)); // prettier-ignore
    if (this.#covariates.length > 0)
      this.#common = FACTORIES[this.#name]().fit(gather(inputs, this.#covariates, spans));
  }

  /** This scaling, and for series that it does not know their own scale, from these steps of theirs. */
  covering(inputs: Columns, spans: readonly Span[]): Scaling {
    const unknown = this.#name === "none" ? [] : spans.filter(({ id }) => !this.#bySeries.has(id));
    if (unknown.length === 0) return this;
    const wider = new Scaling(this.#name, this.#targets, this.#covariates);
    wider.#common = this.#common;
    for (const [id, scaler] of this.#bySeries) wider.#bySeries.set(id, scaler);
    for (const span of unknown) wider.#fitSeries(inputs, span.id, [span]);
    return wider;
  }

  /** Scaled columns. Every series must be known. */
  apply(inputs: Columns, series: readonly Series[]): Columns {
    if (this.#name === "none") return inputs;
    const out: Record<string, Float64Array> = { ...inputs };
    const put = (names: readonly string[], scaler: Scaler, { begin, end }: Series) => {
      const scaled = scaler.transform(gather(inputs, names, [{ id: null, begin, end }])).data;
      for (const [d, name] of names.entries())
        for (let i = begin; i < end; i++) out[name]![i] = scaled[(i - begin) * names.length + d]!;
    };
    for (const name of [...this.#targets, ...this.#covariates]) out[name] = new Float64Array(inputs[name]!.length);
    for (const one of series) {
      if (one.begin === one.end) continue;
      put(this.#targets, this.#of(one.id), one);
      if (this.#common) put(this.#covariates, this.#common, one);
    }
    return out;
  }

  /** Scaled covariates, some of those that were fitted. */
  applyCovariates(columns: Columns): Columns {
    const names = Object.keys(columns);
    if (this.#common === null || names.length === 0) return columns;
    const scaler = this.#common.select(names.map((name) => this.#covariates.indexOf(name)));
    const steps = columns[names[0]!]!.length;
    if (steps === 0) return columns;
    const scaled = scaler.transform(gather(columns, names, [{ id: null, begin: 0, end: steps }])).data;
    const column = (d: number) => Float64Array.from({ length: steps }, (_, i) => scaled[i * names.length + d]!);
    return Object.fromEntries(names.map((name, d) => [name, column(d)]));
  }

  /** The series that have a scale of their own; null for the only one. */
  get series(): (string | null)[] {
    return [...this.#bySeries.keys()];
  }

  /** Scaled targets [N, K] of one series back in the unit of the inputs. */
  inverse(id: string | null, scaled: Float64Array): ArrayLike<number> {
    if (this.#name === "none" || scaled.length === 0) return scaled;
    const K = this.#targets.length;
    return this.#of(id).inverse(Tensor.of(scaled, [scaled.length / K, K])).data;
  }

  toJSON(): object {
    return {
      series: [...this.#bySeries].map(([id, scaler]) => ({ id, scaler: scaler.toJSON() })),
      covariates: this.#common?.toJSON() ?? null,
    };
  }

  /** Takes over what `toJSON` gave. */
  restore(saved: unknown): void {
    const { series, covariates } = (saved ?? {}) as { series?: unknown; covariates?: unknown };
    check(Array.isArray(series), () => `forecast: the saved scalers must be a list, got ${show(series)}`);
    if (this.#name === "none") return;
    const name: PreprocessorName = `${this.#name}Scaler`;
    for (const { id, scaler } of series as { id: string | null; scaler: unknown }[])
      this.#bySeries.set(id, revivePreprocessor(scaler, name));
    if (this.#covariates.length > 0) this.#common = revivePreprocessor(covariates, name);
  }

  #fitSeries(inputs: Columns, id: string | null, spans: readonly Span[]): void {
    if (this.#name === "none") return;
    this.#bySeries.set(id, FACTORIES[this.#name]().fit(gather(inputs, this.#targets, spans)));
  }

  #of(id: string | null): Scaler {
    return this.#bySeries.get(id)!;
  }
}

/** float64 [steps, names]. */
function gather(columns: Columns, names: readonly string[], spans: readonly Span[]): Tensor {
  const D = names.length;
  const steps = spans.reduce((sum, { begin, end }) => sum + end - begin, 0);
  const data = new Float64Array(steps * D);
  for (const [d, name] of names.entries()) {
    let row = 0;
    for (const { begin, end } of spans) for (let i = begin; i < end; i++) data[row++ * D + d] = columns[name]![i]!;
  }
  return Tensor.of(data, [steps, D]);
}
