import { check, show } from "../../util/errors.js";
import { makeNamed } from "../../util/named.js";
import { savedObject } from "../numbers/preprocessor.js";
import type { AudioStep } from "./audio-step.js";
import { logMel } from "./log-mel.js";
import { mfcc } from "./mfcc.js";
import { powerSpectrogram } from "./power-spectrogram.js";

/** A closed table: a model file can name these and nothing else. */
const FACTORIES = { logMel, mfcc, powerSpectrogram };

/**
 * Makes again what `toJSON` of an audio step saved; the JSON may come from anyone.
 * @throws SluiceError for a name that is not in the table, options or a state that do not fit
 */
export function reviveAudio(saved: unknown, where = "reviveAudio"): AudioStep {
  const { className, config, state } = savedObject(where, saved, ["className", "config", "state"]);
  check(state === null, () => `${where}: the state of an audio step must be null, got ${show(state)}`);
  return makeNamed<AudioStep>(where, "audio step", FACTORIES, { className, config });
}
