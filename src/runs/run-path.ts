/** From what people type to the folder of a run: its path, its name, `latest`, and of a run with many series one of them. */
import { existsSync, lstatSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { nearest } from "../util/checks.js";
import { check, show, SluiceError } from "../util/errors.js";
import { readJson, readText } from "./files.js";

const LATEST = "latest";
/** Of a run with a model for each series: the folder of theirs, and what says which is whose. */
export const SERIES = "series";
export const SERIES_FILE = "series.json";

/**
 * The folder that `where` means; it exists. Of a run with many series, `<run>/series/<id>` is that of one: its folder's name is made of its id.
 */
export function runPath(where: string, root = "runs"): string {
  check(typeof where === "string" && where !== "", () => `run folder: expected a path, got ${show(where)}`);
  if (isFolder(where)) return where;
  if (where === LATEST) return latestRun(root);
  if (basename(where) === LATEST) return latestRun(dirname(where));
  const path = throughLatest(where, root);
  const found = [path, join(root, path)].find(isFolder) ?? seriesPath(path) ?? seriesPath(join(root, path));
  if (found !== null) return found;
  const isName = basename(where) === where;
  throw new SluiceError(`run folder: there is no run ${where}${hintFor(where, isName ? root : dirname(path))}`);
}

/** A path through `latest`, a file that names a run, as the path through that run: `runs/latest/series/a`. Any other stays as it is. */
export function throughLatest(where: string, root = "runs"): string {
  for (let at = dirname(where); at !== dirname(at); at = dirname(at)) {
    if (basename(at) !== LATEST || isFolder(at)) continue;
    if (existsSync(at)) return join(latestRun(dirname(at)), relative(at, where));
    if (at === LATEST && existsSync(latestFile(root))) return join(latestRun(root), relative(at, where));
  }
  return where;
}

/** The file that a path means; null where it means none, or is `runs/latest`, a file that names a run. */
export function fileAt(where: string, root = "runs"): string | null {
  if (basename(where) === LATEST) return null;
  const path = throughLatest(where, root);
  return existsSync(path) && statSync(path).isFile() ? path : null;
}

/** What is read here of a training of many series. */
export interface SeriesEntry {
  readonly id: string;
  readonly run: string;
  readonly state: string;
  readonly reason?: string;
}

export function seriesIn(path: string): readonly SeriesEntry[] {
  return (readJson(join(path, SERIES_FILE)) as unknown as { series: SeriesEntry[] }).series;
}

/** The run and the id in `<run>/series/<id>`, ids that hold slashes too; null for a path of another form. */
function seriesAt(path: string): { run: string; id: string } | null {
  for (let at = dirname(path); at !== dirname(at); at = dirname(at)) {
    const run = dirname(at);
    if (basename(at) === SERIES && existsSync(join(run, SERIES_FILE))) return { run, id: relative(at, path) };
  }
  return null;
}

function seriesPath(path: string): string | null {
  const asked = seriesAt(path);
  if (asked === null) return null;
  const { run, id } = asked;
  const records = seriesIn(run);
  const record = records.find((one) => one.id === id || one.run === id);
  check(record !== undefined, () => {
    const near = nearest(id, records.map((one) => one.id)); // prettier-ignore
    return `run folder: ${run} has no series ${show(id)}; ${near ? `did you mean ${show(near)}?` : `its ${SERIES_FILE} names all`}`;
  });
  const folder = join(run, SERIES, record.run);
  check(isFolder(folder), () => `run folder: series ${show(record.id)} of ${run} has no model: ${lackOf(record)}`);
  return folder;
}

/** Whether a path is one of `<run>/series/<id>`, whatever the id; a file below is none. */
export function isSeriesPath(where: string, root = "runs"): boolean {
  if (fileAt(where, root) !== null) return false;
  const path = throughLatest(where, root);
  return seriesAt(path) !== null || seriesAt(join(root, path)) !== null;
}

function lackOf({ state, reason }: SeriesEntry): string {
  if (state === "done") return "its folder is gone";
  return state === "waiting" ? "it is not trained yet" : `${state}: ${reason ?? "no reason was given"}`;
}

/** The newest run of a root, as its file `latest` says. */
export function latestRun(root: string): string {
  check(isFolder(root), () => `run folder: there is no folder ${root}, so there is no latest run`);
  const file = join(root, LATEST);
  check(existsSync(file), () => `run folder: ${root} holds no run yet`);
  const name = readText(file).trim();
  check(
    name !== "" && name !== ".." && name === basename(name),
    () => `run folder: ${file} names no run: ${show(name)}`,
  );
  const path = join(root, name);
  check(isFolder(path), () => `run folder: ${file} names ${name}, which is not there${hintFor("", root)}`);
  return path;
}

/** Where the name of the newest run stands. */
export function latestFile(root: string): string {
  return join(root, LATEST);
}

/** The names of the folders and links in a root, oldest first; [] when there is no root. */
export function namesIn(root: string): string[] {
  if (!isFolder(root)) return [];
  return readdirSync(root)
    .filter((name) => !name.startsWith(".") && !lstatSync(join(root, name)).isFile())
    .sort();
}

function hintFor(where: string, root: string): string {
  const names = namesIn(root);
  if (names.length === 0) return "";
  const near = nearest(basename(where), names);
  return near ? `; did you mean ${near}?` : `; ${root} holds ${names.slice(-3).reverse().join(", ")}`;
}

/** Not there either where a piece of the path is a file, such as `latest`. */
function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
