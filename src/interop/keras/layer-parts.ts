/** What every reader of a layer is given and gives. */
import type { Layer } from "sluice";
import type { Json } from "../../format/json.js";
import { check, show } from "../../util/errors.js";
import { foreignActivation, type Dialect } from "./dialect.js";
import { camelCase, type Fields } from "./fields.js";
import type { Slot } from "./slots.js";
import { foreignWeightOptions, WEIGHT_OPTION } from "./weight-options.js";

/** A layer of a file in Sluice's terms. */
export interface ReadLayer {
  readonly name: string;
  /** Keras's. */
  readonly className: string;
  /** One after another; mostly one. Made when the shape of the input is known, as weights are, and whether a mask comes with it. */
  readonly make: (input: readonly (number | null)[], masked: boolean) => Layer[];
  /** Of the layers that `make` made and that have been built since. */
  readonly slots: (made: readonly Layer[]) => Slot[];
  /** What `inspectKeras` says about it beside its class. */
  readonly conventions: readonly string[];
}

export interface ReadContext {
  readonly dialect: Dialect;
  /** Reads a layer within a layer. */
  readonly read: (stored: Json | undefined, where: string) => ReadLayer;
}

export type LayerReader = (config: Fields, context: ReadContext) => Omit<ReadLayer, "name" | "className">;

/** What says nothing about the function that a layer computes. */
const HARMLESS = new Set([
  "name", "dtype", "batch_input_shape", "batch_shape", "batch_size", "input_shape", "input_dtype", "input_length", "sparse",
  "ragged", "optional", "implementation", "unroll", "use_cudnn", "seed", "noise_shape", "trainable", "unit_forget_bias",
  "build_config", "autocast", "quantization_config", "lora_rank", "lora_alpha", "synchronized", "fused", "renorm",
]); // prettier-ignore

/**
 * Options of Sluice's layer by their names in the file: those that have the same meaning, the weights' own, and
 * `trainable`.
 * @param same the names in the file
 * @param fixed what an option must be, because Sluice has no other
 * @throws SluiceError for an option that is not known and is set
 */
export function layerOptions(
  config: Fields,
  same: readonly string[],
  fixed: Readonly<Record<string, readonly Json[]>> = {},
): Record<string, unknown> {
  const options: Record<string, unknown> = foreignWeightOptions(config);
  for (const key of config.keys) {
    const value = config.get(key) ?? null;
    if (Object.hasOwn(fixed, key)) {
      const fits = fixed[key]!.some((choice) => JSON.stringify(choice) === JSON.stringify(value));
      check(
        fits,
        () => `${config.where}: ${key} must be ${show(fixed[key]![0])}, got ${show(value)}; Sluice has no other form`,
      );
    } else if (same.includes(key)) {
      if (value !== null) options[camelCase(key)] = value;
    } else if (!HARMLESS.has(key) && !WEIGHT_OPTION.test(key)) {
      check(
        value === null || value === false,
        () => `${config.where}: the option ${key} is not known here, got ${show(value)}`,
      );
    }
  }
  if (config.get("trainable") === false) options["trainable"] = false;
  return options;
}

/** The option `key` as Sluice's activation. */
export function activationOption(config: Fields, key: string, dialect: Dialect, fallback: string) {
  return foreignActivation(config.get(key) === undefined ? fallback : config.get(key), dialect, config.where);
}
