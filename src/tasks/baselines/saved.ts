/** Baselines that are saved with the network, so that both can be measured on a new file. */
import type { Evaluation } from "../../runs/evaluation.js";

/** Characters of JSON that a baseline may have in a model file: each checkpoint holds them too. */
export const MOST_JSON = 1_000_000;

/** Numbers with all their digits that are about as much. */
export const MOST_NUMBERS = MOST_JSON / 20;

/** Says that a baseline is missing, so that nobody takes the others for all there are. */
export function sayMissing(evaluation: Evaluation, baseline: string): Evaluation {
  const note = `${baseline} is too large to be saved with the network: how it does is in the report of the training.`;
  return { ...evaluation, verdict: `${evaluation.verdict} ${note[0]!.toUpperCase()}${note.slice(1)}` };
}
