/** One process at a time in a run folder: the file run.lock, which says who is in it. */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { SluiceError } from "../util/errors.js";
import { hasEnded, ownerIn, ownOwner, type Owner } from "./owner.js";
import { RUN_FILES, type RunFolder } from "./run-folder.js";

export interface RunLock {
  release(): void;
}

/**
 * Takes the folder. A lock whose process has ended, on this machine, is taken over; one of another machine is believed.
 * @throws SluiceError that names who holds it
 */
export function lockRun(folder: RunFolder): RunLock {
  const path = folder.file(RUN_FILES.lock);
  const own = JSON.stringify(ownOwner());
  while (!create(path, own)) {
    const text = read(path);
    if (text === null) continue; // it was let go of just now
    const owner = ownerIn(text);
    if (owner !== null && !hasEnded(owner)) throw new SluiceError(held(folder, path, owner));
    takeAway(path, text);
  }
  return {
    release() {
      if (read(path) === own) rmSync(path, { force: true });
    },
  };
}

/** Takes away a lock of this very process: for who knows that the thread which took it has ended. */
export function forgetOwnLock(folder: RunFolder): void {
  const path = folder.file(RUN_FILES.lock);
  const text = read(path);
  const owner = text === null ? null : ownerIn(text);
  if (owner?.id === process.pid && owner.host === hostname()) takeAway(path, text!);
}

function held(folder: RunFolder, path: string, { id, host }: Owner): string {
  const here = host === hostname();
  const who = here ? `process ${id} is` : `process ${id} of ${host} is`;
  const way = here ? "wait for it, or end it" : `if that process has ended, remove ${path}`;
  return `run folder: ${folder.path}: ${who} training in it; ${way}`;
}

/** The process of this machine that holds the folder; null where its system cannot tell that it is still the same one. */
export function holderOf(folder: RunFolder): number | null {
  const text = read(folder.file(RUN_FILES.lock));
  const owner = text === null ? null : ownerIn(text);
  return owner?.host === hostname() && owner.begun !== null && !hasEnded(owner) ? owner.id : null;
}

/** Takes away whatever lock there is: for who knows, as from a queue, that whoever holds it was lost and writes no more. */
export function forgetLock(folder: RunFolder): void {
  const path = folder.file(RUN_FILES.lock);
  const text = read(path);
  if (text !== null) takeAway(path, text);
}

/** False where the file is there. */
function create(path: string, text: string): boolean {
  try {
    const file = openSync(path, "wx");
    try {
      writeFileSync(file, text);
    } finally {
      closeSync(file);
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new SluiceError(`run folder: cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new SluiceError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Of two that find a dead lock one renames it; whoever renames a new lock by mistake puts it back. */
function takeAway(path: string, dead: string): void {
  const aside = `${path}.${process.pid}.dead`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (read(aside) === dead) rmSync(aside, { force: true });
  else renameSync(aside, path);
}
