import type { RoundRecord } from "./journal.js";

/** Bytes that went to the shards and came from them. */
export function sentIn({ bytes }: RoundRecord): number {
  return bytes.weights + bytes.states + bytes.deltas;
}

export interface Totals {
  readonly bytes: RoundRecord["bytes"];
  /** To and from the shards. */
  readonly sent: number;
  /** How often a shard was late or failed. */
  readonly lost: number;
}

/** Over all rounds. */
export function totalsOf(rounds: readonly RoundRecord[]): Totals {
  const sum = (of: (one: RoundRecord) => number) => rounds.reduce((total, one) => total + of(one), 0);
  return {
    bytes: {
      weights: sum(({ bytes }) => bytes.weights),
      states: sum(({ bytes }) => bytes.states),
      deltas: sum(({ bytes }) => bytes.deltas),
      outer: sum(({ bytes }) => bytes.outer),
    },
    sent: sum(sentIn),
    lost: sum(missingIn),
  };
}

export function missingIn({ late, failed }: RoundRecord): number {
  return late.length + failed.length;
}
