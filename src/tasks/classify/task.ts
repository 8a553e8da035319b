import type { z } from "zod";
import { check, show } from "../../util/errors.js";
import type { Prepared, Task } from "../task.js";
import type { Modality } from "./encoder.js";
import { MODALITIES } from "./modalities.js";
import { classifyOptions, withKindDefaults } from "./options.js";
import { ClassifyPipeline } from "./pipeline.js";
import { prepareClassify } from "./prepare.js";

/** Classes of texts, of numeric sequences of unequal length, or of sound. */
export const classifyTask: Task<typeof classifyOptions, ClassifyPipeline> = {
  name: "classify",
  description: "Says which class texts, sequences of numbers or recordings belong to.",
  options: classifyOptions,
  prepare(source, options, context): Promise<Prepared<ClassifyPipeline>> {
    const modality = modalityOf(options);
    const defaults = options.listen ? { ...modality.defaults, pooling: "last" as const } : modality.defaults;
    return prepareClassify(modality, source, withKindDefaults(options, defaults), context);
  },
  revive: (saved) => ClassifyPipeline.revive(saved),
};

/** The kind that the options ask for. */
function modalityOf(options: z.output<typeof classifyOptions>): Modality<unknown> {
  const { text, id, wide, audio, inputs, irregular, variable, value } = options;
  const columns = { variable, value };
  for (const [name, column] of Object.entries(columns)) {
    check(irregular || column === undefined, () => `classify: ${name} goes with irregular`);
  }
  check(audio || !options.listen, () => "classify: listen goes with audio");
  check(options.listen || options.background === undefined, () => "classify: background goes with listen");
  check(!(irregular && wide), () => "classify: wide does not go with irregular, whose rows are steps");
  const asked = {
    text: text !== undefined,
    "id or wide": id !== undefined || wide || irregular,
    audio,
    inputs: inputs !== undefined,
  };
  const given = Object.entries(asked).flatMap(([name, is]) => (is ? [name] : []));
  check(given.length <= 1, () => `classify: give one of text, id, wide, audio and inputs, got ${show(given)}`);
  const kind =
    inputs !== undefined ? "mixed" : text !== undefined ? "text" : audio ? "audio" : irregular ? "irregular" : "series";
  return MODALITIES.find((modality) => modality.kind === kind)!;
}
