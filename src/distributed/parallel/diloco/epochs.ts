/** Epochs of a training that can be validated at the ends of rounds only: they end at the rounds nearest to whole passes over the data. */
import { SluiceError } from "../../../util/errors.js";

/** Of two rounds that are as near the later one, whatever 0.1 × 25 is in binary. */
const TIE = 1e-9;

/** Rounds after which an epoch is over. @param epoch from 0; −1 for the begin @param perEpoch rounds of a pass, at least 1, so that no two epochs end with the same */
export function endOf(epoch: number, perEpoch: number): number {
  return Math.round((epoch + 1) * perEpoch + TIE);
}

/** Whether an epoch ends, or the training begins, after so many rounds. */
export function isEnd(round: number, perEpoch: number): boolean {
  const near = round / perEpoch;
  return [Math.floor(near), Math.ceil(near)].some((passes) => endOf(passes - 1, perEpoch) === round);
}

/** Nothing was begun, since it cannot be done as it was asked for. */
export class RoundTooLong extends SluiceError {}

export interface Asked {
  /** Passes over the data. */
  readonly epochs: number;
  /** Batches of a pass. */
  readonly batches: number;
  /** K */
  readonly shards: number;
  /** H */
  readonly innerSteps: number;
}

export interface Course {
  /** Rounds of an epoch: S / (K · H), or 1 where a round is longer than a pass. */
  readonly perEpoch: number;
  readonly epochs: number;
  /** What is to be told where there are not as many epochs as were asked for; null where there are. */
  readonly remark: string | null;
}

/**
 * @param begun rounds of an epoch of a run that goes on; runs of earlier versions had whole ones
 * @throws RoundTooLong where not one round of a new run would fit
 */
export function courseOf({ epochs, batches, shards, innerSteps }: Asked, begun?: number): Course {
  const inRound = shards * innerSteps;
  const all = epochs * batches;
  const round = `a round of ${count(shards, "shard")} with ${count(innerSteps, "step")} each is ${count(inRound, "batch")}`;
  if (begun === undefined && inRound > all) {
    const [steps, fewer] = [Math.floor(all / shards), Math.floor(all / innerSteps)];
    const ways = [
      ...(steps > 0 ? [`at most ${count(steps, "inner step")}`] : []),
      ...(fewer > 0 ? [`at most ${count(fewer, "shard")}`] : []),
      ...(steps + fewer === 0 ? ["fewer of both"] : []),
      `at least ${count(Math.ceil(inRound / batches), "epoch")}`,
    ];
    throw new RoundTooLong(
      `DiLoCo: ${round}, and the whole training has ${all}: ${count(epochs, "epoch")} of ${count(batches, "batch")}. Take ${ways.join(", or ")}`,
    );
  }
  const perEpoch = begun ?? Math.max(1, batches / inRound);
  const trained = Math.max(1, Math.round((epochs * batches) / (perEpoch * inRound)));
  if (trained === epochs) return { perEpoch, epochs, remark: null };
  const each = perEpoch === 1 ? "a round is an epoch" : `an epoch is ${perEpoch} rounds`;
  const remark = `DiLoCo: ${round}, and a pass over the data has ${batches}. Here ${each}: ${count(epochs, "epoch")} of ${count(batches, "batch")} become ${count(trained, "epoch")}, which patience counts too; fewer inner steps make rounds shorter`;
  return { perEpoch, epochs: trained, remark };
}

/** "1 batch", "24 batches". */
export function count(number: number, what: string): string {
  if (number === 1) return `1 ${what}`;
  return `${number} ${what}${what.endsWith("batch") ? "es" : "s"}`;
}
