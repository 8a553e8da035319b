import { textsOf } from "../table/table.js";
import { checkCount } from "../../util/checks.js";
import { check, show, SluiceError } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import type { ReadOptions } from "../readers/options.js";
import { readTable } from "../readers/read-table.js";
import { openSource } from "../readers/source.js";
import { listClips, listFolder } from "./clip-files.js";
import { readClipHeader } from "./clip-header.js";
import { readOpened, type Recording } from "./read-wav.js";

export interface ClipOptions {
  /** What every clip is resampled to. Default: the rate that most clips have, the lower one of two that are as frequent. */
  sampleRate?: number | undefined;
  /** Whether clips have labels. Default true; false for new clips: a folder or a table with paths only, or a single WAV file. */
  labelled?: boolean;
  /** Of a folder: the sub-folders that are classes. Default: all. */
  classes?: readonly string[] | undefined;
  /** Of a table: the column with the files' paths, from the table's own folder. Default "path". */
  path?: string;
  /** Of a table: the column with the labels. Default "label". */
  label?: string;
  /** Of a table: how it is read. */
  read?: Omit<ReadOptions, "columns">;
}

/** Recordings on disk, of which only headers have been read. */
export interface AudioClips {
  /** What was given, for messages. */
  readonly source: string;
  readonly length: number;
  /** Of each clip: as in the table, or below the folder with "/". */
  readonly paths: readonly string[];
  /** Of each clip; empty where clips have no labels. */
  readonly labels: readonly string[];
  /** The different labels in the order of code units. */
  readonly classes: readonly string[];
  /** Samples per second of what `read` gives. */
  readonly sampleRate: number;
  /** Samples per second of the files. */
  readonly sampleRates: readonly number[];
  /** Of each clip. */
  readonly seconds: readonly number[];
  /** Reads and resamples clip i. */
  read(i: number): Promise<Recording>;
}

interface ClipFile {
  /** As the table or the listing has it. */
  readonly path: string;
  /** Where it lies. */
  readonly file: string;
  readonly label: string | null;
  /** Where it is named, for messages: "clips.csv, line 3: " or "". */
  readonly place: string;
}

const WHERE = "readClips";
const DEFAULTS = {
  sampleRate: undefined as number | undefined,
  labelled: true,
  classes: undefined as readonly string[] | undefined,
  path: "path",
  label: "label",
  read: {} as Omit<ReadOptions, "columns">,
};

/**
 * Finds recordings and reads their headers: a folder with one sub-folder per class (whose own sub-folders belong to it), or a table
 * (CSV and all that `readTable` reads) of path and label. Folders are taken in the order of names, tables in that of their rows.
 * In folders links are followed to files within the folder only. Node only.
 * @throws SluiceError for a folder without clips, a class without clips, a row without path or label, and for the first file that is no
 * whole WAV file, by name
 */
export async function readClips(source: string | URL, options: ClipOptions = {}): Promise<AudioClips> {
  const config = withDefaults(WHERE, DEFAULTS, options);
  if (config.sampleRate !== undefined) checkCount(WHERE, "sampleRate", config.sampleRate);
  const path = await pathOf(source);
  const files = await findFiles(path, config);
  check(files.length > 0, () => `${WHERE}: there are no WAV files in ${path}`);
  const headers = [];
  for (const { file, path: name, place } of files) {
    const header = await readClipHeader(WHERE, file, place + name);
    const frames = (8 * header.dataBytes) / (header.bits * header.channels);
    headers.push({ sampleRate: header.sampleRate, seconds: frames / header.sampleRate });
  }
  const sampleRates = headers.map(({ sampleRate }) => sampleRate);
  const wanted = config.sampleRate ?? mostFrequent(sampleRates);
  const labels = files.flatMap(({ label }) => (label === null ? [] : [label]));
  return {
    source: path,
    length: files.length,
    paths: files.map((file) => file.path),
    labels,
    classes: [...new Set(labels)].sort(),
    sampleRate: wanted,
    sampleRates,
    seconds: headers.map(({ seconds }) => seconds),
    async read(i) {
      const clip = files[i];
      check(clip !== undefined, () => `${WHERE}: there are clips 0 to ${files.length - 1}, got ${show(i)}`);
      return readOpened(WHERE, openSource(WHERE, clip.file, clip.place + clip.path), wanted);
    },
  };
}

async function pathOf(source: string | URL): Promise<string> {
  check(typeof source === "string" || source instanceof URL, () => {
    return `${WHERE}: expected the path of a folder or table, got ${show(source)}`;
  });
  if (typeof source === "string") return source;
  return (await import("node:url")).fileURLToPath(source);
}

async function findFiles(path: string, config: typeof DEFAULTS): Promise<ClipFile[]> {
  const { stat } = await import("node:fs/promises");
  const { basename } = await import("node:path");
  const status = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? "there is no such folder or file" : error.message;
    throw new SluiceError(`${WHERE}: cannot read ${path}: ${reason}`, { cause: error });
  });
  check(config.classes === undefined || (status.isDirectory() && config.labelled), () => {
    return `${WHERE}: classes are chosen from the sub-folders of a folder, got ${path}`;
  });
  if (status.isDirectory()) return config.labelled ? findClasses(path, config.classes) : findUnlabelled(path);
  if (!/\.wav(\.gz)?$/i.test(path)) return filesOf(path, config);
  check(!config.labelled, () => `${WHERE}: ${path} is a single clip; expected a folder with one sub-folder per class`);
  return [{ path: basename(path), file: path, label: null, place: "" }];
}

async function findUnlabelled(root: string): Promise<ClipFile[]> {
  const { join } = await import("node:path");
  const paths = await listClips(WHERE, root, root);
  return paths.map((path) => ({ path, file: join(root, path), label: null, place: "" }));
}

async function findClasses(root: string, chosen: readonly string[] | undefined): Promise<ClipFile[]> {
  const { join } = await import("node:path");
  const { folders, clips } = await listFolder(WHERE, root, root);
  check(folders.length > 0, () => {
    return `${WHERE}: ${root} has no sub-folders; expected one per class, with WAV files in it (or labelled: false)`;
  });
  check(clips.length === 0, () => `${WHERE}: ${join(root, clips[0]!)} lies in no class's folder; move it into one`);
  const unknown = chosen?.find((name) => !folders.includes(name));
  check(unknown === undefined, () => {
    return `${WHERE}: ${root} has no sub-folder ${show(unknown)}; there are ${folders.join(", ")}`;
  });
  const found: ClipFile[] = [];
  for (const label of folders) {
    if (chosen && !chosen.includes(label)) continue;
    const paths = await listClips(WHERE, root, join(root, label));
    check(paths.length > 0, () => `${WHERE}: the class ${show(label)} has no WAV files (${join(root, label)})`);
    for (const path of paths) found.push({ path: `${label}/${path}`, file: join(root, label, path), label, place: "" });
  }
  return found;
}

async function filesOf(source: string, { path, label, labelled, read }: typeof DEFAULTS): Promise<ClipFile[]> {
  const { dirname, resolve } = await import("node:path");
  // Labels such as 01 are names, not numbers.
  const names: ReadOptions["types"] = { [path]: "text", ...(labelled && { [label]: "text" }) };
  const table = await readTable(source, { ...read, types: { ...read.types, ...names } });
  const paths = textsOf(WHERE, table, path);
  const labels = labelled ? textsOf(WHERE, table, label) : [];
  return Array.from({ length: table.length }, (_, row) => {
    const place = `${table.source}, ${table.placeOf(row)}`;
    const clip = filled(place, path, paths[row]);
    const file = resolve(dirname(source), clip);
    return { path: clip, file, label: labelled ? filled(place, label, labels[row]) : null, place: `${place}: ` };
  });
}

function filled(place: string, column: string, value: string | null | undefined): string {
  check(typeof value === "string" && value !== "", () => `${WHERE}: ${place}: the column ${show(column)} is empty`);
  return value;
}

function mostFrequent(rates: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const rate of rates) counts.set(rate, (counts.get(rate) ?? 0) + 1);
  const [[rate]] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]) as [[number, number]];
  return rate;
}
