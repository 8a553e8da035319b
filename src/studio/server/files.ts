/** Data to choose: what lies in a folder of the working folder. */
import { readdirSync, realpathSync, statSync, type Dirent, type Stats } from "node:fs";
import { join } from "node:path";
import type { FileEntry, FolderListing } from "../api/index.js";
import type { Place, Places } from "./places.js";
import { refuseUnless } from "./problems.js";

/** Nobody reads a longer list. */
const MOST = 1000;
/** Folders in a folder that are looked into for clips. */
const LOOKS = 5;
const DATA = /\.(?:csv|tsv|tab|json|jsonl|ndjson|parquet|arrow|feather|txt|text|md|markdown|ts)(?:\.gz)?$/i;
const CLIP = /\.wav(?:\.gz)?$/i;
/** What programs keep for themselves. */
const HIDDEN = /^\.|^node_modules$/;

export function listFolder(places: Places, given: string): FolderListing {
  const place = places.inside(given);
  refuseUnless(statSync(place.path).isDirectory(), 422, () => `${given} is no folder`);
  const names = entriesOf(place.path).filter(({ name }) => !HIDDEN.test(name));
  const entries = names.slice(0, MOST).flatMap(({ name }) => entryOf(places, place, name));
  const order = (entry: FileEntry) => (entry.kind === "folder" ? 0 : 1);
  entries.sort((a, b) => order(a) - order(b) || a.name.localeCompare(b.name, "en", { numeric: true }));
  return { path: place.shown, entries, more: names.length > MOST };
}

/** What leads out of the working folder cannot be chosen and is not told. */
function entryOf(places: Places, folder: Place, name: string): FileEntry[] {
  const path = folder.shown === "" ? name : `${folder.shown}/${name}`;
  try {
    const real = places.inside(path).path;
    const stat = statSync(real);
    if (real === pathOrNull(places.runs)) return [];
    const bytes = stat.isFile() ? stat.size : null;
    return [{ name, path, kind: kindOf(real, name, stat), bytes, changed: stat.mtime.toISOString() }];
  } catch {
    return [];
  }
}

function kindOf(path: string, name: string, stat: Stats): FileEntry["kind"] {
  if (stat.isFile()) return DATA.test(name) ? "data" : "other";
  if (!stat.isDirectory()) return "other";
  return holdsClips(path) ? "data" : "folder";
}

/** Clips beside each other, or in a folder for each class. */
function holdsClips(path: string): boolean {
  const entries = entriesOf(path);
  if (entries.some(({ name }) => CLIP.test(name))) return true;
  const folders = entries.filter((entry) => entry.isDirectory()).slice(0, LOOKS);
  return (
    folders.length > 0 && folders.every(({ name }) => entriesOf(join(path, name)).some((file) => CLIP.test(file.name)))
  );
}

function entriesOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return []; // not ours to read
  }
}

function pathOrNull(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
