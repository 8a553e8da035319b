import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { check, show, SluiceError } from "../util/errors.js";

/**
 * One folder for each run, `runs/2026-03-01T14-05-09-name`, never one that is there already. Beside it the text file
 * `runs/latest` holds the name of the newest: a file, since links need rights that Windows does not give everyone.
 */
export class RunFolder {
  private constructor(readonly path: string) {}

  /**
   * Makes the folder.
   * @param root where runs are kept; made when it is not there
   * @param name what the run is about: letters, digits, "-" and "_"
   */
  static create(root: string, name: string, date: Date): RunFolder {
    check(/^[\w-]+$/.test(name), () => `run folder: name must be letters, digits, "-" and "_", got ${show(name)}`);
    mkdirSync(root, { recursive: true });
    const stamp = localTime(date).replaceAll(":", "-"); // no colons in Windows's file names
    for (let i = 1; ; i++) {
      const path = join(root, `${stamp}-${name}${i === 1 ? "" : `-${i}`}`);
      if (!makeNew(path)) continue;
      writeFileSync(join(root, "latest"), `${basename(path)}\n`);
      return new RunFolder(path);
    }
  }

  /** The path of a file in the folder. */
  file(name: string): string {
    return join(this.path, name);
  }

  writeJson(name: string, value: unknown): void {
    this.writeText(name, `${JSON.stringify(value, null, 2)}\n`);
  }

  /** @throws SluiceError when the file is there already */
  writeText(name: string, text: string): void {
    const path = this.file(name);
    check(!existsSync(path), () => `run folder: ${path} is there already`);
    writeFileSync(path, text);
  }
}

/** Makes the folder; false when something of that name is there. */
function makeNew(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new SluiceError(`run folder: cannot make ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** 2026-03-01T14:05:09 by the clock on the wall. */
function localTime(date: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day}T${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}
