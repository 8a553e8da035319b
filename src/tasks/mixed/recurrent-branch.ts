import { layers, type SymbolicTensor } from "sluice";
import { recurrentStack, type RecurrentOptions } from "../network.js";

/** Recurrent layers over the masked steps; of the steps the mean and the largest values, [B, 2H]. */
export function recurrentBranch(x: SymbolicTensor, options: RecurrentOptions) {
  const steps = recurrentStack(x, options, true);
  const mean = layers.globalAveragePooling1d().apply(steps);
  const max = layers.globalMaxPooling1d().apply(steps);
  return { steps, vector: layers.concatenate().apply([mean, max]) };
}
