import { check, show } from "../../util/errors.js";
import { makeNamed } from "../../util/named.js";
import { labelEncoder, oneHotEncoder } from "./encoders.js";
import { forwardFill, interpolate, missingMask } from "./missing.js";
import { savedObject, type Preprocessor } from "./preprocessor.js";
import { meanScaler, minMaxScaler, robustScaler, standardScaler } from "./scalers.js";
import { difference, log1pTransform, logTransform } from "./transforms.js";

/** A closed table: a model file can name these and nothing else. */
const FACTORIES = {
  minMaxScaler,
  standardScaler,
  robustScaler,
  meanScaler,
  logTransform,
  log1pTransform,
  difference,
  forwardFill,
  interpolate,
  missingMask,
  labelEncoder,
  oneHotEncoder,
};

export type PreprocessorName = keyof typeof FACTORIES;

/** What `revivePreprocessor` gives for a class name. */
export type PreprocessorOf<N extends PreprocessorName> = ReturnType<(typeof FACTORIES)[N]>;

/**
 * Makes again what `toJSON` saved; the JSON may come from anyone.
 * @param name the class that must come, where the caller knows it
 * @throws SluiceError for a name that is not in the table, options or a state that do not fit
 */
export function revivePreprocessor(json: unknown): Preprocessor;
export function revivePreprocessor<N extends PreprocessorName>(json: unknown, name: N): PreprocessorOf<N>;
export function revivePreprocessor(json: unknown, name?: PreprocessorName): Preprocessor {
  const where = "revivePreprocessor";
  const { className, config, state } = savedObject(where, json, ["className", "config", "state"]);
  check(name === undefined || className === name, () => `${where}: expected a ${name}, got ${show(className)}`);
  const made: Preprocessor = makeNamed<Preprocessor>(where, "preprocessor", FACTORIES, { className, config });
  made.restore(state);
  return made;
}
