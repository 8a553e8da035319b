import type { Dataset } from "sluice";
import { readTable, type DataSource, type Table } from "../../data/index.js";
import { check } from "../../util/errors.js";
import { Random } from "../../util/random.js";
import type { Prepared, TaskContext, TrainingData } from "../task.js";
import { chooseFeatures, numbersOf } from "./choose.js";
import { factsOf, settingsFilledIn } from "./facts.js";
import { frameOf, type Frame } from "./frame.js";
import { measure } from "./measure.js";
import { forecastNetwork } from "./network.js";
import type { ForecastOptions } from "./options.js";
import { defaultLookback, partsOf } from "./parts.js";
import { longEnough, type ForecastPipeline, type ForecastPlan } from "./pipeline.js";
import { rolesOf } from "./roles.js";
import type { Samples } from "./samples.js";
import { findSeason } from "./season.js";
import { countGaps, showStep, stepOf, usualSeasons } from "./steps.js";
import { checkVaries, dropBeginnings } from "./values.js";

const WHERE = "forecast";

/** Numbers of a part that are laid out at once for training, 128 MB in float32; larger ones come batch by batch. */
const IN_MEMORY = 32e6;

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
  const chosen = chooseFeatures(frame, plan, parts, options);
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
  const plan = { roles, lookback, horizon, stride, cycles: [], level: true, season, step, scaler, transform, missing, residual, absolute: loss !== "meanSquaredError" }; // prettier-ignore
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
