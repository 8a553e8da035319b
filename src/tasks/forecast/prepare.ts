import type { Model } from "sluice";
import { readTable, type DataSource, type Table } from "../../data/index.js";
import { check } from "../../util/errors.js";
import { readingOf } from "../common-options.js";
import { epochRandom } from "../epoch-random.js";
import { inPasses } from "../passes.js";
import type { Prepared, TaskContext, TrainingData } from "../task.js";
import type { Autoregression } from "./autoregression.js";
import { chooseFeatures, numbersOf, type Chosen } from "./choose.js";
import { deepArNetwork } from "./deepar/network.js";
import { shapeOf, startsOf, startSteps, trainingDraws, validationBatch } from "./deepar/outlook.js";
import { categoriesOf, deepArOptions, lagsOf, type DeepArPlan } from "./deepar/settings.js";
import { featuresOf } from "./deepar/tracks.js";
import { doubtOf, type Doubt } from "./doubt/doubt.js";
import { startHead } from "./doubt/head.js";
import { factsOf, settingsFilledIn } from "./facts.js";
import type { Frame } from "./frame.js";
import { loadData, type LoadedData } from "./load.js";
import { correctionsOf, judgeOf, measure } from "./measure.js";
import { forecastNetwork } from "./network.js";
import type { ForecastOptions } from "./options.js";
import { defaultLookback, type Shares } from "./parts.js";
import { longEnough, type ForecastPipeline, type ForecastPlan } from "./pipeline.js";
import { pairOf, type Samples } from "./samples.js";
import { findSeason } from "./season.js";
import { segRnnNetwork } from "./segrnn/network.js";
import { segmentsOf, segRnnOptions } from "./segrnn/settings.js";
import { countGaps, showStep, stepOf, usualSeasons } from "./steps.js";
import { checkCounts, checkVaries } from "./values.js";

const WHERE = "forecast";

/** Numbers of a part that are laid out at once for training, 128 MB in float32; larger ones come batch by batch. */
const IN_MEMORY = 32e6;

/** Windows of an epoch above which it is worth telling: about an hour of one core. */
const MANY = 2e6;

/** A network that is not trained yet; `linear` says that it begins as the linear autoregression. */
type Trained = Pick<Prepared, "model" | "train" | "validation"> & { readonly linear: boolean };

/** Everything but the trained weights. */
export async function prepareForecast(
  source: DataSource,
  given: ForecastOptions,
  context: TaskContext,
): Promise<Prepared<ForecastPipeline>> {
  const options = optionsOf(given);
  const testTable = options.testData === undefined ? null : await readTable(options.testData, readingOf(options));
  const shares = sharesOf(options);
  const doubt = doubtOf(WHERE, options);
  const data = await loadData(source, options, shares);
  try {
    return await prepareLoaded(data, testTable, options, { ...shares, doubt }, context);
  } catch (error) {
    await data.close?.();
    throw error;
  }
}

function optionsOf(given: ForecastOptions): ForecastOptions {
  if (given.model === "segrnn") return segRnnOptions(WHERE, given);
  return given.model === "deepar" ? deepArOptions(WHERE, given) : given;
}

async function prepareLoaded(
  data: LoadedData,
  testTable: Table | null,
  options: ForecastOptions,
  { shares, calibrated, doubt }: Shares & { doubt: Doubt | null },
  context: TaskContext,
): Promise<Prepared<ForecastPipeline>> {
  const { frame, plan: bare, segment } = planOf(data, options, shares, context);
  const deepar = options.model === "deepar" ? deepArPlan(frame, bare, options) : null;
  const plan = { ...bare, doubt, deepar };
  const parts = data.parts(frame, plan);
  checkVaries(WHERE, frame, plan.roles.targets, parts.spans.map((s) => s.end)); // prettier-ignore
  const chosen = chooseFeatures(frame, plan, parts, options);
  const { pipeline, samples } = chosen;
  if (doubt?.head === "negativeBinomial") checkCounts(WHERE, frame, plan.roles.targets);
  const initialEpoch = context.initialEpoch ?? 0;
  const { linear, ...network } = deepar
    ? deepArOf(data, chosen, options, deepar, initialEpoch)
    : directOf(data, chosen, options, segment, initialEpoch);
  const settings = pipeline.measureSettings(samples.train.values, chosen.autoregression);
  return {
    pipeline,
    ...network,
    fit: {
      epochs: options.epochs,
      batchSize: options.batchSize,
      patience: options.patience,
      monitor: "val_loss",
      mode: "min",
      startCounts: linear,
    },
    settings: { ...settingsFilledIn(options, pipeline.plan), linear, ...(segment !== null && { segment }) },
    facts: factsOf(data.rows, frame, pipeline.plan, calibrated ? samples : { ...samples, calibration: null }),
    ...(data.close && { close: () => data.close!() }),
    ...(doubt?.conformal && {
      calibrate: async (trained: Model) => {
        pipeline.corrections = await correctionsOf(trained, samples.calibration, settings);
      },
    }),
    judge: judgeOf(samples.validation, settings),
    validate: (trained) => measure(trained, samples.validation, "validation", settings),
    test: (trained) =>
      testTable === null
        ? measure(trained, samples.test, "test", settings)
        : pipeline.measureTable(trained, testTable, testTable.source, chosen.autoregression),
  };
}

/** A network that foresees all steps at once, and what it is trained on. */
function directOf(
  data: LoadedData,
  { pipeline, samples, autoregression: fitted }: Chosen,
  options: ForecastOptions,
  segment: number | null,
  initialEpoch: number,
): Trained {
  const { lookback, horizon, residual, doubt = null } = pipeline.plan;
  const { targets, past, future } = samples.train.settings;
  const sizes = { lookback, horizon, K: targets.length, D: targets.length + past.length + future.length, F: future.length }; // prettier-ignore
  const counts = doubt?.head === "negativeBinomial";
  const linear = !counts && options.linear && (!residual || gains(fitted));
  const autoregression = linear ? fitted : null;
  const model =
    segment === null
      ? forecastNetwork(options, sizes, autoregression, !counts && (linear || residual), doubt)
      : segRnnNetwork(options, sizes, segment);
  startHead(model, doubt, samples.train, autoregression);
  const train = data.blocks?.(pipeline, initialEpoch) ?? trainingData(samples.train, options, initialEpoch);
  return { model, train, validation: trainingData(samples.validation, options), linear };
}

/** DeepAR, which goes on step by step, and what it is trained on. */
function deepArOf(
  data: LoadedData,
  { pipeline, samples: { train, validation } }: Chosen,
  options: ForecastOptions,
  plan: DeepArPlan,
  initialEpoch: number,
): Trained {
  check(data.blocks === undefined, () => `${WHERE}: model deepar needs the whole file in memory; set memoryLimit above its size`); // prettier-ignore
  const starts = startsOf(train, plan);
  const { doubt, lookback, horizon } = pipeline.plan;
  const shape = shapeOf(plan, doubt!, lookback, horizon);
  const model = deepArNetwork(options, shape, featuresOf(plan, starts[0]!.track));
  startSteps(model, starts, shape);
  return {
    model,
    train: trainingDraws(starts, shape, options, initialEpoch),
    validation: validationBatch(startsOf(validation, plan), shape),
    linear: false,
  };
}

function deepArPlan(frame: Frame, { roles, season, residual }: Plan, { samples, seed }: ForecastOptions): DeepArPlan {
  const categories = categoriesOf(frame, roles.id, roles.categories ?? []);
  return { lags: lagsOf(season), categories, residual, samples, seed };
}

/**
 * Where the linear model is no better than the last value by this share of the squared error, the network goes on from the last value:
 * on prices, what it seems to find is chance.
 */
const GAIN = 0.01;

function gains({ error, errorOfZero }: Autoregression): boolean {
  return error < (1 - GAIN) * errorOfZero;
}

function sharesOf({ validation, test, testData, calibration, intervals }: ForecastOptions): Shares {
  check(calibration === undefined || intervals === "conformal", () => {
    return `${WHERE}: calibration ${calibration} is a share of the data for intervals conformal, and intervals is ${intervals}`;
  });
  const named = {
    validation,
    ...(calibration && { calibration }),
    ...(testData === undefined && test > 0 && { test }),
  };
  const kept = Object.values(named);
  const sum = kept.reduce((total, share) => total + share, 0);
  check(sum < 1, () => {
    const list = Object.entries(named).map(([name, share]) => `${name} ${share}`).join(" and "); // prettier-ignore
    return `${WHERE}: ${list} leave nothing to train on; together they must be below 1`;
  });
  return { shares: [1 - sum, ...kept], calibrated: calibration !== undefined };
}

type Plan = Omit<ForecastPlan, "naive">;

function planOf(
  data: LoadedData,
  options: ForecastOptions,
  shares: readonly number[],
  context: TaskContext,
): { frame: Frame; plan: Plan; segment: number | null } {
  const { roles, whole } = data;
  const step = stepOf(whole);
  const season = options.season ?? findSeason(data.trainSeries(roles.targets[0]!), usualSeasons(step));
  const usual = defaultLookback(whole, options, season, shares[0]!);
  const segments = options.model === "segrnn" ? segmentsOf(WHERE, options, usual) : null;
  const lookback = segments?.lookback ?? options.lookback ?? usual;
  const { horizon, stride, scaler, transform, missing, residual = transform !== "difference", loss } = options;
  const reading = readingOf(options);
  const plan = { reading, roles, lookback, horizon, stride, cycles: [], level: true, season, step, dated: whole.dated, scaler, transform, missing, residual, absolute: loss !== "meanSquaredError" }; // prettier-ignore
  const frame = longEnough(WHERE, whole, plan);
  const short = whole.series.length - frame.series.length;
  if (short > 0) context.warn(`${WHERE}: left out ${short} of ${whole.series.length} series that are shorter than lookback and horizon`); // prettier-ignore
  const gaps = step === null || step.unit === "businessDays" ? 0 : countGaps(frame, step);
  if (gaps > 0) context.warn(`${WHERE}: at ${gaps} places more than ${showStep(step!)} passes between two rows; they count as one step`); // prettier-ignore
  const windows = data.windows?.(plan) ?? 0;
  if (windows > MANY) context.warn(`${WHERE}: an epoch has ${windows} windows; a larger stride than ${stride} makes it shorter`); // prettier-ignore
  return { frame, plan, segment: segments?.segment ?? null };
}

/** @param initialEpoch of the training part, whose windows have another order in each epoch; those of validation keep theirs */
function trainingData(samples: Samples, { batchSize, seed }: ForecastOptions, initialEpoch?: number): TrainingData {
  const pairs = (indices?: Int32Array) => pairOf(samples.batch(indices));
  if (samples.count * numbersOf(samples) <= IN_MEMORY) return pairs();
  const steps = Math.ceil(samples.count / batchSize);
  return inPasses(
    steps,
    function* (epoch) {
      const order = Int32Array.from({ length: samples.count }, (_, i) => i);
      if (initialEpoch !== undefined) epochRandom(seed, epoch).shuffle(order);
      for (let first = 0; first < order.length; first += batchSize) yield pairs(order.slice(first, first + batchSize));
    },
    initialEpoch,
  );
}
