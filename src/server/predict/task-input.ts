/** Bodies of requests as the sources that a task's preprocessing reads. Nothing of a client ever becomes a path. */
import type { DataSource, Table } from "../../data/index.js";
import type { Json } from "../../format/json.js";
import type { Signature } from "../../tasks/view.js";
import { show } from "../../util/errors.js";
import type { Limits } from "../limits.js";
import { Problem } from "../problem.js";
import { clipOf } from "./audio.js";
import {
  checkColumns,
  checkRows,
  columnPlaces,
  invalid,
  isObject,
  pointerStep,
  rowPlaces,
  unknownMember,
  type Places,
  type Row,
} from "./fields.js";

export interface TaskInput {
  /** Each is predicted by itself, all at the same time. */
  readonly sources: readonly DataSource[];
  /** Whether the answers are grouped by source, as the request's samples were. */
  readonly grouped: boolean;
  /** How a model that translates searches. */
  readonly options: Readonly<Record<string, unknown>>;
}

type Body = Readonly<Record<string, Json>>;

/** In which ways samples of each kind may be given. */
export const WAYS: Readonly<Record<Signature["sample"], readonly string[]>> = {
  row: ["rows", "columns"],
  rows: ["rows", "columns", "samples"],
  text: ["texts", "rows", "columns"],
  audio: ["audio"],
};

/** @throws Problem 422 that points at what is wrong, or says which limit is passed */
export function taskInput(signature: Signature, body: Body, limits: Limits): TaskInput {
  checkServable(signature);
  const ways = WAYS[signature.sample];
  const known = ["model", "options", ...ways];
  for (const name of Object.keys(body)) if (!known.includes(name)) throw unknownMember(name, known);
  const given = ways.filter((way) => way in body);
  if (given.length !== 1) {
    const came = given.length === 0 ? "none" : given.join(" and ");
    throw new Problem("invalid-input", `Give the samples as one of ${ways.join(", ")}; got ${came}.`);
  }
  const options = optionsOf(signature, body["options"]);
  const value = body[given[0]!]!;
  const grouped = given[0] === "samples";
  return { sources: READ[given[0]!]!(signature, value, limits), grouped, options };
}

/** Whether there is something to predict; a model that writes texts is asked elsewhere. */
export const predicts = ({ task }: Signature): boolean => task !== "generate";

/** A row would have to name a file of the server's. */
export function checkServable(signature: Signature): void {
  if (!predicts(signature)) throw new Problem("not-supported", "This model writes texts: ask /v1/generate.");
  const { sample, inputs } = signature;
  const recorded = sample === "audio" ? undefined : inputs.find(({ type }) => type === "audio");
  if (recorded === undefined) return;
  const why = `it takes recordings in the column ${show(recorded.name)}, which name files`;
  throw new Problem("not-supported", `This model cannot be asked over HTTP: ${why}.`);
}

/** Names that the search of a translation has; what they may be it says itself. */
const SEARCH = ["beamWidth", "lengthPenalty", "coveragePenalty"];
const WIDEST = 64;

function optionsOf({ task }: Signature, given: Json | undefined): Readonly<Record<string, unknown>> {
  if (given === undefined) return {};
  if (!isObject(given)) throw invalid([{ pointer: "#/options", detail: `expected an object, got ${show(given)}` }]);
  for (const name of Object.keys(given)) {
    if (task !== "translate") throw new Problem("invalid-input", `options: a model that ${task} has none.`);
    if (!SEARCH.includes(name)) throw invalid([{ pointer: `#/options${pointerStep(name)}`, detail: `unknown option ${show(name)}; there are ${SEARCH.join(", ")}` }]); // prettier-ignore
  }
  const { beamWidth } = given;
  if (typeof beamWidth === "number" && beamWidth > WIDEST)
    throw invalid([{ pointer: "#/options/beamWidth", detail: `must be at most ${WIDEST}, got ${beamWidth}` }]);
  return given;
}

type Read = (signature: Signature, value: Json, limits: Limits) => readonly DataSource[];

const READ: Readonly<Record<string, Read>> = {
  rows: (signature, value, limits) => [sourceOf(signature, rowsIn(signature, value, "#/rows", limits))],
  columns: (signature, value, limits) => [
    sourceOf(signature, rowsIn(signature, rowsOfColumns(value), "#/columns", limits, columnPlaces("#/columns"))),
  ],
  samples: (signature, value, limits) =>
    list(value, "#/samples", limits.maxBatch).map((rows, i) =>
      sourceOf(signature, rowsIn(signature, rows, `#/samples/${i}`, limits)),
    ),
  texts: ({ inputs }, value, limits) => [textTable(inputs[0]!.name, textsIn(value, limits))],
  audio: (_, value, limits) =>
    list(value, "#/audio", limits.maxBatch).map((clip, i) => clipOf(clip, `#/audio/${i}`, limits)),
};

/** @throws Problem 422 for what is no list, is empty, or is longer than allowed */
function list(value: Json, pointer: string, most: number): readonly Json[] {
  if (!Array.isArray(value)) throw invalid([{ pointer, detail: `expected a list, got ${show(value)}` }]);
  if (value.length === 0) throw invalid([{ pointer, detail: "the list is empty" }]);
  if (value.length > most)
    throw new Problem(
      "too-many-samples",
      `${pointer}: at most ${most} samples are taken in one request, got ${value.length}.`,
    );
  return value;
}

/** Rows that are samples are limited in their number, rows that are steps in their length. */
function rowsIn(
  signature: Signature,
  value: Json,
  pointer: string,
  limits: Limits,
  places: Places = rowPlaces(pointer),
): readonly Row[] {
  if (!Array.isArray(value)) throw invalid([{ pointer, detail: `expected a list of rows, got ${show(value)}` }]);
  checkCount(signature, value.length, pointer, limits);
  return checkRows(signature, value, places);
}

function checkCount({ sample }: Signature, count: number, pointer: string, { maxBatch, maxLength }: Limits): void {
  if (count === 0) throw invalid([{ pointer, detail: "there are no rows" }]);
  if (sample === "rows" && count > maxLength)
    throw new Problem("too-long", `${pointer}: at most ${maxLength} rows are taken, got ${count}.`);
  if (sample !== "rows" && count > maxBatch)
    throw new Problem(
      "too-many-samples",
      `${pointer}: at most ${maxBatch} samples are taken in one request, got ${count}.`,
    );
}

function rowsOfColumns(value: Json): Json {
  if (!isObject(value))
    throw invalid([{ pointer: "#/columns", detail: `expected an object of lists, got ${show(value)}` }]);
  const columns = Object.entries(value);
  const length = Array.isArray(columns[0]?.[1]) ? columns[0][1].length : 0;
  for (const [name, cells] of columns) {
    if (Array.isArray(cells) && cells.length === length) continue;
    const came = Array.isArray(cells) ? `${cells.length} values` : show(cells);
    throw invalid([
      {
        pointer: `#/columns${pointerStep(name)}`,
        detail: `${show(name)} must be a list of ${length} values, got ${came}`,
      },
    ]);
  }
  return Array.from({ length }, (_, i) =>
    Object.fromEntries(columns.map(([name, cells]) => [name, (cells as Json[])[i]!])),
  );
}

function textsIn(value: Json, { maxBatch, maxLength }: Limits): readonly string[] {
  const texts = list(value, "#/texts", maxBatch);
  for (const [i, text] of texts.entries()) {
    const pointer = `#/texts/${i}`;
    if (typeof text !== "string") throw invalid([{ pointer, detail: `expected a text, got ${show(text)}` }]);
    if (text.length > maxLength)
      throw new Problem("too-long", `${pointer}: a text may have ${maxLength} characters, got ${text.length}.`);
  }
  return texts as readonly string[];
}

/** As it is: a reader of rows would look whether texts are dates. */
function textTable(name: string, values: readonly string[]): Table {
  const columns = [{ name, type: "text", values }] as const;
  return { source: "texts", length: values.length, columns, placeOf: (row) => `text ${row + 1}` };
}

/**
 * Sequences that no column tells apart are given as numbers, [steps][features], in the order of the fields: so a classifier of series takes
 * them that was trained on files in which each row, or each line, is a series.
 */
function sourceOf(signature: Signature, rows: readonly Row[]): DataSource {
  const { task, sample, inputs } = signature;
  const plain = task === "classify" && sample === "rows" && inputs.every(({ type }) => type === "number");
  if (!plain) return rows;
  const steps = rows.map((row) => inputs.map(({ name }) => row[name] ?? NaN));
  return [steps] as unknown as DataSource;
}

/** A table of a client, such as one that came as Arrow. */
export function tableInput(signature: Signature, table: Table, limits: Limits): TaskInput {
  checkServable(signature);
  if (signature.sample === "audio")
    throw new Problem("not-supported", "Recordings do not come as tables; send audio/wav.");
  checkColumns(signature, table.columns.map(({ name }) => name)); // prettier-ignore
  checkCount(signature, table.length, "body", limits);
  return { sources: [table], grouped: false, options: {} };
}
