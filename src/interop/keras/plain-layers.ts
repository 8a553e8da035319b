/** Layers of a file that compute without a state, and what each option of theirs is in Sluice. */
import { layers, type Layer } from "sluice";
import type { Json } from "../../format/json.js";
import { check, show } from "../../util/errors.js";
import { diagonalOf } from "./affine.js";
import type { Fields } from "./fields.js";
import { activationOption, layerOptions, type LayerReader } from "./layer-parts.js";
import { MASK_ZERO } from "./graph.js";
import { below, plainSlots } from "./slots.js";

/** A layer with these options and no weights; what the options mean, the factory checks. */
function simple(
  make: (options: never) => Layer,
  same: readonly string[] = [],
  fixed: Readonly<Record<string, readonly Json[]>> = {},
  extra: (config: Fields) => Record<string, unknown> = () => ({}),
): LayerReader {
  return (config) => {
    const options = { ...layerOptions(config, same, fixed), ...extra(config), name: config.text("name", "") };
    return { make: () => [make(options as never)], slots: ([layer]) => plainSlots(layer!), conventions: [] };
  };
}

const LAST = { data_format: ["channels_last", null] };

const dense: LayerReader = (config, { dialect }) => {
  const activation = activationOption(config, "activation", dialect, "linear");
  const options = layerOptions(config, ["units", "use_bias", "activation"]);
  return {
    make: () => [
      layers.dense({ ...(options as { units: number }), activation: activation.name, name: config.text("name", "") }),
    ],
    slots: ([layer]) => plainSlots(layer!, "", activation.scale),
    conventions: activation.scale === 1 ? [] : ["hard_sigmoid of Keras 2, as weights times 1.2"],
  };
};

const conv1d: LayerReader = (config, { dialect }) => {
  const activation = activationOption(config, "activation", dialect, "linear");
  const sizes = ["kernel_size", "strides", "dilation_rate"];
  const options = layerOptions(config, [...sizes, "filters", "padding", "use_bias", "activation"], {
    ...LAST,
    groups: [1, null],
  });
  const made = {
    ...options,
    filters: config.number("filters"),
    kernelSize: config.single("kernel_size"),
    strides: config.single("strides", 1),
    dilationRate: config.single("dilation_rate", 1),
    activation: activation.name,
    name: config.text("name", ""),
  };
  return {
    make: () => [layers.conv1d(made)],
    slots: ([layer]) => plainSlots(layer!, "", activation.scale),
    conventions: activation.scale === 1 ? [] : ["hard_sigmoid of Keras 2, as weights times 1.2"],
  };
};

/** Keras 2's hard_sigmoid on its own has no weights to scale: a dense layer that does not learn multiplies by 1.2. */
const activation: LayerReader = (config, { dialect }) => {
  const { name: f, scale } = activationOption(config, "activation", dialect, "linear");
  const name = config.text("name", "");
  layerOptions(config, ["activation"]);
  if (scale === 1)
    return { make: () => [layers.activation({ activation: f, name })], slots: () => [], conventions: [] };
  const make = (shape: readonly (number | null)[]) => {
    const F = featuresOf(config, shape);
    return [layers.dense({ units: F, useBias: false, trainable: false, activation: f, name })];
  };
  const slots = ([layer]: readonly Layer[]) => {
    const kernel = layer!.ownParameters[0]!;
    kernel.assign(diagonalOf(kernel.shape[0]!, () => scale));
    return [];
  };
  return { make, slots, conventions: ["hard_sigmoid of Keras 2, as a dense layer times 1.2"] };
};

/** A layer of Keras that is an activation and nothing else. */
function named(f: string, fixed: Readonly<Record<string, readonly Json[]>>): LayerReader {
  return simple(
    (options) => layers.activation(options),
    [],
    fixed,
    () => ({ activation: f }),
  );
}

export function featuresOf(config: Fields, shape: readonly (number | null)[]): number {
  const F = shape.at(-1);
  check(typeof F === "number", () => `${config.where}: the last axis of its input must have a known size`);
  return F as number;
}

/** Keras's layer does not look at masks, Sluice's leaves out the masked steps: a Reshape before it ends the mask. */
const globalMax: LayerReader = (config) => {
  const options = layerOptions(config, [], { ...LAST, keepdims: [false, true, null] });
  const name = config.text("name", "");
  const pool = () => layers.globalMaxPooling1d({ ...options, keepDims: config.flag("keepdims", false), name });
  const unmasked = (F: number) => layers.reshape({ targetShape: [-1, F], name: `${name}_unmasked` });
  return {
    make: (shape, masked) => (masked ? [unmasked(featuresOf(config, shape)), pool()] : [pool()]),
    slots: () => [],
    conventions: ["looks at masked steps too"],
  };
};

const timeDistributed: LayerReader = (config, context) => {
  const inner = context.read(config.get("layer"), `${config.where}: layer`);
  const options = layerOptions(config, ["layer"]);
  delete options["layer"];
  const name = config.text("name", "");
  let made: Layer[] = [];
  return {
    make: ([B, , ...rest]) => {
      made = inner.make([B ?? null, ...rest], false);
      const last = made.length - 1;
      return made.map((layer, i) =>
        layers.timeDistributed({ ...options, layer, name: i === last ? name : `${name}_${i}` }),
      );
    },
    slots: () => below(inner.slots(made), "layer", options["trainable"] !== false),
    conventions: inner.conventions,
  };
};

const merge = (make: (options: never) => Layer) => simple(make);

export const PLAIN_LAYERS: Readonly<Record<string, LayerReader>> = {
  Dense: dense,
  Conv1D: conv1d,
  Activation: activation,
  TimeDistributed: timeDistributed,
  GlobalMaxPooling1D: globalMax,
  GlobalAveragePooling1D: simple(layers.globalAveragePooling1d, [], { ...LAST, keepdims: [false, true, null] }, (config) => ({ keepDims: config.flag("keepdims", false) })),
  Embedding: (config, context) => {
    const read = simple(layers.embedding, ["input_dim", "output_dim", "mask_zero"])(config, context);
    return { ...read, conventions: config.flag("mask_zero", false) ? [MASK_ZERO] : [] };
  },
  Masking: simple(layers.masking, ["mask_value"]),
  Dropout: simple(layers.dropout, ["rate"], {}, (config) => ({ noiseShape: config.get("noise_shape") ?? null })),
  SpatialDropout1D: simple(layers.dropout, ["rate"], {}, () => ({ noiseShape: [null, 1, null] })),
  LayerNormalization: simple(layers.layerNormalization, ["epsilon", "center", "scale", "axis"], { rms_scaling: [false, null] }, (config) => ({ axis: config.single("axis", -1) })),
  Flatten: simple(layers.flatten, [], LAST),
  Reshape: simple(layers.reshape, ["target_shape"], {}, (config) => ({ targetShape: config.list("target_shape").map((n) => n ?? -1) })),
  RepeatVector: simple(layers.repeatVector, ["n"]),
  Concatenate: simple(layers.concatenate, ["axis"]),
  Add: merge(layers.add),
  Subtract: merge(layers.subtract),
  Multiply: merge(layers.multiply),
  Average: merge(layers.average),
  Maximum: merge(layers.maximum),
  Minimum: merge(layers.minimum),
  ReLU: (config, context) => {
    const max = config.get("max_value") ?? null;
    check(max === null || max === 6, () => `${config.where}: max_value must be null or 6, got ${show(max)}`);
    const fixed = { max_value: [null, 6], negative_slope: [0, null], threshold: [0, null] };
    return named(max === 6 ? "relu6" : "relu", fixed)(config, context);
  },
  LeakyReLU: named("leakyRelu", { negative_slope: [0.2], alpha: [0.2] }),
  ELU: named("elu", { alpha: [1] }),
  Softmax: named("softmax", { axis: [-1] }),
}; // prettier-ignore
