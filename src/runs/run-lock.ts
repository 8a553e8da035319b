/** One process at a time in a run folder: the file run.lock, which says who is in it. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { threadId } from "node:worker_threads";
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
    if (inTurn(path, own, text, () => replace(path, own))) break;
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

/** False where the file is there. It is there whole or not at all, so that nobody takes one that is being written for one of a crash. */
function create(path: string, text: string): boolean {
  const whole = besides(path);
  try {
    writeFileSync(whole, text);
    return link(whole, path, text);
  } catch (error) {
    throw new SluiceError(`run folder: cannot write ${path}: ${(error as Error).message}`, { cause: error });
  } finally {
    rmSync(whole, { force: true });
  }
}

/** Some file systems, such as those of memory cards, have no links. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"];

function link(whole: string, path: string, text: string): boolean {
  try {
    linkSync(whole, path);
    return true;
  } catch (error) {
    if (isThere(error)) return false;
    if (!NO_LINKS.includes((error as NodeJS.ErrnoException).code!)) throw error;
  }
  try {
    writeFileSync(path, text, { flag: "wx" });
    return true;
  } catch (error) {
    if (isThere(error)) return false;
    throw error;
  }
}

function isThere(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "EEXIST";
}

function besides(path: string): string {
  return `${path}.${process.pid}-${threadId}`;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new SluiceError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * One at a time deals with a lock that it found dead, and only while that is still the one that it found.
 * @returns false where others were faster: it is to be looked at again
 */
function inTurn(path: string, own: string, dead: string, act: () => void): boolean {
  const turn = `${path}.turn`;
  if (!create(turn, own)) {
    const text = read(turn);
    const owner = text === null ? null : ownerIn(text);
    if (text !== null && (owner === null || hasEnded(owner))) rmSync(turn, { force: true }); // killed in its turn
    return false;
  }
  try {
    if (read(path) !== dead) return false;
    act();
    return true;
  } finally {
    rmSync(turn, { force: true });
  }
}

/** In one stroke: were the dead one removed first, a third process could make its own in between. */
function replace(path: string, own: string): void {
  const whole = besides(path);
  writeFileSync(whole, own);
  renameSync(whole, path);
}

function takeAway(path: string, dead: string): void {
  const own = JSON.stringify(ownOwner());
  while (read(path) === dead) inTurn(path, own, dead, () => rmSync(path, { force: true }));
}
