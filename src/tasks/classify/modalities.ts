import type { Modality } from "./encoder.js";
import { audio } from "./audio.js";
import { series } from "./series.js";
import { text } from "./text.js";

/** What can be classified. */
export const MODALITIES = [text, series, audio] as unknown as readonly Modality<unknown>[];
