/** What frames and bands of a recording are called. */
import type { AudioStep } from "../../data/index.js";
import { hzToMel, melToHz } from "../../data/audio/mel.js";
import type { LogMelConfig } from "../../data/audio/log-mel.js";

/** When each frame begins: "0.01 s". */
export function frameTimes(step: AudioStep, frames: number, stack = 1): string[] {
  const { hop } = step.config as unknown as LogMelConfig;
  return Array.from({ length: frames }, (_, t) => `${(t * stack * hop).toFixed(2)} s`);
}

/** The middle of each mel band in Hz; coefficients of other features by number. */
export function bandNames(step: AudioStep): string[] {
  const { low, high, bands, scale } = step.config as unknown as LogMelConfig;
  if (step.className !== "logMel") return Array.from({ length: step.size }, (_, k) => `feature ${k + 1}`);
  const [from, to] = [hzToMel(low, scale), hzToMel(high, scale)];
  return Array.from({ length: bands }, (_, b) => {
    return `${Math.round(melToHz(from + ((to - from) * (b + 1)) / (bands + 1), scale))} Hz`;
  });
}

/** Why recordings that are scaled by themselves cannot be fed frame by frame. */
export const WHOLE_CLIP = "each clip is scaled by its own mean and deviation, which are known at its end only";
