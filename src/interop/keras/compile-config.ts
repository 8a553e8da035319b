/** How a file says that its model was compiled, in Sluice's terms. */
import { SluiceError, type CompileOptions, type Model } from "sluice";
import type { Json } from "../../format/json.js";
import { camelCase } from "./fields.js";

type Config = Readonly<Record<string, unknown>>;
interface Described {
  readonly className: string;
  readonly config: Config;
}

/** Something that has no form here: the model stays uncompiled. */
class Unknown extends Error {}

const OPTIMIZERS = ["Adam", "AdamW", "SGD", "RMSprop", "Nadam", "Adagrad"];
const SCHEDULES = [
  "ExponentialDecay", "InverseTimeDecay", "PiecewiseConstantDecay", "PolynomialDecay", "CosineDecay",
  "CosineDecayRestarts",
]; // prettier-ignore
const LOSSES: Readonly<Record<string, string>> = {
  MeanSquaredError: "meanSquaredError",
  MeanAbsoluteError: "meanAbsoluteError",
  Huber: "huber",
  LogCosh: "logCosh",
  Poisson: "poisson",
  CosineSimilarity: "cosineSimilarity",
  BinaryCrossentropy: "binaryCrossentropy",
  CategoricalCrossentropy: "categoricalCrossentropy",
  SparseCategoricalCrossentropy: "sparseCategoricalCrossentropy",
  KLDivergence: "kullbackLeiblerDivergence",
};
/** Keras's cosine similarity as a metric has the other sign than as a loss, and its class Accuracy compares for equality. */
const METRICS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(LOSSES).filter(([name]) => !["CosineSimilarity", "Huber", "LogCosh"].includes(name))),
  BinaryAccuracy: "binaryAccuracy",
  CategoricalAccuracy: "categoricalAccuracy",
  SparseCategoricalAccuracy: "sparseCategoricalAccuracy",
  RootMeanSquaredError: "rootMeanSquaredError",
  AUC: "auc",
}; // prettier-ignore
const SHORT: Readonly<Record<string, string>> = {
  mse: "MeanSquaredError", mae: "MeanAbsoluteError", bce: "BinaryCrossentropy", kld: "KLDivergence",
  kullback_leibler_divergence: "KLDivergence",
}; // prettier-ignore

/** What Keras writes of an object that says nothing when it has this value. */
const NEUTRAL: Readonly<Record<string, readonly unknown[]>> = {
  reduction: ["sum_over_batch_size", "auto"],
  axis: [-1],
  dtype: ["float32"],
  use_ema: [false],
  amsgrad: [false],
  is_legacy_optimizer: [false],
  jit_compile: [true, false],
  curve: ["ROC"],
  summation_method: ["interpolation"],
  multi_label: [false],
  from_logits: [false],
  label_smoothing: [0],
};

/**
 * Compiles the model as the file says. What has no form here, such as a custom loss or another optimizer, leaves it uncompiled: it
 * predicts all the same.
 */
export function compileAs(model: Model, stored: Json | null): void {
  try {
    const options = compileOptions(stored, model.outputs.length);
    if (options !== null) model.compile(options);
  } catch (error) {
    if (!(error instanceof Unknown || error instanceof SluiceError)) throw error;
  }
}

function compileOptions(stored: Json | null, outputs: number): CompileOptions | null {
  const config = plain(stored);
  if (config === null || isEmpty(config["loss"])) return null;
  const optimizer = config["optimizer"] ?? config["optimizer_config"];
  const weights = config["loss_weights"];
  const options: Record<string, unknown> = { optimizer: optimizerOf(optimizer), loss: lossesOf(config["loss"]) };
  if (!isEmpty(config["metrics"])) options["metrics"] = metricsOf(config["metrics"], outputs);
  if (!isEmpty(config["weighted_metrics"])) {
    options["weightedMetrics"] = metricsOf(config["weighted_metrics"], outputs);
  }
  if (!isEmpty(weights)) options["lossWeights"] = weightsOf(weights);
  return options as unknown as CompileOptions;
}

function optimizerOf(stored: unknown): Described {
  const { className, config } = typeof stored === "string" ? { className: stored, config: {} } : builtIn(stored);
  const known = OPTIMIZERS.find((name) => name.toLowerCase() === className.toLowerCase()) ?? unknown();
  // Left at its default, the share of the moving average matters only with use_ema.
  const { learning_rate: rate, ema_momentum: _, ...rest } = config;
  const options = optionsOf(rest);
  if (rate !== undefined) options["learningRate"] = typeof rate === "number" ? rate : scheduleOf(rate);
  return { className: known, config: options };
}

function scheduleOf(stored: unknown): Described {
  const { className, config } = builtIn(stored);
  if (!SCHEDULES.includes(className)) unknown();
  return { className: camelCase(className[0]!.toLowerCase() + className.slice(1)), config: optionsOf(config) };
}

/** One, or a list or an object of them. */
function lossesOf(stored: unknown): unknown {
  if (Array.isArray(stored)) return stored.map(lossesOf);
  const config = plain(stored);
  if (config !== null && !("class_name" in config)) return mapped(config, lossesOf);
  const { className, config: given } = namedOrObject(stored, LOSSES);
  return { className, config: optionsOf(given) };
}

/** Keras gives each of several outputs one entry of a list. */
function metricsOf(stored: unknown, outputs: number): unknown {
  if (!Array.isArray(stored)) return mapped(plain(stored) ?? unknown(), listOf);
  if (outputs > 1) return stored.length === outputs ? stored.map(listOf) : unknown();
  return stored.length === 1 && Array.isArray(stored[0]) ? listOf(stored[0]) : listOf(stored);
}

function listOf(stored: unknown): unknown[] {
  if (isEmpty(stored)) return [];
  return (Array.isArray(stored) ? stored : [stored]).map(metricOf);
}

function metricOf(stored: unknown): unknown {
  // These Keras chooses by the shapes and the loss, and so does Sluice.
  if (stored === "accuracy" || stored === "acc") return stored;
  const { className, config } = namedOrObject(stored, METRICS);
  // A name is the key in the history. Keras counts the scores of its AUC in 200 steps.
  if (typeof stored === "string") return className === "auc" ? unknown() : stored;
  const { name, num_labels: _labels, ...rest } = config;
  const options = optionsOf(rest);
  if (METRICS_OF_LOSSES.has(className)) return Object.keys(options).length > 0 ? unknown() : { className, config: {} };
  return { className, config: { ...options, ...(typeof name === "string" && { name }) } };
}

const METRICS_OF_LOSSES = new Set(Object.values(LOSSES));

function weightsOf(stored: unknown): unknown {
  if (typeof stored === "number") return [stored];
  const values = Array.isArray(stored) ? stored : Object.values(plain(stored) ?? unknown());
  return values.every((value) => typeof value === "number") ? stored : unknown();
}

/** A name such as "mse" or "mean_squared_error", or an object of Keras's own class. */
function namedOrObject(stored: unknown, known: Readonly<Record<string, string>>): Described {
  const { className, config } = typeof stored === "string" ? { className: stored, config: {} } : builtIn(stored);
  const wanted = (SHORT[className] ?? className).replaceAll("_", "").toLowerCase();
  const found = Object.keys(known).find((name) => name.toLowerCase() === wanted);
  return { className: found === undefined ? unknown() : known[found]!, config };
}

/** { class_name, config } of a class that is Keras's own; Keras 2 writes no module. */
function builtIn(stored: unknown): Described {
  const fields = plain(stored) ?? unknown();
  const { class_name: className, module, registered_name: registered, config } = fields;
  const own = module === undefined || (typeof module === "string" && /^keras(\.|$)/.test(module));
  if (!own || typeof className !== "string" || (typeof registered === "string" && registered.includes(">"))) unknown();
  return { className: className as string, config: plain(config) ?? unknown() };
}

const RENAMED: Readonly<Record<string, string>> = {
  clipnorm: "clipNorm",
  clipvalue: "clipValue",
  global_clipnorm: "globalClipNorm",
};

/** Options by Sluice's names, without what is not set; one that Sluice does not have it refuses when it compiles. */
function optionsOf(config: Config): Record<string, unknown> {
  const set = Object.entries(config).filter(([name, value]) => {
    return name !== "name" && value !== null && !(NEUTRAL[name]?.includes(value) ?? false);
  });
  return Object.fromEntries(set.map(([name, value]) => [RENAMED[name] ?? camelCase(name), value]));
}

const mapped = (config: Config, change: (value: unknown) => unknown) =>
  Object.fromEntries(Object.entries(config).map(([name, value]) => [name, change(value)]));

const isEmpty = (value: unknown) =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);

function plain(value: unknown): Config | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Config) : null;
}

function unknown(): never {
  throw new Unknown();
}
