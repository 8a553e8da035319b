/** One process at a time in a run folder: the file run.lock, which says who is in it. */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { parseJson } from "../format/json.js";
import { SluiceError } from "../util/errors.js";
import { RUN_FILES, type RunFolder } from "./run-folder.js";

interface Owner {
  readonly id: number;
  readonly host: string;
  /** When the process began, as its system tells it: an id is given again after its process has ended. Null where it does not tell. */
  readonly begun: string | null;
}

export interface RunLock {
  release(): void;
}

/**
 * Takes the folder. A lock whose process has ended, on this machine, is taken over; one of another machine is believed.
 * @throws SluiceError that names who holds it
 */
export function lockRun(folder: RunFolder): RunLock {
  const path = folder.file(RUN_FILES.lock);
  const own = JSON.stringify({ id: process.pid, host: hostname(), begun: begunAt(process.pid) } satisfies Owner);
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

/** Null for a file that a crash left half written. */
function ownerIn(text: string): Owner | null {
  try {
    const owner = parseJson(text, "run.lock") as unknown as Partial<Owner>;
    return Number.isInteger(owner.id) && typeof owner.host === "string" ? (owner as Owner) : null;
  } catch {
    return null;
  }
}

function hasEnded({ id, host, begun }: Owner): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(id, 0); // sends nothing; only asks
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return true;
  }
  const now = begunAt(id);
  return begun !== null && now !== null && begun !== now;
}

/** The 22nd field of /proc/ID/stat, the start in ticks since the machine began (proc_pid_stat(5)); null on other systems. */
function begunAt(id: number): string | null {
  try {
    const text = readFileSync(`/proc/${id}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? null; // the name before may hold anything
  } catch {
    return null;
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
