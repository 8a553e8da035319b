/** What the report of a run tells of its rounds. */
import type { Block } from "../../../runs/report.js";
import type { Journal } from "./journal.js";
import { count } from "./epochs.js";
import { missingIn, sentIn, totalsOf } from "./totals.js";

/** Rows of the table, at most; of more rounds every so many-th stands there, and all that lacked a shard. */
const ROWS = 40;

/** What was done, in a few words: "DiLoCo on 2 shards, rounds of 50 steps". */
export function nameOf(of: { readonly shards: number; readonly options: { readonly innerSteps: number } }): string {
  return `DiLoCo on ${count(of.shards, "shard")}, rounds of ${count(of.options.innerSteps, "step")}`;
}

export function roundsReport(journal: Journal): Block[] {
  const { options, rounds, perEpoch } = journal;
  if (rounds.length === 0) return [];
  const { deltas, states, outerRate, outerMomentum } = options;
  const { sent, lost } = totalsOf(rounds);
  const every = Math.ceil(rounds.length / ROWS);
  const shown = rounds.filter((one, i) => i % every === 0 || i === rounds.length - 1 || missingIn(one) > 0);
  const losses = lost === 0 ? "No shard was lost." : `${lost} shards of rounds were late or lost, and were done again.`;
  return [
    { subheading: "Rounds" },
    {
      text: `${nameOf(journal)}, ${count(figure(perEpoch), "round")} in an epoch; changes as ${deltas}, moments as ${states}, outer rate ${outerRate}, outer momentum ${outerMomentum}. ${count(rounds.length, "round")}; shards received and sent ${sizeText(sent)}. ${losses}`,
    },
    {
      table: {
        header: ["round", "epoch", "shards", "loss", "norm of the change", "sent", "seconds"],
        rows: shown.map((one) => [
          `${one.round + 1}`,
          `${one.epoch + 1}`,
          missingIn(one) === 0 ? `${one.came.length}` : `${one.came.length} of ${one.came.length + missingIn(one)}`,
          (one.values["loss"] ?? Number.NaN).toPrecision(4),
          one.norm.toPrecision(3),
          sizeText(sentIn(one)),
          one.seconds.toFixed(1),
        ]),
      },
    },
  ];
}

function figure(value: number): number {
  return Number(value.toPrecision(3));
}

function sizeText(bytes: number): string {
  return bytes < 999_500 ? `${figure(bytes / 1e3)} kB` : `${figure(bytes / 1e6)} MB`;
}
