import { input, layers, model, type Model } from "sluice";
import { optimizerOf, recurrentStack } from "../network.js";
import { PADDING } from "./frames.js";
import type { TranscribeOptions } from "./options.js";

/** Recurrent layers over stacked frames, and at each step one number for each symbol and the blank, which CTC trains. */
export function buildNetwork(classes: number, options: TranscribeOptions): Model {
  const steps = input({ shape: [null, options.stack * options.mels] });
  const heard = recurrentStack(layers.masking({ maskValue: PADDING }).apply(steps), options, true);
  const network = model({
    inputs: steps,
    outputs: layers.dense({ units: classes }).apply(heard),
    seed: options.seed,
  });
  network.compile({ optimizer: optimizerOf(options), loss: "ctc" });
  return network;
}
