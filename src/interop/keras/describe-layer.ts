/** A layer of Sluice as Keras 3 or tfjs serialises it: { class_name, config } with names in snake case. */
import type { Layer } from "sluice";
import type { Json } from "../../format/json.js";
import { check, show, SluiceError } from "../../util/errors.js";

export type Target = "keras3" | "tfjs";
type Config = { [name: string]: Json };

export interface DescribedLayer {
  module: string;
  class_name: string;
  config: Config;
  registered_name: null;
}

/** What only Sluice needs to know, or what the place of use says. */
const OWN = [
  "inputShape",
  "checkpointEvery",
  "layerNormalization",
  "unroll",
  "useCudnn",
  "layer",
  "backwardLayer",
  "cell",
  "shape",
  "noiseShape",
  "keepDims",
];
const KINDS = /(Initializer|Regularizer|Constraint)$/;

/** @throws SluiceError naming the layer and what the other system has no form for */
export function describeLayer(layer: Layer, target: Target, batchSize: number | null): DescribedLayer {
  const where = `${target === "tfjs" ? "toTfjs" : "toKeras"}: ${layer.label}`;
  const className = layer.className;
  check(CLASSES.includes(className), () => `${where}: has no form there; known: ${CLASSES.join(", ")}`);
  const config: Config = { name: layer.name, trainable: layer.trainable, dtype: "float32" };
  const { name: _name, trainable: _trainable, ...options } = layer.getConfig();
  check(options["layerNormalization"] !== true, () => `${where}: layerNormalization has no form there`);
  for (const [key, value] of Object.entries(options)) {
    if (!OWN.includes(key) && value !== undefined) config[snake(key)] = option(key, value, target, where);
  }
  Object.assign(config, special(layer, target, batchSize));
  return { module: "keras.layers", class_name: className, config, registered_name: null };
}

/** Names in Sluice and Keras are the same. */
const CLASSES = [
  "InputLayer", "GRU", "LSTM", "SimpleRNN", "RNN", "GRUCell", "LSTMCell", "SimpleRNNCell", "Bidirectional", "TimeDistributed", "Dense",
  "Embedding", "Masking", "Dropout", "Activation", "LayerNormalization", "Conv1D", "GlobalAveragePooling1D", "GlobalMaxPooling1D",
  "Flatten", "Reshape", "RepeatVector", "Concatenate", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum",
]; // prettier-ignore

/** What does not follow from the names alone. */
function special(layer: Layer, target: Target, batchSize: number | null): Config {
  const config = layer.config as unknown as Record<string, never>;
  const inner = (part: Layer | undefined) => describeLayer(part!, target, batchSize) as unknown as Json;
  // The other system puts the prefix before the name itself.
  const direction = (part: Layer | undefined, prefix: string): Json => {
    const described = describeLayer(part!, target, batchSize);
    return { ...described, config: { ...described.config, name: innerName(part!, prefix) } };
  };
  switch (layer.className) {
    case "InputLayer": {
      const shape = [batchSize, ...(config["shape"] as (number | null)[])];
      return target === "tfjs"
        ? { batch_input_shape: shape, dtype: config["dtype"], sparse: false }
        : { batch_shape: shape, dtype: config["dtype"] };
    }
    case "Bidirectional": {
      // Sluice's copies of the layer carry the weights; what the layer itself says is what was asked for.
      const [forward, backward] = layer.sublayers;
      const given = config["backwardLayer"] !== null && target === "keras3";
      const mode = (layer.getConfig()["mergeMode"] ?? "concat") as string;
      return {
        layer: direction(forward, "forward_"),
        merge_mode: mode === "none" ? null : mode,
        ...(given && { backward_layer: direction(backward, "backward_") }),
      };
    }
    case "TimeDistributed":
      return { layer: inner(layer.sublayers[0]) };
    case "RNN":
      return { cell: inner(layer.sublayers[0]) };
    case "Conv1D":
      return {
        kernel_size: [config["kernelSize"]],
        strides: [config["strides"]],
        dilation_rate: [config["dilationRate"]],
        data_format: "channels_last",
      };
    case "Dropout":
      return config["noiseShape"] === null ? {} : { noise_shape: config["noiseShape"] };
    case "GlobalAveragePooling1D":
    case "GlobalMaxPooling1D":
      return { keepdims: config["keepDims"], data_format: "channels_last" };
    default:
      return {};
  }
}

/** The name of a direction without its prefix; a layer that the user did not name is called "layer". */
export function innerName(part: Layer, prefix: string): string {
  const name = part.name.startsWith(prefix) ? part.name.slice(prefix.length) : part.name;
  return name === "layer" ? part.className.toLowerCase() : name;
}

function option(key: string, value: unknown, target: Target, where: string): Json {
  if (key === "activation" || key === "recurrentActivation")
    return snake(value === "swish" ? "silu" : String(value ?? "linear"));
  if (key === "mergeMode" || key === "padding") return value as Json;
  const kind = KINDS.exec(key)?.[1];
  if (kind === undefined || value === null) return value as Json;
  const { className, config = {} } =
    typeof value === "string" ? { className: value } : (value as { className: string; config?: object });
  const named = NAMES[className] ?? className[0]!.toUpperCase() + className.slice(1);
  if (className === "custom")
    throw new SluiceError(`${where}: ${key} is a function of this program and cannot be written`);
  if (target === "tfjs" && kind === "Regularizer")
    return l1l2(className, config as Record<string, number>, `${where}: ${key}`);
  const options = Object.entries(config).map(([name, given]) => [
    snake(name),
    typeof given === "string" ? snake(given) : (given as Json),
  ]);
  return {
    module: `keras.${kind.toLowerCase()}s`,
    class_name: named,
    config: Object.fromEntries(options) as Config,
    registered_name: null,
  };
}

/** Where Keras's class is not Sluice's name with a capital. */
const NAMES: Readonly<Record<string, string>> = { l1l2: "L1L2", orthogonal: "Orthogonal" };

/** tfjs has one class for both. */
function l1l2(className: string, config: Record<string, number>, where: string): Json {
  check(["l1", "l2", "l1l2"].includes(className), () => `${where}: tfjs has no ${show(className)}`);
  const fallback = className === "l1l2" ? 0 : 0.01;
  const part = (name: "l1" | "l2") => (className.includes(name) ? (config[name] ?? fallback) : 0);
  return { class_name: "L1L2", config: { l1: part("l1"), l2: part("l2") } };
}

/** kernelInitializer → kernel_initializer, relu6 → relu6 */
export function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
