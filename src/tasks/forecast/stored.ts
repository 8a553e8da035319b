/** A file that is larger than memory: one series, kept as rows on disk; settings from an excerpt, training from blocks. */
import type { Batch, Dataset } from "sluice";
import { readTableChunks, RowStore, type DataSource, type Table } from "../../data/index.js";
import { check, SluiceError } from "../../util/errors.js";
import { readingOf, type Reading } from "../common-options.js";
import { epochRandom } from "../epoch-random.js";
import { inPasses } from "../passes.js";
import type { LoadedData } from "./load.js";
import type { Frame, Series } from "./frame.js";
import type { ForecastOptions } from "./options.js";
import type { Parts, Shares } from "./parts.js";
import { rowsNeeded, settingsOf, usableWindows, type ForecastPipeline, type ForecastPlan } from "./pipeline.js";
import { rolesOf, type Roles } from "./roles.js";
import { pairOf, Samples, windowsOf } from "./samples.js";
import { dropBeginnings, valuesOf } from "./values.js";

const WHERE = "forecast";

/** Rows of a piece of the excerpt, and pieces of the training part and of each other one: at most half a million rows in memory. */
const PIECE = 4096;
const PIECES = [64, 24, 24];

/** Rows before a piece that the seasonal naive forecast may look at: a week of five minutes. */
const SEASON = 2016;

/** Rows of a block of training, of which one is in memory at a time. */
const BLOCK = 65_536;

type Plan = Omit<ForecastPlan, "naive">;

export async function loadStored(
  source: DataSource,
  options: ForecastOptions,
  { shares, calibrated }: Shares,
): Promise<LoadedData> {
  check(!calibrated, () => {
    return `${WHERE}: calibration needs the whole file in memory; leave it out (the validation part calibrates), or set memoryLimit above the file's size`;
  });
  check(options.missing !== "interpolate", () => {
    return `${WHERE}: missing "interpolate" needs the whole file in memory; choose forwardFill, or a memoryLimit above its size`;
  });
  const reading = readingOf(options);
  const first = await firstChunk(source, reading);
  const roles = rolesOf(WHERE, first, options);
  const columns = [...roles.targets, ...roles.past, ...roles.future];
  const dated = roles.time !== null && { date: roles.time };
  const store = await RowStore.create(source, { columns, read: reading, ...dated });
  const read = (pieces: readonly Piece[]) => frameOfPieces(store, first.source, roles, pieces);
  const borders = bordersOf(store.length, shares);
  const span = (options.lookback ?? 120) + options.horizon + 1;
  const margin = Math.max(SEASON, span);
  const pieces = borders.flatMap(([begin, end], k) =>
    piecesOf(begin, end, k === 0 ? 0 : margin, Math.max(PIECE, 4 * span), PIECES[k]!),
  );
  const whole = dropBeginnings(read(pieces), options.missing);
  const trainEnd = borders[0]![1];
  return {
    rows: store.length,
    roles,
    whole,
    trainSeries: (target) => whole.series.filter(({ end }) => whole.rows[end - 1]! < trainEnd).map(({ begin, end }) => whole.columns[target]!.subarray(begin, end)), // prettier-ignore
    parts: (frame, plan) => partsByRow(frame, plan, borders.map(([, end]) => end)), // prettier-ignore
    blocks: (pipeline, initialEpoch) => blocksOf(read, pipeline, trainEnd, options, initialEpoch),
    windows: (plan) => Math.floor((trainEnd - rowsNeeded(plan)) / plan.stride) + 1,
    close: async () => store.close(),
  };
}

async function firstChunk(source: DataSource, reading: Reading): Promise<Table> {
  for await (const chunk of readTableChunks(source, reading)) return chunk;
  throw new SluiceError(`${WHERE}: the file has no rows`);
}

/** Rows of the file, [begin, end). */
type Piece = readonly [begin: number, end: number];

function bordersOf(rows: number, shares: readonly number[]): Piece[] {
  let [sum, begin] = [0, 0];
  return shares.map((share, k) => {
    const end = k === shares.length - 1 ? rows : Math.round((sum += share) * rows);
    const piece = [begin, end] as const;
    begin = end;
    return piece;
  });
}

/** Evenly spaced pieces of a part, or all of it; each reaches back by the margin, since lookbacks do. */
function piecesOf(begin: number, end: number, margin: number, size: number, most: number): Piece[] {
  if (end - begin <= size * most) return [[Math.max(0, begin - margin), end]];
  const step = (end - begin - size) / (most - 1);
  return Array.from({ length: most }, (_, i) => {
    const from = begin + Math.round(i * step);
    return [Math.max(0, from - margin), from + size];
  });
}

/** Each piece as a series of its own, of the same (no) name. */
function frameOfPieces(store: RowStore, source: string, { time }: Roles, pieces: readonly Piece[]): Frame {
  let at = 0;
  const series: Series[] = pieces.map(([begin, end]) => ({ id: null, begin: at, end: (at += end - begin) }));
  const columns = Object.fromEntries(store.columns.map((name) => [name, new Float64Array(at)]));
  const times = time === null ? null : new Float64Array(at);
  const rows = new Int32Array(at);
  const D = store.columns.length;
  for (const [i, [begin, end]] of pieces.entries()) {
    const first = series[i]!.begin;
    const values = store.read(begin, end - begin);
    for (const [d, name] of store.columns.entries())
      for (let t = 0; t < end - begin; t++) columns[name]![first + t] = values[t * D + d]!;
    for (let t = 0; t < end - begin; t++) rows[first + t] = begin + t;
    times?.set(store.dates(begin, end - begin), first);
  }
  return {
    source,
    columns,
    series,
    times,
    dated: times !== null,
    rows,
    placeOf: (step) => `${source}, row ${rows[step]! + 1}`,
  };
}

/** A piece lies in one part, but for the margin by which its lookbacks reach back: horizons stay within the part. */
function partsByRow(frame: Frame, plan: Plan, ends: readonly number[]): Parts {
  const windows = windowsOf(frame, settingsOf({ ...plan, cycles: [] }), frame.columns);
  const members: number[][] = [[], [], []];
  const partOf = frame.series.map((s) => ends.findIndex((end) => frame.rows[s.end - 1]! < end));
  const trainEnds = frame.series.map(({ begin }) => begin);
  let taken = -1; // the last row that a horizon began at: pieces overlap by their margin
  for (let i = 0; i < windows.length; i++) {
    const { rows, id } = windows.place(i);
    const [first, last] = [rows[plan.lookback]!, rows.at(-1)!].map((step) => frame.rows[step]!);
    const part = partOf[id as number]!;
    if (first! < (ends[part - 1] ?? 0) || last! >= ends[part]! || first! <= taken) continue;
    taken = first!;
    members[part]!.push(i);
    if (part === 0) trainEnds[id as number] = rows.at(-1)! + 1;
  }
  const [train, validation, test] = members.map((list) => Int32Array.from(list));
  const spans = frame.series.map((s, i) => ({ ...s, end: trainEnds[i]! }));
  const trained = spans.map(({ begin, end }, i) =>
    begin === end ? { ...spans[i]!, end: begin + plan.lookback } : spans[i]!,
  );
  return { train: train!, validation: validation!, calibration: validation!, test: test!, spans: trained, trainEnds };
}

/** The training part block by block: blocks in a new order each turn, and the windows within each. */
function blocksOf(
  read: (pieces: readonly Piece[]) => Frame,
  { plan, scaling, settings }: ForecastPipeline,
  trainEnd: number,
  { batchSize, seed, missing }: ForecastOptions,
  initialEpoch: number,
): Dataset {
  const size = Math.ceil(BLOCK / plan.stride) * plan.stride;
  const steps = Math.ceil(trainEnd / plan.stride / batchSize);
  const pass = function* (epoch: number): Generator<Batch> {
    const random = epochRandom(seed, epoch);
    const firsts = Int32Array.from({ length: Math.ceil(trainEnd / size) }, (_, k) => k * size);
    random.shuffle(firsts);
    for (const first of firsts) {
      const frame = dropBeginnings(read([[first, Math.min(trainEnd, first + size + rowsNeeded(plan) - 1)]]), missing);
      if (frame.rows.length < rowsNeeded(plan)) continue;
      const values = valuesOf(WHERE, frame, plan.roles, plan);
      const order = usableWindows(values, plan);
      const samples = new Samples(values, settings, scaling);
      random.shuffle(order);
      for (let i = 0; i < order.length; i += batchSize) {
        yield pairOf(samples.batch(order.slice(i, i + batchSize)));
      }
    }
  };
  return inPasses(steps, pass, initialEpoch);
}
