/** What the report of a run tells of its rounds. */
import type { Block } from "../../../runs/report.js";
import type { Journal } from "./journal.js";
import { missingIn, sentIn, totalsOf } from "./totals.js";

/** Rows of the table, at most; of more rounds every so many-th stands there, and all that lacked a shard. */
const ROWS = 40;

export function roundsReport({ shards, options, rounds, perEpoch }: Journal): Block[] {
  if (rounds.length === 0) return [];
  const { innerSteps, deltas, states, outerRate, outerMomentum } = options;
  const { sent, lost } = totalsOf(rounds);
  const every = Math.ceil(rounds.length / ROWS);
  const shown = rounds.filter((one, i) => i % every === 0 || i === rounds.length - 1 || missingIn(one) > 0);
  const losses = lost === 0 ? "No shard was lost." : `${lost} shards of rounds were late or lost, and were done again.`;
  return [
    { subheading: "Rounds" },
    {
      text: `DiLoCo: ${shards} shards, ${innerSteps} steps each in a round, ${perEpoch} ${perEpoch === 1 ? "round" : "rounds"} in an epoch; changes as ${deltas}, moments as ${states}, outer rate ${outerRate}, outer momentum ${outerMomentum}. ${rounds.length} rounds; shards received and sent ${megabytes(sent)} MB. ${losses}`,
    },
    {
      table: {
        header: ["round", "epoch", "shards", "loss", "norm of the change", "MB", "seconds"],
        rows: shown.map((one) => [
          `${one.round + 1}`,
          `${one.epoch + 1}`,
          missingIn(one) === 0 ? `${one.came.length}` : `${one.came.length} of ${one.came.length + missingIn(one)}`,
          (one.values["loss"] ?? Number.NaN).toPrecision(4),
          one.norm.toPrecision(3),
          megabytes(sentIn(one)),
          one.seconds.toFixed(1),
        ]),
      },
    },
  ];
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toPrecision(3);
}
