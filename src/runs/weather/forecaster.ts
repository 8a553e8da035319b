/** The GRU of the main job, and what it is measured against. */
import { callbacks, layers, optimizers, sequential, type History, type Model } from "sluice";
import type { Day } from "./days.js";
import { FEATURES, fitScaler, makeExamples, toTemperatures, type Examples, type Scaler } from "./examples.js";
import { fitLinear, predictLinear, type LinearModel } from "./linear.js";
import { score } from "./scores.js";

/** Size and learning rate did best on the validation days, means of six seeds, among 8, 16, 24 units and rates 0.001 to 0.005. */
export const SETTINGS = { T: 30, units: 16, learningRate: 0.003, batchSize: 32, epochs: 100, patience: 15, seed: 1 };

/** Days in order of time: what is learnt from, what decides when to stop and which sizes are best, what is only tested on. */
export interface Split {
  train: Examples;
  validation: Examples;
  test: Examples;
  scaler: Scaler;
}

/** @param validationBegin, testBegin indices of days */
export function splitDays(days: readonly Day[], validationBegin: number, testBegin: number): Split {
  const { T } = SETTINGS;
  const scaler = fitScaler(days.slice(0, validationBegin));
  return {
    scaler,
    train: makeExamples(days, scaler, T, T, validationBegin),
    validation: makeExamples(days, scaler, T, validationBegin, testBegin),
    test: makeExamples(days, scaler, T, testBegin, days.length),
  };
}

export function makeModel({ scaler }: Split): Model {
  const { T, units, learningRate, seed } = SETTINGS;
  const model = sequential([layers.gru({ units, inputShape: [null, FEATURES.length] }), layers.dense({ units: 1 })], {
    seed,
    name: "seattle_weather",
  });
  model.compile({
    optimizer: optimizers.adam({ learningRate }),
    loss: "meanSquaredError",
    metrics: ["mae"],
  });
  model.attachments = {
    weather: { T, features: FEATURES, scaler, predicts: "change of the highest temperature, scaled" },
  };
  return model;
}

export function train(model: Model, { train, validation }: Split, historyFile: string): Promise<History> {
  const { batchSize, epochs, patience } = SETTINGS;
  return model.fit(train.x, train.y, {
    epochs,
    batchSize,
    validationData: [validation.x, validation.y],
    callbacks: [
      callbacks.earlyStopping({ patience, restoreBestWeights: true }),
      callbacks.csvLogger({ path: historyFile }),
    ],
  });
}

/** Temperatures that the model foresees, °C. */
export async function forecast(
  model: Model,
  examples: Examples,
  days: readonly Day[],
  scaler: Scaler,
): Promise<number[]> {
  const changes = await model.predict(examples.x);
  return toTemperatures(changes.data, days, examples.first, scaler);
}

/** The best of several window lengths and penalties by the error on the validation days. */
export function bestLinear({ train, validation }: Split): LinearModel {
  const lengths = [1, 3, 7, 14, SETTINGS.T];
  const candidates = lengths.flatMap((T) => [1, 10, 100, 1000].map((lambda) => fitLinear(train, T, lambda)));
  const truth = [...validation.y.data];
  const errors = candidates.map((model) => score(truth, [...predictLinear(model, validation)]).rmse);
  return candidates[errors.indexOf(Math.min(...errors))]!;
}

/** Forecasts that need no training: names, and the temperature for day i from the days before it. */
export const RULES: Readonly<Record<string, (days: readonly Day[], i: number) => number>> = {
  "last value (as today)": (days, i) => days[i - 1]!.high,
  "mean of the last 7 days": (days, i) => days.slice(i - 7, i).reduce((sum, day) => sum + day.high, 0) / 7,
  "seasonal naive (same day last year)": (days, i) => days[i - 365]!.high,
};
