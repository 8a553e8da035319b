/** What is told of the rounds of a run that was trained on shards. */
import type { Journal } from "../distributed/parallel/diloco/journal.js";
import { totalsOf } from "../distributed/parallel/diloco/totals.js";
import { figure } from "./figures.js";

export function dilocoObject({ shards, options, rounds, perEpoch }: Journal): object {
  const { bytes, lost } = totalsOf(rounds);
  const { innerSteps, deltas, states } = options;
  return { shards, innerSteps, deltas, states, rounds: rounds.length, perEpoch, lost, bytes };
}

export function dilocoFacts({ shards, options, rounds }: Journal): [string, string][] {
  const { sent, lost } = totalsOf(rounds);
  const missing = lost === 0 ? "" : `; ${figure(lost)} shards of rounds were late or lost, and done again`;
  const each = `${rounds.length} of ${shards} shards, ${options.innerSteps} steps each`;
  return [["Rounds", `${each}; ${megabytes(sent)} to and from shards${missing}`]];
}

export function megabytes(bytes: number): string {
  return `${figure(bytes / 1e6)} MB`;
}
