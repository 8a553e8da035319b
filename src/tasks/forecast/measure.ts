/** Network and baselines on the same samples, in raw units. */
import type { Model } from "sluice";
import { verdictOf, type Entry, type Evaluation, type Judge, type Picture } from "../../runs/evaluation.js";
import type { Tensor } from "../../tensor/tensor.js";
import { designOf, predictAutoregression, type LinearForecaster } from "./autoregression.js";
import { pathOutlook, shapeOf, startsOf } from "./deepar/outlook.js";
import type { DeepArPlan } from "./deepar/settings.js";
import { calibrate, corrected, correctionsNow, leastOf, movement, type Corrections } from "./doubt/conformal.js";
import type { Doubt } from "./doubt/doubt.js";
import { channelsOf } from "./doubt/head.js";
import { outlookOf, type Outlook } from "./doubt/outlook.js";
import { doubtPictures } from "./doubt/pictures.js";
import { doubtValues } from "./doubt/values.js";
import { trivialBaselines, type Baseline } from "./baselines.js";
import { isoOf, type Series } from "./frame.js";
import { errorByStep, errorsOf, targetOf } from "./metrics.js";
import { inputsOf, type Samples } from "./samples.js";

/** Samples that are computed together. */
const BATCH = 256;

/** Steps that a picture of a forecast shows at most: the last ones. */
const SHOWN = 1000;

export interface MeasureSettings {
  readonly season: number | null;
  /** The error of the naive forecast in training, by series and target; see `errorsOf`. */
  readonly scaleOf: (id: string | null) => readonly number[];
  /** Training minimised the absolute error, so that is what decides. */
  readonly absolute: boolean;
  /** Null where only points are foreseen. */
  readonly doubt: Doubt | null;
  /** Null for models that foresee all steps at once. */
  readonly deepar: DeepArPlan | null;
  /** How far quantiles are off, once that is known. */
  readonly corrections: () => Corrections | null;
  /** The simple baseline; null where it was too large to be saved. */
  readonly autoregression: LinearForecaster | null;
}

/** What the network foresees of all samples, quantiles not yet corrected. */
export async function outlookAll(
  model: Model,
  samples: Samples,
  { doubt, deepar }: Pick<MeasureSettings, "doubt" | "deepar">,
): Promise<Outlook> {
  const { horizon, targets, transform } = samples.settings;
  if (deepar) {
    const shape = shapeOf(deepar, doubt!, samples.settings.lookback, horizon);
    return pathOutlook(model, startsOf(samples, deepar), shape, doubt!, transform);
  }
  const width = horizon * targets.length;
  const outputs = new Float32Array(samples.count * width * channelsOf(doubt));
  for (let first = 0; first < samples.count; first += BATCH) {
    const count = Math.min(BATCH, samples.count - first);
    const x = inputsOf(samples.batch(Int32Array.from({ length: count }, (_, i) => first + i)));
    const { data } = (await model.predict(x, { batchSize: BATCH })) as Tensor;
    outputs.set(data, first * width * channelsOf(doubt));
  }
  return outlookOf(outputs, { doubt, width, linear: transform === "none" }, (i, output) => samples.decodeAt(i, output));
}

/** How far the quantiles of the network are off on windows that it was not trained on. */
export async function correctionsOf(model: Model, samples: Samples, settings: MeasureSettings): Promise<Corrections> {
  const outlook = await outlookAll(model, samples, settings);
  const layout = layoutOf(samples, settings.doubt!);
  const series = Array.from({ length: samples.count }, (_, i) => samples.seriesOf(i).id);
  const heldOut = { truth: truthOf(samples), scales: movements(samples, settings), series };
  return calibrate("forecast", outlook, heldOut, layout);
}

function layoutOf({ settings: { horizon, targets } }: Samples, { levels }: Doubt) {
  return { levels, horizon, K: targets.length };
}

/** By sample and target, what conformal scores are measured in. */
function movements(samples: Samples, { scaleOf }: MeasureSettings): Float64Array {
  const { targets, lookback } = samples.settings;
  const K = targets.length;
  const out = new Float64Array(samples.count * K);
  for (let i = 0; i < samples.count; i++) {
    const [end, known] = [samples.origin(i), scaleOf(samples.seriesOf(i).id)];
    for (const [k, name] of targets.entries())
      out[i * K + k] = movement(samples.values.raw[name]!, end - lookback, end, known[k]!);
  }
  return out;
}

/** The network's outlook, corrected where it is to be. */
async function finalOutlook(model: Model, samples: Samples, settings: MeasureSettings): Promise<Outlook> {
  const outlook = await outlookAll(model, samples, settings);
  if (!settings.doubt?.conformal) return outlook;
  const corrections = correctionsNow("forecast.evaluate", settings.corrections());
  const layout = layoutOf(samples, settings.doubt);
  return corrected(outlook, corrections, movements(samples, settings), layout, leastOf(settings.doubt));
}

/** Raw truth of all samples, [count · horizon · K]. */
export function truthOf(samples: Samples): Float64Array {
  const width = samples.settings.horizon * samples.settings.targets.length;
  const truth = new Float64Array(samples.count * width);
  for (let i = 0; i < samples.count; i++) truth.set(samples.truth(i), i * width);
  return truth;
}

/** Network and baselines, each with raw forecasts [count · horizon · K]; the network first. */
export interface Foreseen {
  readonly outlook: Outlook;
  readonly all: readonly { readonly name: string; readonly kind: Entry["kind"]; readonly forecasts: Float64Array }[];
}

/** What the network and its baselines foresee of all samples. */
export async function foreseeAll(model: Model, samples: Samples, settings: MeasureSettings): Promise<Foreseen> {
  const { autoregression } = settings;
  const outlook = await finalOutlook(model, samples, settings);
  const all: (Omit<Baseline, "kind"> & { kind: Entry["kind"] })[] = [
    { name: "network", kind: "network", forecasts: outlook.point },
    ...trivialBaselines(samples, settings.season),
  ];
  if (autoregression) {
    const forecasts = await byBatches(samples, (indices) =>
      Promise.resolve({ data: predictAutoregression(autoregression, designOf(samples.batch(indices))) }),
    );
    all.push({ name: `linear autoregression (${autoregression.order} steps)`, kind: "simple", forecasts });
  }
  return { outlook, all };
}

export async function measure(
  model: Model,
  samples: Samples,
  part: string,
  settings: MeasureSettings,
): Promise<Evaluation> {
  const { targets, horizon } = samples.settings;
  const truth = truthOf(samples);
  const { doubt } = settings;
  const { outlook, all } = await foreseeAll(model, samples, settings);
  const scales = scalesOf(samples, settings);
  const judge = judgeOf(samples, settings);
  const doubtful =
    doubt && doubtValues(truth, outlook, doubt, { horizon, K: targets.length }, judge.name === "MASE" ? scales : null);
  const entries = all.map(({ name, kind, forecasts }) => ({
    name,
    kind,
    values: { ...valuesOf(truth, forecasts, scales, targets, horizon), ...(kind === "network" && doubtful) },
  }));
  return {
    count: samples.count,
    of: "windows",
    part,
    judge,
    entries,
    verdict: verdictOf(judge, entries),
    pictures: [...(doubt ? doubtPictures(samples, truth, outlook, doubt) : []), ...picturesOf(samples, truth, all)],
  };
}

/** One target of one series is judged in its own unit, which is not known; several together only have a common measure without unit. */
export function judgeOf(
  { settings: { targets }, values }: Pick<Samples, "settings" | "values">,
  { absolute }: Pick<MeasureSettings, "absolute">,
): Judge {
  const several = new Set(values.frame.series.map(({ id }) => id)).size > 1;
  if (targets.length > 1 || several) return { name: "MASE", mode: "min" };
  return { name: absolute ? "MAE" : "RMSE", mode: "min" };
}

async function byBatches(
  samples: Samples,
  predict: (indices: Int32Array) => Promise<{ readonly data: ArrayLike<number> }>,
): Promise<Float64Array> {
  const width = samples.settings.horizon * samples.settings.targets.length;
  const out = new Float64Array(samples.count * width);
  for (let first = 0; first < samples.count; first += BATCH) {
    const count = Math.min(BATCH, samples.count - first);
    const { data } = await predict(Int32Array.from({ length: count }, (_, i) => first + i));
    out.set(samples.decode(data, first), first * width);
  }
  return out;
}

function scalesOf(samples: Samples, { scaleOf }: MeasureSettings): Float64Array {
  const K = samples.settings.targets.length;
  const out = new Float64Array(samples.count * K);
  for (let i = 0; i < samples.count; i++) out.set(scaleOf(samples.seriesOf(i).id), i * K);
  return out;
}

/** All together, and with several targets each by itself too. */
function valuesOf(
  truth: Float64Array,
  forecasts: Float64Array,
  scales: Float64Array,
  targets: readonly string[],
  horizon: number,
): Record<string, number> {
  const K = targets.length;
  const { RMSE, MAE, sMAPE, MASE } = errorsOf(truth, forecasts, scales, { horizon, K });
  if (K === 1) return { RMSE, MAE, sMAPE, MASE };
  const each = targets.flatMap((name, k) => {
    const one = errorsOf(targetOf(truth, k, K), targetOf(forecasts, k, K), targetOf(scales, k, K), { horizon, K: 1 });
    return [[`RMSE ${name}`, one.RMSE], [`MAE ${name}`, one.MAE]] as const; // prettier-ignore
  });
  return { MASE, sMAPE, ...Object.fromEntries(each) };
}

type Named = { readonly name: string; readonly forecasts: Float64Array };

function picturesOf(samples: Samples, truth: Float64Array, all: readonly Named[]): Picture[] {
  const { targets, horizon } = samples.settings;
  const K = targets.length;
  const shown = targets.slice(0, 3).flatMap((target, k) => {
    const of = (values: Float64Array) => targetOf(values, k, K);
    const forecasts = all.map(({ name, forecasts }) => ({ name, forecasts: of(forecasts) }));
    const pictures: Picture[] = [forecastPicture(samples, target, of(truth), forecasts)];
    if (horizon > 1) {
      const lines = forecasts.map(({ name, forecasts }) => ({
        name,
        values: errorByStep(of(truth), forecasts, horizon),
      }));
      pictures.push({
        kind: "horizon",
        title: `Mean absolute error of ${target} by step of the horizon`,
        yLabel: target,
        lines,
      });
    }
    return pictures;
  });
  return shown;
}

/** One step ahead, over the last part of the series that has most samples. */
function forecastPicture(samples: Samples, target: string, truth: Float64Array, all: readonly Named[]): Picture {
  const { horizon } = samples.settings;
  const series = busiest(samples);
  const indices = Array.from({ length: samples.count }, (_, i) => i)
    .filter((i) => samples.seriesOf(i) === series)
    .slice(-SHOWN);
  const take = (values: Float64Array) => indices.map((i) => values[i * horizon]!);
  const { times } = samples.values.frame;
  const whose = series.id === null ? "" : `, series ${series.id}`;
  return {
    kind: "forecast",
    title: `${target}${whose}: one step ahead`,
    x: times
      ? indices.map((i) => isoOf(times[samples.origin(i)]!))
      : indices.map((i) => samples.origin(i) - series.begin),
    yLabel: target,
    truth: take(truth),
    forecasts: all.map(({ name, forecasts }) => ({ name, values: take(forecasts) })),
  };
}

function busiest(samples: Samples): Series {
  const counts = new Map<Series, number>();
  for (let i = 0; i < samples.count; i++) counts.set(samples.seriesOf(i), (counts.get(samples.seriesOf(i)) ?? 0) + 1);
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}
