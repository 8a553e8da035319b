export type { AudioStep } from "./audio-step.js";
export { logMel, type LogMelOptions } from "./log-mel.js";
export { hzToMel, melFilterBank, melToHz, type MelOptions, type MelScale } from "./mel.js";
export { readWav, type Recording, type WavOptions } from "./read-wav.js";
export { resample } from "./resample.js";
export type { SpectrumOptions } from "./spectrum.js";
