import type { Modality } from "./encoder.js";
import { audio } from "./audio.js";
import { irregular } from "./irregular.js";
import { mixed } from "./mixed.js";
import { series } from "./series.js";
import { text } from "./text.js";

/** What can be classified. */
export const MODALITIES = [text, series, irregular, audio, mixed] as unknown as readonly Modality<unknown>[];
