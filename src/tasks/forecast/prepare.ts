import type { Dataset } from "sluice";
import { readTable, type CalendarCycle, type DataSource, type Table } from "../../data/index.js";
import { check } from "../../util/errors.js";
import { Random } from "../../util/random.js";
import type { Prepared, TaskContext, TrainingData } from "../task.js";
import { fitAutoregression, type Autoregression } from "./autoregression.js";
import { factsOf, settingsFilledIn } from "./facts.js";
import { frameOf, type Frame } from "./frame.js";
import { measure } from "./measure.js";
import { forecastNetwork } from "./network.js";
import type { ForecastOptions } from "./options.js";
import { cyclesOf, defaultLookback, partsOf, type Parts } from "./parts.js";
import {
  ForecastPipeline,
  longEnough,
  naiveErrors,
  scalingOf,
  settingsOf,
  usableWindows,
  type ForecastPlan,
} from "./pipeline.js";
import { rolesOf } from "./roles.js";
import { Samples } from "./samples.js";
import { findSeason } from "./season.js";
import { countGaps, showStep, stepOf, usualSeasons } from "./steps.js";
import { checkVaries, dropBeginnings, valuesOf, type Values } from "./values.js";

const WHERE = "forecast";

/** Numbers of a part that are laid out at once for training, 128 MB in float32; larger ones come batch by batch. */
const IN_MEMORY = 32e6;

/** Numbers that the linear autoregression is fitted on at most; of larger parts evenly spaced windows. */
const FOR_LINEAR = 16e6;

/** Everything but the trained weights. */
export async function prepareForecast(
  source: DataSource,
  options: ForecastOptions,
  context: TaskContext,
): Promise<Prepared<ForecastPipeline>> {
  const table = await readTable(source);
  const testTable = options.testData === undefined ? null : await readTable(options.testData);
  const shares = sharesOf(options);
  const { frame, plan } = planOf(table, options, shares, context);
  const parts = partsOf(WHERE, frame, plan, shares);
  checkVaries(WHERE, frame, plan.roles.targets, parts.spans.map((s) => s.end)); // prettier-ignore
  const chosen = chooseCycles(frame, plan, parts, options);
  const { pipeline, samples } = chosen;
  const { targets, past, future } = samples.train.settings;
  const sizes = { lookback: plan.lookback, horizon: plan.horizon, K: targets.length, D: targets.length + past.length + future.length, F: future.length }; // prettier-ignore
  const model = forecastNetwork(options, sizes, options.linear ? chosen.autoregression : null);
  const settings = pipeline.measureSettings(samples.train.values, chosen.autoregression);
  return {
    pipeline,
    model,
    train: trainingData(samples.train, options, true),
    validation: trainingData(samples.validation, options, false),
    fit: {
      epochs: options.epochs,
      batchSize: options.batchSize,
      patience: options.patience,
      monitor: "val_loss",
      mode: "min",
    },
    settings: settingsFilledIn(options, pipeline.plan),
    facts: factsOf(table, frame, pipeline.plan, samples),
    validate: (trained) => measure(trained, samples.validation, "validation", settings),
    test: (trained) =>
      testTable === null
        ? measure(trained, samples.test, "test", settings)
        : pipeline.measureTable(trained, testTable, testTable.source, chosen.autoregression),
  };
}

function sharesOf({ validation, test, testData }: ForecastOptions): number[] {
  if (testData !== undefined) return [1 - validation, validation];
  check(validation + test < 1, () => {
    return `${WHERE}: validation ${validation} and test ${test} leave nothing to train on; together they must be below 1`;
  });
  return [1 - validation - test, validation, test];
}

type Plan = Omit<ForecastPlan, "naive">;

function planOf(
  table: Table,
  options: ForecastOptions,
  shares: readonly number[],
  context: TaskContext,
): { frame: Frame; plan: Plan } {
  const roles = rolesOf(WHERE, table, options);
  const whole = dropBeginnings(frameOf(WHERE, table, roles), options.missing);
  const step = stepOf(whole);
  const season = options.season ?? seasonOf(whole, roles.targets[0]!, usualSeasons(step), shares[0]!);
  const lookback = options.lookback ?? defaultLookback(whole, options, season, shares[0]!);
  const { horizon, stride, scaler, transform, missing, residual = transform !== "difference", loss } = options;
  const plan = { roles, lookback, horizon, stride, cycles: [], season, step, scaler, transform, missing, residual, absolute: loss !== "meanSquaredError" }; // prettier-ignore
  const frame = longEnough(WHERE, whole, plan);
  const short = whole.series.length - frame.series.length;
  if (short > 0) context.warn(`${WHERE}: left out ${short} of ${whole.series.length} series that are shorter than lookback and horizon`); // prettier-ignore
  const gaps = step === null || step.unit === "businessDays" ? 0 : countGaps(frame, step);
  if (gaps > 0) context.warn(`${WHERE}: at ${gaps} places more than ${showStep(step!)} passes between two rows; they count as one step`); // prettier-ignore
  return { frame, plan };
}

function seasonOf(frame: Frame, target: string, candidates: readonly number[], trainShare: number): number | null {
  const parts = frame.series.map(({ begin, end }) => {
    return frame.columns[target]!.subarray(begin, begin + Math.floor(trainShare * (end - begin)));
  });
  return findSeason(parts, candidates);
}

interface Chosen {
  readonly pipeline: ForecastPipeline;
  readonly samples: Readonly<Record<"train" | "validation" | "test", Samples>>;
  readonly autoregression: Autoregression;
}

/** Fits scalers and the linear autoregression; with `calendar: "auto"` once more, with the cycles that helped it. */
function chooseCycles(frame: Frame, plan: Plan, parts: Parts, { calendar }: ForecastOptions): Chosen {
  if (Array.isArray(calendar) && calendar.length > 0)
    check(frame.times !== null, () => `${WHERE}: calendar needs a column of dates; name it with time`);
  const given = calendar === "none" ? [] : calendar === "auto" ? [] : calendar;
  const offered = calendar === "auto" ? cyclesOf(frame, plan.step) : [];
  const first = fitted(frame, plan, parts, given, offered);
  return offered.length === 0 ? first : fitted(frame, plan, parts, first.autoregression.cycles, []);
}

function fitted(
  frame: Frame,
  bare: Plan,
  parts: Parts,
  given: readonly CalendarCycle[],
  offered: readonly CalendarCycle[],
): Chosen {
  const plan = { ...bare, cycles: [...given, ...offered] };
  const values = valuesOf(WHERE, frame, plan.roles, plan, parts.trainEnds);
  const scaling = scalingOf(plan);
  const trained = parts.spans.filter((s, i) => s.end === parts.trainEnds[i]);
  scaling.fit(values.inputs, trained);
  const pipeline = new ForecastPipeline({ ...plan, naive: naiveErrors(values, trained, plan) }, scaling);
  const samples = partSamples(values, plan, parts, pipeline);
  const { train, validation } = samples;
  const layout = { lookback: plan.lookback, horizon: plan.horizon, features: train.windows.features, future: plan.roles.future }; // prettier-ignore
  const autoregression = fitAutoregression(spaced(train), spaced(validation), layout, offered, given);
  return { pipeline, samples, autoregression };
}

function partSamples(values: Values, plan: Plan, parts: Parts, { scaling }: ForecastPipeline): Chosen["samples"] {
  const all = new Samples(values, settingsOf(plan), scaling.covering(values.inputs, parts.spans));
  const usable = new Set(usableWindows(values, plan));
  const of = (part: "train" | "validation" | "test") => all.subset(parts[part].filter((i) => usable.has(i)));
  const samples = { train: of("train"), validation: of("validation"), test: of("test") };
  for (const part of parts.test.length > 0
    ? (["train", "validation", "test"] as const)
    : (["train", "validation"] as const))
    check(samples[part].count > 0, () => `${WHERE}: the ${part} part has no window whose targets are all known`);
  return samples;
}

function spaced(samples: Samples) {
  const every = Math.ceil((samples.count * numbersOf(samples)) / FOR_LINEAR);
  return samples.batch(Int32Array.from({ length: Math.ceil(samples.count / every) }, (_, i) => i * every));
}

function numbersOf({ windows, settings }: Samples): number {
  return settings.lookback * windows.features.length;
}

function trainingData(samples: Samples, { batchSize, seed }: ForecastOptions, shuffled: boolean): TrainingData {
  const inputsOf = (indices?: Int32Array) => {
    const { x, future, y } = samples.batch(indices);
    return [future ? [x, future] : x, y] as const;
  };
  if (samples.count * numbersOf(samples) <= IN_MEMORY) return inputsOf();
  const order = Int32Array.from({ length: samples.count }, (_, i) => i);
  const random = shuffled ? new Random(seed) : null;
  return function* () {
    random?.shuffle(order);
    for (let first = 0; first < order.length; first += batchSize) yield inputsOf(order.slice(first, first + batchSize));
  } satisfies Dataset;
}
