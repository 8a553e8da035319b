import { besideFile } from "#disk";
import { logMel, numbersOf, readTable, readWav, textsOf, type AudioStep } from "../../data/index.js";
import { datesOf, type ColumnType, type DataSource, type ReadOptions, type Table } from "../../data/index.js";
import { parseJson } from "../../format/json.js";
import { check, show, SluiceError } from "../../util/errors.js";
import type { Sequence } from "../classify/sequence.js";
import { pathOf } from "../source-name.js";
import type { Cell, Columns, Kind, MixedItem } from "./columns.js";

/** Log-mel features, each band with mean 0 and deviation 1 over the clip, so that loudness and microphone do not count. */
export const audioStep = (sampleRate: number, bands: number) => logMel({ sampleRate, bands, normalize: "clip" });

export interface MixedTable {
  readonly table: Table;
  readonly items: readonly MixedItem[];
  /** Samples a second of the recordings: of the first one, or what was asked for; undefined without any. */
  readonly sampleRate: number | undefined;
}

const TYPES: Record<Kind, ColumnType> = { text: "text", series: "text", audio: "text", category: "text", number: "number", date: "date" }; // prettier-ignore

/**
 * Reads the columns of a table. Paths of recordings count from the table's own folder; a series is written as numbers with blanks or
 * semicolons between them, or as a JSON list, of several features a list of lists.
 * @param columns every one must be there; its cells may be empty
 * @param texts other columns that are texts, such as the label
 * @param sampleRate what recordings are resampled to; undefined for the rate of the first one
 * @throws SluiceError with file and line of a cell that is not of its kind
 */
export async function readMixed(
  where: string,
  source: DataSource,
  columns: Columns,
  reading: ReadOptions,
  audio: { readonly mels: number; readonly sampleRate: number | undefined },
  texts: readonly string[] = [],
): Promise<MixedTable> {
  const types = Object.fromEntries(Object.entries(columns).map(([name, kind]) => [name, TYPES[kind]]));
  const named = Object.fromEntries(texts.map((name) => [name, "text" as const]));
  const table = await readTable(source, { ...reading, types: { ...reading.types, ...named, ...types } });
  check(table.length > 0, () => `${where}: ${table.source} has no rows`);
  const clips = new Clips(pathOf(source), audio);
  const cells: Record<string, readonly Cell[]> = {};
  for (const [name, kind] of Object.entries(columns)) cells[name] = await cellsOf(where, table, name, kind, clips);
  const items = Array.from({ length: table.length }, (_, row) => {
    return Object.fromEntries(Object.keys(columns).map((name) => [name, cells[name]![row]!]));
  });
  return { table, items, sampleRate: clips.sampleRate };
}

async function cellsOf(where: string, table: Table, name: string, kind: Kind, clips: Clips): Promise<readonly Cell[]> {
  if (kind === "number") return Array.from(numbersOf(where, table, name));
  if (kind === "date") return Array.from(datesOf(where, table, name));
  const written = textsOf(where, table, name).map((text) => (text === null || text.trim() === "" ? null : text));
  if (kind === "text" || kind === "category") return written;
  const out: Cell[] = [];
  for (const [row, text] of written.entries()) {
    const place = `${where}: ${table.source}, ${table.placeOf(row)}: column ${show(name)}`;
    out.push(text === null ? null : kind === "audio" ? await clips.read(place, text) : seriesOf(place, text));
  }
  checkWidths(where, table, name, out);
  return out;
}

function checkWidths(where: string, table: Table, name: string, cells: readonly Cell[]): void {
  const widths = cells.map((cell) => (cell as Sequence | null)?.D);
  const first = widths.find((D) => D !== undefined);
  const odd = widths.findIndex((D) => D !== undefined && D !== first);
  check(odd < 0, () => {
    return `${where}: ${table.source}, ${table.placeOf(odd)}: column ${show(name)} has ${widths[odd]} numbers a step, the first series ${first}`;
  });
}

/** "1 2.5 3", "1;2.5;3", "[1, 2.5, 3]" or "[[1, 2], [3, 4]]". */
export function seriesOf(place: string, text: string): Sequence {
  const given = text.trimStart().startsWith("[") ? parseJson(text, place) : text.trim().split(/[\s;]+/).map(toNumber); // prettier-ignore
  check(Array.isArray(given) && given.length > 0, () => `${place} must hold a series of numbers, got ${show(text)}`);
  const rows = (given as unknown[]).map((row) => (Array.isArray(row) ? (row as unknown[]) : [row]));
  const D = rows[0]!.length;
  const bad = rows.findIndex((row) => row.length !== D || !row.every((x) => Number.isFinite(x)));
  check(bad < 0 && D > 0, () => {
    return `${place}: step ${bad + 1} of the series must be ${D === 1 ? "a finite number" : `${D} finite numbers`}, got ${show(rows[bad])}`;
  });
  return { values: rows.flat() as number[], length: rows.length, D };
}

const toNumber = (word: string): number => (word === "" ? NaN : Number(word));

/** Recordings by their paths, as features of their frames. */
class Clips {
  #step: AudioStep | null = null;

  constructor(
    private readonly path: string | null,
    private readonly audio: { readonly mels: number; readonly sampleRate: number | undefined },
  ) {}

  get sampleRate(): number | undefined {
    return this.#step?.sampleRate ?? this.audio.sampleRate;
  }

  async read(place: string, name: string): Promise<Sequence> {
    const file = this.path === null ? name : besideFile(this.path, name);
    const { sampleRate } = this;
    const recording = await readWav(file, sampleRate === undefined ? {} : { sampleRate }).catch((error: Error) => {
      throw new SluiceError(`${place}: ${error.message}`, { cause: error });
    });
    const step = (this.#step ??= audioStep(recording.sampleRate, this.audio.mels));
    check(step.frames(recording.samples.length) > 0, () => {
      return `${place}: ${name} is too short: ${recording.samples.length} samples are less than one frame`;
    });
    const { data, shape } = step.transform(recording.samples);
    return { values: data, length: shape[0]!, D: step.size };
  }
}
