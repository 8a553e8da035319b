/** `sluice/streaming`: from a signal that never ends to decisions, in Node and in pages. */
export { Decider, type Decision, type DecisionOptions } from "./decider.js";
export { microphone, type Microphone, type MicrophoneOptions } from "./microphone.js";
export { fitSoundFeatures, SoundFeatures, type SoundFeaturesConfig } from "./sound-features.js";
export {
  attachSound,
  soundConfigOf,
  SoundStream,
  soundStream,
  type SoundConfig,
  type SoundStreamOptions,
} from "./sound-stream.js";
