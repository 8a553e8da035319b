/** What a DiLoCo training knows, in the run's file diloco.json: enough to go on after whatever ended the process, with the same bits. */
import { z } from "zod";
import { RUN_FILES, type RunFolder } from "../../../runs/run-folder.js";
import { readOptions } from "../../../tasks/options.js";
import { check } from "../../../util/errors.js";
import { contentAddress as address } from "../../store/reference.js";
import { endOf, isEnd } from "./epochs.js";
import { dilocoOptions } from "./options.js";

export const DILOCO_FILE = RUN_FILES.diloco;

const count = z.int().min(0);

const roundRecord = z.strictObject({
  /** From 0, as epochs. */
  round: count,
  epoch: count,
  /** Shards that came, with the norm of their change of the weights. */
  came: z.array(z.strictObject({ shard: count, norm: z.number(), worker: z.string(), seconds: z.number() })),
  /** Those that came too late. */
  late: z.array(count),
  failed: z.array(z.strictObject({ shard: count, reason: z.string() })),
  /** Means over the steps of those that came. */
  values: z.record(z.string(), z.number()),
  /** Of the mean change. */
  norm: z.number(),
  /** To and from the shards by kind, and what the outer step read and wrote. */
  bytes: z.strictObject({ weights: count, states: count, deltas: count, outer: count }),
  /** From asking for the shards to the new weights. */
  seconds: z.number(),
  /** Of these, what the shard took that took longest: getting data ready, reading, training, writing; and the outer step. */
  times: z.strictObject({
    prepare: z.number(),
    read: z.number(),
    train: z.number(),
    write: z.number(),
    outer: z.number(),
  }),
});

export type RoundRecord = z.output<typeof roundRecord>;

const snapshot = z.strictObject({
  /** Rounds that are done. */
  round: count,
  weights: address,
  /** Null before the first outer step. */
  velocity: address.nullable(),
  /** By shard; null before its first round. */
  states: z.array(address.nullable()),
});

export type Snapshot = z.output<typeof snapshot>;

const content = z.strictObject({
  format: z.literal(1),
  shards: z.int().min(1),
  options: dilocoOptions,
  /** Rounds of an epoch, which ends at the nearest whole one; versions before 21 November 2026 had whole numbers alone. */
  perEpoch: z.number().min(1),
  /** To which it is trained. Those versions did not note it. */
  epochs: z.int().min(1).optional(),
  rounds: z.array(roundRecord),
  /** The newest first; then that of the last epoch's end, for the checkpoint before the last. */
  snapshots: z.array(snapshot).min(1),
  /** Raised where rounds are done again whose contents are gone. */
  generation: count,
});

export type Journal = z.output<typeof content>;

export function hasJournal(folder: RunFolder): boolean {
  return folder.has(DILOCO_FILE);
}

/** @throws SluiceError where there is none, or it is not what this version writes */
export function readJournal(folder: RunFolder): Journal {
  const here = `resume ${folder.path}`;
  check(hasJournal(folder), () => `${here}: it holds no ${DILOCO_FILE}: it was trained in one process`);
  return readOptions(`${here}: ${DILOCO_FILE}`, content, folder.readJson(DILOCO_FILE) as object);
}

export function writeJournal(folder: RunFolder, journal: Journal): void {
  // A line a round: it is written anew after each.
  const { rounds, ...head } = journal;
  const lines = rounds.map((one) => JSON.stringify(one)).join(",\n");
  folder.replaceText(DILOCO_FILE, `${JSON.stringify(head).slice(0, -1)},"rounds":[\n${lines}\n]}\n`);
}

/** Adds a round's outcome; of the snapshots before it the one stays that the second-newest checkpoint goes on from. */
export function advance(journal: Journal, next: Snapshot, record: RoundRecord): void {
  const boundary = journal.snapshots.find(({ round }) => isEnd(round, journal.perEpoch));
  journal.snapshots = [next, ...(boundary ? [boundary] : [])];
  journal.rounds.push(record);
}

/**
 * Goes back to the newest snapshot that belongs to a checkpoint of so many epochs: usually the newest of all, an older one where the newest
 * checkpoint was damaged.
 */
export function rewind(journal: Journal, epochs: number): void {
  const [least, most] = [endOf(epochs - 1, journal.perEpoch), endOf(epochs, journal.perEpoch)];
  const at = journal.snapshots.findIndex(({ round }) => round >= least && round <= most);
  check(at >= 0, () => `resume: ${DILOCO_FILE} has no round that belongs to a checkpoint of ${epochs} epochs; begin anew with the same settings`); // prettier-ignore
  if (at === 0) return;
  journal.snapshots = journal.snapshots.slice(at);
  journal.rounds = journal.rounds.filter(({ round }) => round < journal.snapshots[0]!.round);
  journal.generation++;
}

/** All contents that are still needed. */
export function addressesOf({ snapshots }: Journal): Set<string> {
  const all = snapshots.flatMap(({ weights, velocity, states }) => [weights, velocity, ...states]);
  return new Set(all.filter((one) => one !== null));
}
