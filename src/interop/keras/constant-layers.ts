/** Preprocessing and normalising layers of a file that come down to constants: Normalization, Rescaling, BatchNormalization. */
import type { Json } from "../../format/json.js";
import { check, show } from "../../util/errors.js";
import { affineLayers, assignAffine, type Affine } from "./affine.js";
import type { Fields } from "./fields.js";
import { layerOptions, type LayerReader } from "./layer-parts.js";
import { featuresOf } from "./plain-layers.js";
import type { Slot } from "./slots.js";

/** Keras's bound below the standard deviation (keras.backend.epsilon()). */
const EPSILON = 1e-7;

/** y = (x − mean) / max(√variance, 1e-7), or the reverse. Mean and variance stand in the configuration or among the weights. */
const normalization: LayerReader = (config) => {
  layerOptions(config, ["axis", "mean", "variance", "invert"]);
  const axis = config.get("axis") ?? null;
  check(isLast(axis), () => `${config.where}: axis must be the last one, got ${show(axis)}`);
  const invert = config.flag("invert", false);
  const affine = (mean: ArrayLike<number>, variance: ArrayLike<number>): Affine => {
    const deviation = Array.from(variance, (v) => Math.max(Math.sqrt(v), EPSILON));
    if (!invert) return { subtract: mean, factor: deviation.map((s) => 1 / s) };
    return { subtract: deviation.map(() => 0), factor: deviation, add: mean };
  };
  return constant(config, (F) => {
    const given = [config.get("mean"), config.get("variance")].map((value) => numbers(value, F, config));
    if (given[0] && given[1]) return affine(given[0], given[1]);
    return { arrays: [[F], [F], []], of: ([mean, variance]) => affine(mean!, variance!) };
  });
};

/** y = x · scale + offset */
const rescaling: LayerReader = (config) => {
  layerOptions(config, ["scale", "offset"]);
  return constant(config, (F) => ({
    subtract: new Float32Array(F),
    factor: numbers(config.get("scale"), F, config) ?? config.fail("scale is missing"),
    add: numbers(config.get("offset") ?? 0, F, config)!,
  }));
};

/** y = gamma · (x − mean) / √(variance + epsilon) + beta, as at inference; here it no longer learns. */
const batchNormalization: LayerReader = (config) => {
  layerOptions(config, ["axis", "momentum", "epsilon", "center", "scale", "virtual_batch_size"]);
  const axis = config.get("axis") ?? -1;
  const [epsilon, center, scale] = [
    config.number("epsilon", 1e-3),
    config.flag("center", true),
    config.flag("scale", true),
  ];
  return constant(config, (F, rank) => {
    const last = Array.isArray(axis) ? axis[0] : axis;
    check(last === -1 || last === rank - 1, () => `${config.where}: axis must be the last one, got ${show(axis)}`);
    const names = [...(scale ? ["gamma"] : []), ...(center ? ["beta"] : []), "mean", "variance"];
    const of = (values: readonly Float32Array[]): Affine => {
      const get = (name: string) => values[names.indexOf(name)];
      const factor = Array.from(get("variance")!, (v, i) => (get("gamma")?.[i] ?? 1) / Math.sqrt(v + epsilon));
      const beta = get("beta");
      return { subtract: get("mean")!, factor, ...(beta && { add: beta }) };
    };
    return { arrays: names.map(() => [F]), of };
  });
};

export const CONSTANT_LAYERS = {
  Normalization: normalization,
  Rescaling: rescaling,
  BatchNormalization: batchNormalization,
};

/** What makes the constants: known at once, or of the arrays of these shapes that the file holds for the layer. */
type Constants = Affine | { arrays: readonly number[][]; of: (values: readonly Float32Array[]) => Affine };

function constant(config: Fields, constantsOf: (features: number, rank: number) => Constants) {
  const name = config.text("name", "");
  let constants: Constants;
  return {
    make: (shape: readonly (number | null)[]) => {
      const F = featuresOf(config, shape);
      constants = constantsOf(F, shape.length);
      return affineLayers(name, F);
    },
    slots: (made: Parameters<typeof assignAffine>[0]): Slot[] => {
      if (!("arrays" in constants)) {
        assignAffine(made, constants);
        return [];
      }
      const { arrays, of } = constants;
      const came: Float32Array[] = [];
      return arrays.map((shape, i) => ({
        path: `vars/${i}`,
        shape,
        // As in Keras: gamma and beta learn, all else does not and is listed after them.
        trainable: arrays.length - i > 2,
        assign: (values) => {
          came[i] = values;
          if (arrays.every((_, j) => came[j] !== undefined)) assignAffine(made, of(came));
        },
      }));
    },
    conventions: ["constants, as two dense layers that do not learn"],
  };
}

const isLast = (axis: Json) =>
  axis === null || axis === -1 || (Array.isArray(axis) && axis.length <= 1 && (axis[0] ?? -1) === -1);

/** A number for all features, or a list of them, perhaps within a list. */
function numbers(value: Json | undefined, F: number, config: Fields): number[] | undefined {
  if (value === undefined || value === null) return undefined;
  const flat = [value].flat(Infinity as 1) as Json[];
  const fits = flat.every((n) => typeof n === "number") && (flat.length === 1 || flat.length === F);
  check(fits, () => `${config.where}: expected a number or ${F} of them, got ${show(value)}`);
  return Array.from({ length: F }, (_, i) => flat[flat.length === 1 ? 0 : i] as number);
}
