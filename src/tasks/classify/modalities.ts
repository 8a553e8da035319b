import type { Modality } from "./encoder.js";
import { text } from "./text.js";

/** What can be classified. */
export const MODALITIES = [text] as unknown as readonly Modality<unknown>[];
