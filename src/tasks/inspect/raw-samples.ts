/** Samples of data as they are, to be looked at, changed, and given to a network that was trained on such: the first of them. */
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { readClips, type Column, type Table } from "../../data/index.js";
import { decodeText } from "../../data/readers/decode.js";
import { readTableChunks } from "../../data/readers/read-table.js";
import type { ReadOptions } from "../../data/readers/options.js";
import { takeRows } from "../../data/table/table.js";
import type { Answer, Pipeline } from "../task.js";
import type { Signature } from "../view.js";

export type RawCell = string | number | null;
export type RawRow = Readonly<Record<string, RawCell>>;

export interface RawSample {
  /** What tells it. */
  readonly reference: Answer;
  readonly text?: string;
  /** In their order, with the fields of the signature: numbers, texts, ISO dates. */
  readonly rows?: readonly RawRow[];
  /** Path of a recording. */
  readonly clip?: string;
}

const MOST = 200;
const MOST_ROWS = 5000;
const TEXT_BYTES = 256 * 1024;
const CLIP = /\.wav(?:\.gz)?$/i;

/**
 * @param source a path, or the rows themselves
 * @param settings the run's, as in its config.json
 * @returns null where samples of such data cannot be told apart without the network's own reader
 */
export async function rawSamples(
  pipeline: Pipeline,
  signature: Signature,
  source: string | Table,
  settings: Readonly<Record<string, unknown>>,
): Promise<readonly RawSample[] | null> {
  if (typeof source !== "string") return samplesIn(source, signature, settings);
  return samplesOf(pipeline, signature, source, settings);
}

async function samplesOf(
  { task, reading }: Pipeline,
  signature: Signature,
  path: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<readonly RawSample[] | null> {
  const isFolder = (await stat(path)).isDirectory();
  if (signature.sample === "audio") return isFolder ? clipsIn(path) : clipsOf(path, settings, reading);
  if (isFolder || /\.ts(?:\.gz)?$/i.test(path)) return null;
  if (task === "generate" && /\.(?:txt|text|md|markdown)(?:\.gz)?$/i.test(path)) return linesOf(path, reading.encoding);
  return samplesIn(await beginningOf(path, reading), signature, settings);
}

function samplesIn(
  table: Table,
  signature: Signature,
  settings: Readonly<Record<string, unknown>>,
): readonly RawSample[] | null {
  const { inputs, sample } = signature;
  const wide = settings["wide"] === true;
  if (!wide && inputs.some(({ name, optional }) => optional !== true && !table.columns.some((c) => c.name === name)))
    return null;
  if (sample === "text") return textsIn(table, inputs[0]!.name);
  const rowsAt = rowReader(table, signature);
  if (sample === "row") return first(table.length).map((row) => ({ reference: { row: row + 1 }, rows: rowsAt([row]) }));
  return sequencesIn(table, signature, settings, rowsAt);
}

const first = (count: number) => Array.from({ length: Math.min(count, MOST) }, (_, i) => i);

async function clipsIn(folder: string): Promise<RawSample[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const clips = entries.filter((entry) => entry.isFile() && CLIP.test(entry.name));
  const paths = clips.map(({ parentPath, name }) => join(parentPath, name)).sort();
  // Spread over the folder, so that each class is among them.
  const chosen = first(paths.length).map((i, _, all) => paths[Math.floor((i * paths.length) / all.length)]!);
  return chosen.map((clip) => ({ reference: { clip: clip.slice(folder.length + 1) }, clip }));
}

/** A table that names recordings by path, seen from its own folder. */
async function clipsOf(
  path: string,
  settings: Readonly<Record<string, unknown>>,
  read: ReadOptions,
): Promise<RawSample[] | null> {
  if (settings["task"] !== "classify") return null;
  const { label } = settings as { label: string };
  const { paths } = await readClips(path, { label, labelled: false, read });
  return first(paths.length).map((i) => ({ reference: { clip: basename(paths[i]!) }, clip: paths[i]! }));
}

async function linesOf(path: string, encoding: string | undefined): Promise<RawSample[]> {
  const bytes = createReadStream(path, { end: TEXT_BYTES - 1 });
  let text = "";
  try {
    for await (const piece of decodeText("samples", basename(path), bytes, encoding)) text += piece;
  } catch (error) {
    if (text === "") throw error; // else the cut went through a character
  }
  const lines = text.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => line !== "")
    .slice(0, MOST)
    .map((line) => ({ reference: { text: line }, text: line }));
}

async function beginningOf(path: string, reading: ReadOptions): Promise<Table> {
  for await (const chunk of readTableChunks(path, reading)) {
    return takeRows(
      chunk,
      Array.from({ length: Math.min(MOST_ROWS, chunk.length) }, (_, row) => row),
    );
  }
  return { source: basename(path), length: 0, columns: [], placeOf: String };
}

function textsIn({ columns }: Table, name: string): RawSample[] {
  const column = columns.find((c) => c.name === name)!;
  const texts = Array.from({ length: column.values.length }, (_, row) => cellOf(column, row)).filter(
    (cell) => cell !== null,
  );
  return texts.slice(0, MOST).map((cell) => ({ reference: { [name]: String(cell) }, text: String(cell) }));
}

type RowsAt = (rows: readonly number[]) => RawRow[];

function rowReader({ columns }: Table, { inputs }: Signature): RowsAt {
  const known = columns.filter((column) => inputs.some(({ name }) => name === column.name));
  return (rows) => rows.map((row) => Object.fromEntries(known.map((column) => [column.name, cellOf(column, row)])));
}

function cellOf({ type, values }: Column, row: number): RawCell {
  const value = values[row] ?? null;
  if (typeof value !== "number") return value;
  if (Number.isNaN(value)) return null;
  return type === "date" ? new Date(value).toISOString().replace(/T00:00:00\.000Z$/, "") : value;
}

/** Series by their column or by row, or windows of them. Null where it takes the network's own reader to tell what a series is. */
function sequencesIn(
  table: Table,
  signature: Signature,
  settings: Readonly<Record<string, unknown>>,
  rowsAt: RowsAt,
): RawSample[] | null {
  const id = typeof settings["id"] === "string" ? table.columns.find(({ name }) => name === settings["id"]) : undefined;
  const groups = [...groupsBy(table, id)].map(([key, rows]) => ({ of: id ? { [id.name]: key } : {}, rows }));
  if (signature.task === "forecast") return windowsIn(table, groups, signature, settings, rowsAt);
  if (id) return groups.slice(0, MOST).map(({ of, rows }) => ({ reference: of, rows: rowsAt(rows) }));
  return settings["wide"] === true ? wideRows(table, signature, settings) : null;
}

/** Each row is a series, its columns are the steps. */
function wideRows(table: Table, { inputs }: Signature, settings: Readonly<Record<string, unknown>>): RawSample[] {
  const { features, label } = settings as { features?: readonly string[]; label?: string };
  const steps = features
    ? table.columns.filter(({ name }) => features.includes(name))
    : table.columns.filter(({ name, type }) => type === "number" && name !== label);
  const field = inputs[0]!.name;
  return first(table.length).map((row) => ({
    reference: { row: row + 1 },
    rows: steps.map((column) => ({ [field]: cellOf(column, row) })),
  }));
}

interface Group {
  readonly of: Answer;
  readonly rows: readonly number[];
}

/** What is known up to a moment; where the network reads covariates of the steps to come, these follow without a target. */
function windowsIn(
  table: Table,
  groups: readonly Group[],
  { rows: count }: Signature,
  settings: Readonly<Record<string, unknown>>,
  rowsAt: RowsAt,
): RawSample[] {
  const { target, horizon = 1, future = [] } = settings as { target: string | readonly string[]; horizon?: number; future?: readonly string[] }; // prettier-ignore
  const known = count?.most ?? count?.least ?? table.length;
  const length = known + (future.length > 0 ? horizon : 0);
  const windows = groups.flatMap(({ of, rows }) => {
    const ends = Math.max(0, rows.length - length + 1);
    return Array.from({ length: ends }, (_, begin) => ({ of, rows: rows.slice(begin, begin + length) }));
  });
  const chosen = first(windows.length).map(
    (i, _, all) => windows[Math.floor(((i + 0.5) * windows.length) / all.length)]!,
  );
  const unknown = Object.fromEntries([target].flat().map((name) => [name, null]));
  return chosen.map(({ of, rows }) => {
    const window = rowsAt(rows).map((row, i) => (i < known ? row : { ...row, ...unknown }));
    const moment = dateIn(table, window[known - 1]!) ?? { after: `row ${rows[known - 1]! + 1}` };
    return { reference: { ...of, ...moment }, rows: window };
  });
}

function groupsBy({ length }: Table, id: Column | undefined): Map<RawCell, number[]> {
  const groups = new Map<RawCell, number[]>();
  for (let row = 0; row < length; row++) {
    const key = id ? cellOf(id, row) : null;
    const rows = groups.get(key);
    if (rows) rows.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

function dateIn({ columns }: Table, row: RawRow): Answer | null {
  const date = columns.find(({ type, name }) => type === "date" && name in row);
  return date ? { [date.name]: row[date.name]! } : null;
}
