import type { CallContext } from "../layers/layer.js";
import type { Random } from "../util/random.js";

/** How layers are called when nothing is trained: no dropout, no penalties. */
export function inferenceContext(random: Random): CallContext {
  return { training: false, random, masks: [], addLoss: () => undefined };
}
