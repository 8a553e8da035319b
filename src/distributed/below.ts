/** Paths that jobs name, held below the folder that a worker was started with. */
import { existsSync, lstatSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { check, show } from "../util/errors.js";
import { NotHere } from "./not-here.js";

/** For whoever asks. */
const REMEDY = "start in a folder that holds the data and the runs, or send the data: --send-data";

/**
 * What resolves paths for jobs: relative ones are seen from the folder, and none leads out of it, neither by "..", nor as an absolute
 * path, nor over a symbolic link. Of what is not there yet the nearest folder that is there counts.
 * @throws NotHere for an absolute path of another folder, which another worker may have; SluiceError for what none may read
 */
export function below(root: string): (given: string) => string {
  const base = realpathSync(root);
  return (given) => {
    const fits = given !== "" && !given.includes("\0") && !given.split(/[\\/]/).includes("..") && !/^\w+:/.test(given);
    check(fits, () => `${show(given)} is no path below the worker's folder of data; ${REMEDY}`);
    const path = resolve(base, given);
    const outside = () => `${show(given)} lies outside of the worker's folder of data`;
    if (!isInside(base, path) && !isInside(resolve(root), path)) throw new NotHere(outside());
    check(isInside(base, realOf(path)), outside);
    return path;
  };
}

function isInside(base: string, path: string): boolean {
  const way = relative(base, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

function realOf(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const dangling = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  check(!dangling, () => `${show(path)} is a link to nothing`);
  const parent = dirname(path);
  return parent === path ? path : join(realOf(parent), relative(parent, path));
}
