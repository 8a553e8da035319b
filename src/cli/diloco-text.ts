/** What is told of the rounds of a run that was trained on shards. */
import type { Journal } from "../distributed/parallel/diloco/journal.js";
import { nameOf } from "../distributed/parallel/diloco/rounds-report.js";
import { totalsOf } from "../distributed/parallel/diloco/totals.js";
import { figure, size } from "./figures.js";

export function dilocoObject({ shards, options, rounds, perEpoch }: Journal): object {
  const { bytes, lost } = totalsOf(rounds);
  const { innerSteps, deltas, states } = options;
  return { shards, innerSteps, deltas, states, rounds: rounds.length, perEpoch, lost, bytes };
}

export function dilocoFacts(journal: Journal): [string, string][] {
  const { rounds } = journal;
  const { sent, lost } = totalsOf(rounds);
  const missing = lost === 0 ? "" : `; ${figure(lost)} shards of rounds were late or lost, and done again`;
  const facts = `${figure(rounds.length)} done; ${size(sent)} to and from shards${missing}`;
  return [["Trained by", nameOf(journal)], ["Rounds", facts]]; // prettier-ignore
}
