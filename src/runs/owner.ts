/** Which process something belongs to, and whether that one has ended. */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { parseJson } from "../format/json.js";

export interface Owner {
  readonly id: number;
  readonly host: string;
  /** When the process began, as its system tells it: an id is given again after its process has ended. Null where it does not tell. */
  readonly begun: string | null;
}

/** This process. */
export function ownOwner(): Owner {
  return { id: process.pid, host: hostname(), begun: begunAt(process.pid) };
}

/** Null for a file that a crash left half written. */
export function ownerIn(text: string): Owner | null {
  try {
    const owner = parseJson(text, "owner") as unknown as Partial<Owner>;
    return Number.isInteger(owner.id) && typeof owner.host === "string" ? (owner as Owner) : null;
  } catch {
    return null;
  }
}

/** Whether it is known that it has: of another machine nobody here knows. */
export function hasEnded({ id, host, begun }: Owner): boolean {
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
