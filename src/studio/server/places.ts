/** Paths that a request may name: inside the working folder, or a run in the folder of runs, links resolved. */
import { lstatSync, realpathSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { TRIALS } from "../../distributed/search/ledger.js";
import { SERIES_FOLDER } from "../../distributed/series/ledger.js";
import { namesIn, type RUN_FILES } from "../../runs/run-folder.js";
import { refuseUnless } from "./problems.js";

/** Longer ones are no paths. */
const LONGEST = 4096;

/** Trainings of a backtest. */
export const FITS = "fits";
/** Folders of runs inside of a run: these, trials of a sweep, and models of series. */
export const INNER: readonly string[] = [TRIALS, FITS, SERIES_FOLDER];

/** Whether it is a training that goes on with the run that it is inside of, and not by itself. */
export const isPart = (name: string): boolean => [FITS, SERIES_FOLDER].some((kind) => name.includes(`/${kind}/`));

/** The run that another one is inside of; null for one that stands by itself. */
export function outerOf(name: string): string | null {
  const [outer, ...inner] = name.split("/");
  return inner.length === 0 ? null : outer!;
}

export interface Place {
  /** With links resolved. */
  readonly path: string;
  /** As seen from the working folder, with "/"; "" for itself. */
  readonly shown: string;
}

export class Places {
  /** Both resolved. */
  readonly folder: string;
  readonly runs: string;

  constructor(folder: string, runs: string) {
    this.folder = realpathSync(folder);
    this.runs = resolve(this.folder, runs);
  }

  /** A file or folder of the working folder. @throws Refusal 404 where there is none, 403 where it lies elsewhere */
  inside(given: string): Place {
    refuseUnless(given.length <= LONGEST && !given.includes("\0"), 400, () => "the path is none");
    const asked = resolve(this.folder, given);
    refuseUnless(contains(this.folder, asked), 403, () => elsewhere(given));
    const path = realPath(asked);
    refuseUnless(path !== null, 404, () => `there is no ${given} in the working folder`);
    refuseUnless(contains(this.folder, path), 403, () => elsewhere(given));
    return { path, shown: relative(this.folder, asked).split(sep).join("/") };
  }

  /** The folder of a run, or of one inside of it. @throws Refusal 404 where there is none of that name */
  run(name: string): string {
    const [outer = "", kind, inner, ...more] = name.split("/");
    const known =
      holds(this.runs, outer) &&
      (kind === undefined || (inner !== undefined && more.length === 0 && this.#holdsInner(outer, kind, inner)));
    refuseUnless(known, 404, () => `there is no run ${name.slice(0, 200)}`);
    return join(this.runs, name);
  }

  #holdsInner(outer: string, kind: string, inner: string): boolean {
    const folder = join(this.runs, outer);
    return INNER.includes(kind) && holds(folder, kind) && holds(join(folder, kind), inner);
  }

  /** A file of a run, null where it has none. A link that leads out of the run counts as none. */
  runFile(name: string, file: (typeof RUN_FILES)[keyof typeof RUN_FILES] | "backtest.json"): string | null {
    const folder = this.run(name);
    const path = realPath(join(folder, file));
    return path !== null && contains(realpathSync(folder), path) ? path : null;
  }

  /** The data of a run, where they still are inside the working folder; else why not. */
  dataOf(given: unknown): { readonly path: string } | { readonly problem: string } {
    if (typeof given !== "string" || given === "") return { problem: "the run does not say what its data were" };
    try {
      return { path: this.inside(isAbsolute(given) ? relative(this.folder, given) : given).path };
    } catch (error) {
      return { problem: (error as Error).message };
    }
  }
}

/** A folder of that name, no link. */
const holds = (folder: string, name: string) =>
  namesIn(folder).includes(name) && lstatSync(join(folder, name)).isDirectory();

const elsewhere = (given: string) =>
  `${given.slice(0, 200)} is not in the working folder; start the studio in a folder that holds it`;

function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null; // not there, or not to be read: the same to whoever asks
  }
}
