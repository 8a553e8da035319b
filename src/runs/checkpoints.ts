/**
 * The last two checkpoints of a run. A new one is written beside them and synced before it takes its place, and the one before stays:
 * whatever ends the process or the machine, one of them is whole. checkpoints.json has their checksums, since a file system
 * that loses its power may keep a file's length and not its content.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadModel, type Callback, type Model } from "sluice";
import { check, SluiceError } from "../util/errors.js";
import { RUN_FILES, type RunFolder } from "./run-folder.js";

/** What is known of a checkpoint. */
interface Entry {
  readonly sha256: string;
  /** Epochs that were finished, and steps of the one that was under way. */
  readonly epoch: number;
  readonly step: number;
}

/** The newest first. */
const FILES = [RUN_FILES.last, RUN_FILES.previous];

/** Writes the model as the newest checkpoint. @throws SluiceError where it cannot be written; those that are there stay */
export async function saveLast(folder: RunFolder, model: Model): Promise<void> {
  const [last, previous] = FILES.map((name) => folder.file(name)) as [string, string];
  mkdirSync(dirname(last), { recursive: true });
  const fresh = `${last}.new`;
  await model.save(fresh);
  const entry = { sha256: sha256Of(fresh), epoch: model.epoch, step: model.position?.step ?? 0 };
  const before = entriesOf(folder).slice(0, 1);
  if (existsSync(last)) renameSync(last, previous);
  renameSync(fresh, last);
  folder.replaceJson(RUN_FILES.checkpoints, [entry, ...before]);
}

/** Keeps the newest checkpoint at the end of each epoch, and within one when so many seconds have passed since the last. */
export function lastCheckpoint(folder: RunFolder, seconds: number): Callback {
  let written = performance.now();
  const save = async (model: Model) => {
    await saveLast(folder, model);
    written = performance.now();
  };
  return {
    onTrainBegin: () => void (written = performance.now()),
    onBatchEnd: (_step, _logs, { model }) => (performance.now() - written >= 1000 * seconds ? save(model) : undefined),
    onEpochEnd: (_epoch, _logs, { model }) => save(model),
  };
}

/** Takes away what a process that was killed left half written; to be called by the one that has the folder's lock. */
export function removeLeftovers(folder: RunFolder): void {
  const place = dirname(folder.file(RUN_FILES.last));
  if (!existsSync(place)) return;
  for (const name of readdirSync(place)) if (/\.(?:new|tmp)$/.test(name)) rmSync(join(place, name), { force: true });
}

export function hasCheckpoint(folder: RunFolder): boolean {
  return FILES.some((name) => folder.has(name));
}

/**
 * The newest checkpoint that is whole.
 * @param warn is told which one is damaged, and where training goes on instead
 * @throws SluiceError where none is
 */
export async function loadLast(folder: RunFolder, warn: (message: string) => void): Promise<Model> {
  const damaged: string[] = [];
  for (const name of FILES) {
    if (!folder.has(name)) continue;
    const path = folder.file(name);
    try {
      const model = await loadModel(path);
      check(isAsWritten(folder, name), () => "its content is not what was written");
      if (damaged.length > 0) warn(`${damaged.join("; ")}; going on from ${path}, ${placeOf(model)}`);
      return model;
    } catch (error) {
      damaged.push(`${path} is damaged: ${(error as Error).message}`);
    }
  }
  const why = damaged.join("; ") || "it has no checkpoint";
  throw new SluiceError(`resume ${folder.path}: ${why}; begin anew with the same settings`);
}

/** By its checksum. The process may have ended before it noted that of the newest, which was synced: then the other file is the newest that is noted. */
function isAsWritten(folder: RunFolder, name: string): boolean {
  const entries = entriesOf(folder);
  const checksum = (file: string) => sha256Of(folder.file(file));
  if (entries.length === 0 || entries.some(({ sha256 }) => sha256 === checksum(name))) return true;
  return (
    name === RUN_FILES.last && folder.has(RUN_FILES.previous) && checksum(RUN_FILES.previous) === entries[0]!.sha256
  );
}

function placeOf({ epoch, position }: Model): string {
  const steps = position ? ` and ${position.step} steps` : "";
  return `after ${epoch} epochs${steps}`;
}

function entriesOf(folder: RunFolder): Entry[] {
  if (!folder.has(RUN_FILES.checkpoints)) return [];
  try {
    return folder.readJson(RUN_FILES.checkpoints) as unknown as Entry[];
  } catch {
    return []; // the list is damaged: what the files say of themselves counts
  }
}

function sha256Of(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
