import { Random } from "../util/random.js";

/** Random numbers of one epoch of a data set, so that a run that is taken up again goes on with the batches it would have had. */
export function epochRandom(seed: number, epoch: number): Random {
  return new Random((seed >>> 0) + 2 ** 32 * (epoch + 1));
}
