/** A round's outcome as it is noted. */
import { check } from "../../../util/errors.js";
import type { FlowOutcome } from "../../job.js";
import type { RoundRecord } from "./journal.js";
import { checked, shardAnswer, type RoundAnswer, type ShardAnswer } from "./payloads.js";

/** A shard that came, and counts. */
export interface Came {
  readonly shard: number;
  /** Of its change. */
  readonly norm: number;
  readonly worker: string;
  readonly answer: ShardAnswer;
}

/** @throws SluiceError where the round counts one that did not answer */
export function cameIn({ came }: RoundAnswer, children: FlowOutcome["children"]): Came[] {
  return came.map(({ shard, norm }) => {
    const child = children[shard];
    check(child?.state === "done" && child.result !== null, () => `round: shard ${shard} counts and has no answer`);
    return { shard, norm, worker: child!.worker, answer: checked(`shard ${shard}`, shardAnswer, child!.result!) };
  });
}

function slowestOf(came: readonly Came[]): Came["answer"]["seconds"] {
  const whole = ({ prepare, read, train, write }: Came["answer"]["seconds"]) => prepare + read + train + write;
  return came.map(({ answer }) => answer.seconds).reduce((a, b) => (whole(b) > whole(a) ? b : a));
}

export function recordOf(
  epoch: number,
  round: number,
  outer: RoundAnswer,
  came: readonly Came[],
  children: FlowOutcome["children"],
  seconds: number,
): RoundRecord {
  const sum = (of: (answer: Came["answer"]) => number) => came.reduce((total, { answer }) => total + of(answer), 0);
  const counted = new Set(came.map(({ shard }) => shard));
  const missing = [...children.entries()].filter(([shard]) => !counted.has(shard));
  const names = Object.keys(came[0]!.answer.values);
  return {
    round,
    epoch,
    came: came.map(({ shard, norm, worker, answer }) => ({ shard, norm, worker, seconds: answer.seconds.train })),
    late: missing.filter(([, child]) => child?.state !== "failed").map(([shard]) => shard),
    failed: missing.flatMap(([shard, child]) => (child?.state === "failed" ? [{ shard, reason: child.reason ?? "unknown" }] : [])), // prettier-ignore
    values: Object.fromEntries(
      names.map((name) => [name, sum(({ values }) => values[name] ?? Number.NaN) / came.length]),
    ),
    norm: outer.norm,
    bytes: {
      weights: sum(({ bytes }) => bytes.weights),
      states: sum(({ bytes }) => bytes.stateIn + bytes.stateOut),
      deltas: sum(({ bytes }) => bytes.delta),
      outer: outer.bytes.read + outer.bytes.written,
    },
    seconds,
    times: { ...slowestOf(came), outer: outer.seconds },
  };
}
