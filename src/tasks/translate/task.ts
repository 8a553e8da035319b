import type { Task } from "../task.js";
import { translateOptions } from "./options.js";
import { TranslatePipeline } from "./pipeline.js";
import { prepareTranslate } from "./prepare.js";

/** Sequence to sequence: sentences and their translations, words and their pronunciations, dates and their ISO form. */
export const translateTask: Task<typeof translateOptions, TranslatePipeline> = {
  name: "translate",
  description: "Turns one sequence of tokens into another: translations, pronunciations, other spellings.",
  options: translateOptions,
  prepare: prepareTranslate,
  revive: (saved) => TranslatePipeline.revive(saved),
};
