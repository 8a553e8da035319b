import type { Task } from "../task.js";
import { transcribeOptions } from "./options.js";
import { TranscribePipeline } from "./pipeline.js";
import { prepareTranscribe } from "./prepare.js";

/** Speech to text, from clips and what is said in them: nobody has to say when. */
export const transcribeTask: Task<typeof transcribeOptions, TranscribePipeline> = {
  name: "transcribe",
  description: "Writes down what is said in recordings.",
  options: transcribeOptions,
  prepare: prepareTranscribe,
  revive: (saved) => TranscribePipeline.revive(saved),
};
