/** Trainings of many parts as the page shows them: series.json and diloco.json. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DILOCO_FILE, readJournal, type RoundRecord } from "../../distributed/parallel/diloco/journal.js";
import { missingIn, sentIn, totalsOf } from "../../distributed/parallel/diloco/totals.js";
import { Ledger, SERIES_FILE } from "../../distributed/series/ledger.js";
import { quantileOf } from "../../distributed/series/pool.js";
import { RunFolder } from "../../runs/run-folder.js";
import type { Round, RoundsCount, RoundsReply, SeriesCount, SeriesReply } from "../api/index.js";

/** Weights go to the shards as they are. */
const WHOLE = "float32";
/** Rounds that are told. */
const MOST_ROUNDS = 400;

/** Null for a run that is none. @throws SluiceError where the file cannot be read */
export function seriesCount(path: string): SeriesCount | null {
  const ledger = seriesIn(path);
  if (!ledger) return null;
  const failed = ledger.series.filter(({ state }) => state === "failed" || state === "set aside").length;
  return { done: ledger.ended, of: ledger.series.length, failed, median: medianOf(ledger) };
}

/** Of the errors that there are, as the summary at the end has it. */
function medianOf({ series }: Ledger): number | null {
  const errors = series.map(({ value }) => value).filter((value) => value !== null);
  return errors.length === 0
    ? null
    : quantileOf(
        errors.sort((a, b) => a - b),
        0.5,
      );
}

export function seriesOf(path: string): SeriesReply | null {
  const ledger = seriesIn(path);
  if (!ledger) return null;
  const { plan, spent, summary, series } = ledger;
  return { id: plan.id, spent, summary, series };
}

function seriesIn(path: string): Ledger | null {
  return existsSync(join(path, SERIES_FILE)) ? Ledger.read(RunFolder.open(path)) : null;
}

/** Null for a run that is none. @throws SluiceError where the file cannot be read */
export function roundsCount(path: string): RoundsCount | null {
  if (!existsSync(join(path, DILOCO_FILE))) return null;
  const { shards, rounds, epochs = null } = readJournal(RunFolder.open(path));
  return { shards, rounds: rounds.length, epochs };
}

export function roundsOf(path: string): RoundsReply | null {
  if (!existsSync(join(path, DILOCO_FILE))) return null;
  const { shards, options, rounds } = readJournal(RunFolder.open(path));
  const { innerSteps, deltas, states } = options;
  const { sent, lost, bytes } = totalsOf(rounds);
  const kinds: RoundsReply["kinds"] = [
    { kind: "weights", form: WHOLE, bytes: bytes.weights },
    { kind: "states", form: states, bytes: bytes.states },
    { kind: "deltas", form: deltas, bytes: bytes.deltas },
  ];
  return { shards, innerSteps, kinds, sent, lost, count: rounds.length, rounds: thinned(rounds).map(shown) };
}

function shown(record: RoundRecord): Round {
  const { round, epoch, came, values, norm, seconds } = record;
  const loss = values["loss"] ?? null;
  return { round, epoch, came: came.length, missing: missingIn(record), loss, norm, bytes: sentIn(record), seconds };
}

/** Evenly spread ones, and all that lacked a shard. */
function thinned(rounds: readonly RoundRecord[]): readonly RoundRecord[] {
  const every = Math.ceil(rounds.length / MOST_ROUNDS);
  return rounds.filter((one, i) => i % every === 0 || i === rounds.length - 1 || missingIn(one) > 0);
}
