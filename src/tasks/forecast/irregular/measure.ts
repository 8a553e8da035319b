/** Network and baselines on the same windows, in raw units; targets that were not observed count nowhere. */
import type { Model, Tensor } from "sluice";
import { verdictOf, type Entry, type Evaluation, type Judge, type Picture } from "../../../runs/evaluation.js";
import { errorByStep, errorsOf, targetOf } from "../metrics.js";
import { isoOf } from "../frame.js";
import { predictFilled, type FilledLinear } from "./linear.js";
import type { IrregularPlan } from "./plan.js";
import type { IrregularSamples } from "./samples.js";

/** Samples that are computed together. */
const BATCH = 256;
/** Steps that a picture shows at most: the last ones. */
const SHOWN = 1000;

interface Foreseen {
  readonly name: string;
  readonly kind: Entry["kind"];
  /** Raw, [count · horizon · K]. */
  readonly values: Float64Array;
}

/** The network's forecasts in raw units, [count · horizon · K]. */
export async function foresee(model: Model, samples: IrregularSamples): Promise<Float64Array> {
  const out = new Float64Array(samples.count * samples.width);
  for (let first = 0; first < samples.count; first += BATCH) {
    const indices = Int32Array.from({ length: Math.min(BATCH, samples.count - first) }, (_, i) => first + i);
    const { data } = (await model.predict(samples.inputs(indices, false), { batchSize: BATCH })) as Tensor;
    out.set(decoded(samples, data, first), first * samples.width);
  }
  return out;
}

function decoded(samples: IrregularSamples, outputs: ArrayLike<number>, first = 0): Float64Array {
  const { width } = samples;
  const out = new Float64Array(outputs.length);
  for (let b = 0; b * width < outputs.length; b++) {
    const output = Array.from({ length: width }, (_, j) => outputs[b * width + j]!);
    out.set(samples.decode(first + b, output), b * width);
  }
  return out;
}

export async function measureIrregular(
  model: Model,
  samples: IrregularSamples,
  part: string,
  plan: IrregularPlan,
  linear: FilledLinear | null,
): Promise<Evaluation> {
  const truth = Float64Array.from({ length: samples.count * samples.width });
  for (let i = 0; i < samples.count; i++) truth.set(samples.truth(i), i * samples.width);
  const nothing = new Float64Array(truth.length);
  const all: Foreseen[] = [
    { name: "network", kind: "network", values: await foresee(model, samples) },
    { name: "last observation", kind: "trivial", values: lastObservations(samples) },
    { name: "mean of the training part", kind: "trivial", values: meanOf(samples, nothing) },
  ];
  if (linear) {
    const values = decoded(samples, predictFilled(linear, samples));
    all.push({ name: "linear model, filled forward", kind: "simple", values });
  }
  const { targets } = plan;
  const judge = judgeOf(plan);
  const entries = all.map(({ name, kind, values }) => ({ name, kind, values: errors(truth, values, targets) }));
  const pictures = picturesOf(samples, plan, truth, all);
  return { count: samples.count, of: "windows", part, judge, entries, verdict: verdictOf(judge, entries), pictures };
}

function lastObservations(samples: IrregularSamples): Float64Array {
  const K = samples.sizes.targets.length;
  const output = (i: number) => {
    const last = samples.sizes.residual ? new Float64Array(K) : samples.lastOf(i);
    return Float64Array.from({ length: samples.width }, (_, j) => last[j % K]!);
  };
  return decoded(samples, joined(samples, output));
}

/** Scaled, the mean is 0. */
function meanOf(samples: IrregularSamples, nothing: Float64Array): Float64Array {
  if (!samples.sizes.residual) return decoded(samples, nothing);
  const K = samples.sizes.targets.length;
  const output = (i: number) => {
    const last = samples.lastOf(i);
    return Float64Array.from({ length: samples.width }, (_, j) => -last[j % K]!);
  };
  return decoded(samples, joined(samples, output));
}

function joined(samples: IrregularSamples, output: (i: number) => Float64Array): Float64Array {
  const out = new Float64Array(samples.count * samples.width);
  for (let i = 0; i < samples.count; i++) out.set(output(i), i * samples.width);
  return out;
}

/** Over what was observed; with several targets each by itself too. */
function errors(truth: Float64Array, values: Float64Array, targets: readonly string[]): Record<string, number> {
  const K = targets.length;
  const of = (y: Float64Array, forecasts: Float64Array) => {
    const kept = Array.from(y.keys()).filter((i) => !Number.isNaN(y[i]!));
    const [a, b] = [kept.map((i) => y[i]!), kept.map((i) => forecasts[i]!)];
    const { RMSE, MAE, sMAPE } = errorsOf(a, b, new Float64Array(a.length).fill(NaN), { horizon: 1, K: 1 });
    return { RMSE, MAE, sMAPE };
  };
  if (K === 1) return of(truth, values);
  const each = targets.flatMap((name, k) => {
    const { RMSE, MAE } = of(targetOf(truth, k, K), targetOf(values, k, K));
    return [[`RMSE ${name}`, RMSE], [`MAE ${name}`, MAE]] as const; // prettier-ignore
  });
  return { sMAPE: of(truth, values).sMAPE, ...Object.fromEntries(each) };
}

function picturesOf(
  samples: IrregularSamples,
  plan: IrregularPlan,
  truth: Float64Array,
  all: readonly Foreseen[],
): Picture[] {
  const { targets, horizon } = plan;
  const K = targets.length;
  return targets.slice(0, 3).flatMap((target, k) => {
    const lines = all.map(({ name, values }) => ({ name, values: targetOf(values, k, K) }));
    const y = targetOf(truth, k, K);
    const pictures = [forecastPicture(samples, plan, target, y, lines)];
    // A step of the horizon at which nothing was observed has no error.
    const full = horizon > 1 && y.every((v) => !Number.isNaN(v));
    if (!full) return pictures;
    const byStep = lines.map(({ name, values }) => ({ name, values: errorByStep(y, values, horizon) }));
    return [
      ...pictures,
      { kind: "horizon" as const, title: `Error by step, ${target}`, yLabel: "mean absolute error", lines: byStep },
    ];
  });
}

interface Line {
  readonly name: string;
  readonly values: Float64Array;
}

/** The first step of the horizon, over the last windows of the last series. */
function forecastPicture(
  samples: IrregularSamples,
  plan: IrregularPlan,
  target: string,
  truth: Float64Array,
  lines: readonly Line[],
): Picture {
  const { horizon, every, dates } = plan;
  const { series } = samples.places.at(-1)!;
  const { id, start } = samples.grids[series]!;
  const shown = Array.from(samples.places.keys())
    .filter((i) => samples.places[i]!.series === series)
    .slice(-SHOWN);
  const first = (values: Float64Array) => shown.map((i) => values[i * horizon]!);
  const times = shown.map((i) => start + samples.places[i]!.origin * every);
  return {
    kind: "forecast",
    title: id === null ? `${target}, one step ahead` : `${target} of ${id}, one step ahead`,
    x: dates ? times.map(isoOf) : times,
    yLabel: target,
    truth: first(truth),
    forecasts: lines.map(({ name, values }) => ({ name, values: first(values) })),
  };
}

/** Targets have units of their own: together only an error relative to their size has a meaning. */
export function judgeOf({ targets, absolute }: IrregularPlan): Judge {
  return { name: targets.length > 1 ? "sMAPE" : absolute ? "MAE" : "RMSE", mode: "min" };
}
