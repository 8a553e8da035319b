import { input, layers, model, optimizers, schedules, type Model, type Optimizer } from "sluice";
import { recurrentStack } from "../network.js";
import { PADDING } from "./frames.js";
import type { TranscribeOptions } from "./options.js";

/**
 * Recurrent layers over stacked frames, and at each step one number for each symbol and the blank, which CTC trains.
 * @param steps of an epoch
 */
export function buildNetwork(classes: number, steps: number, options: TranscribeOptions): Model {
  const frames = input({ shape: [null, options.stack * options.mels] });
  const heard = recurrentStack(layers.masking({ maskValue: PADDING }).apply(frames), options, true);
  const network = model({
    inputs: frames,
    outputs: layers.dense({ units: classes }).apply(heard),
    seed: options.seed,
  });
  network.compile({ optimizer: fallingAdam(steps * options.epochs, options), loss: "ctc" });
  return network;
}

/** Adam whose steps fall to nothing along a cosine: what is learnt of few voices late and in large steps does not hold for others. */
function fallingAdam(
  decaySteps: number,
  { learningRate: initialLearningRate, weightDecay, clipNorm }: TranscribeOptions,
): Optimizer {
  const learningRate = schedules.cosineDecay({ initialLearningRate, decaySteps });
  const clipping = clipNorm > 0 ? { globalClipNorm: clipNorm } : {};
  return weightDecay > 0
    ? optimizers.adamW({ learningRate, weightDecay, ...clipping })
    : optimizers.adam({ learningRate, ...clipping });
}
