/** Which task fits a table: guesses from types, names and how values follow on each other, each with its reason. */
import type { Table } from "../../data/table/table.js";
import { show } from "../../util/errors.js";
import type { Kind } from "../mixed/columns.js";
import type { ColumnFacts, Proposal } from "./facts.js";

const TARGETS = /^(target|y|close|value|values|sales|price|demand|load|count|ot|medv)$/i;
const LABELS = /^(label|labels|class|category|sentiment|species|genre|type|target|y)$/i;
/** Texts of fewer words are names or classes, no texts to read. */
const SENTENCE = 3;
/** From here on neighbouring rows say so much about each other that they must be a series (correlation at lag 1). */
const FOLLOWS = 0.9;
/** With fewer columns of numbers, a row is a record and not a sequence. */
const WIDE = 20;

export function proposeForTable(table: Table, columns: readonly ColumnFacts[]): Proposal[] {
  return [
    transcripts(table, columns),
    translated(columns),
    readTexts(columns),
    withTexts(columns),
    sequences(columns),
    observed(columns),
    foresee(table, columns),
    wideRows(columns),
    fromNumbers(columns),
  ]
    .filter((proposal) => proposal !== null)
    .slice(0, 2);
}

const CLIP = /\.wav(\.gz)?$/i;
const SAID = /^(text|sentence|transcript|transcription|said|utterance)$/i;

/** Paths of recordings, and what is said in them. */
function transcripts(table: Table, columns: readonly ColumnFacts[]): Proposal | null {
  const isClip = (value: unknown) => typeof value === "string" && CLIP.test(value);
  const audio = table.columns.find(({ type, values }) => type === "text" && values.length > 0 && Array.from<unknown>(values).every(isClip)); // prettier-ignore
  const others = columns.filter(({ name }) => name !== audio?.name);
  const said =
    others.find(({ name }) => SAID.test(name)) ?? others.find(({ type, classes }) => type === "text" && !classes);
  if (!audio || !said) return null;
  const why = `${show(audio.name)} holds the paths of recordings, ${show(said.name)} what is said in them.`;
  return { task: "transcribe", options: { audio: audio.name, text: said.name }, why };
}

/** Texts beside texts, and nothing else. */
function translated(columns: readonly ColumnFacts[]): Proposal | null {
  const [source, target] = columns;
  if (columns.length !== 2 || columns.some(({ type, classes }) => type !== "text" || classes)) return null;
  const why = `${show(source!.name)} and ${show(target!.name)} hold texts that differ from row to row: one may be the other in another form.`;
  return { task: "translate", options: { source: source!.name, target: target!.name }, why };
}

/** Texts with a class each. */
function readTexts(columns: readonly ColumnFacts[]): Proposal | null {
  const texts = columns.filter(({ words, classes }) => words !== undefined && words.median >= SENTENCE && !classes);
  const [text] = texts.sort((a, b) => b.words!.median - a.words!.median);
  const label = labelOf(columns);
  if (!text || !label) return null;
  const why = `${show(text.name)} holds texts of ${text.words!.median} words, ${show(label.name)} ${label.distinct} classes.`;
  return { task: "classify", options: { text: text.name, label: label.name }, why };
}

/** Texts with a class each, and what stands beside them. */
function withTexts(columns: readonly ColumnFacts[]): Proposal | null {
  const text = readTexts(columns);
  if (!text) return null;
  const { label } = text.options as { readonly label: string };
  const kinds = columns.flatMap((column) => (column.name === label ? [] : [[column.name, kindOf(column)] as const]));
  const inputs = Object.fromEntries(kinds.filter(([, kind]) => kind !== null));
  const beside = Object.keys(inputs).filter((name) => inputs[name] !== "text");
  if (beside.length === 0) return null;
  const why = `${beside.map(show).join(", ")} may tell more than the text alone; each is taken as what it seems to be.`;
  return { task: "classify", options: { inputs, label }, why };
}

/** What a column may be among inputs of several kinds; null for names, which are different in every row. */
function kindOf({ type, words, classes, distinct }: ColumnFacts): Kind | null {
  if (distinct === 1) return null;
  if (type !== "text") return type;
  if (classes) return "category";
  return words !== undefined && words.median >= SENTENCE ? "text" : null;
}

/** Several series of which each has a class: rows are steps. */
function sequences(columns: readonly ColumnFacts[]): Proposal | null {
  const label = columns.find(({ name, classes }) => classes && classes.length > 1 && LABELS.test(name));
  const id = columns.find(({ name }) => /^(id|series|sequence)$/i.test(name));
  if (!label || !id?.distinct || id.distinct === label.distinct) return null;
  const why = `${show(id.name)} tells ${id.distinct} sequences apart, ${show(label.name)} has ${label.distinct} classes.`;
  return { task: "classify", options: { label: label.name, id: id.name }, why };
}

const VARIABLE = /^(variable|parameter|measure|measurement|sensor|item|test)$/i;

/** One observation a row: time, variable and value. */
function observed(columns: readonly ColumnFacts[]): Proposal | null {
  const variable = columns.find(({ name, classes }) => classes && classes.length > 1 && VARIABLE.test(name));
  const value = columns.find(({ name, type }) => type === "number" && /^(value|result)$/i.test(name));
  const time = columns.find(({ dates }) => dates);
  if (!variable || !value || !time) return null;
  const [target] = variable.classes!;
  const id = columns.find(
    ({ name, distinct }) => /^(id|series|sequence|station|patient)$/i.test(name) && distinct! > 1,
  );
  const options = { irregular: true, time: time.name, ...(id && { id: id.name }), variable: variable.name, value: value.name, target: target!.value, past: "all" }; // prettier-ignore
  const why = `Each row is one observation: ${show(variable.name)} names ${variable.classes!.length} variables, ${show(value.name)} holds their values.`;
  return { task: "forecast", options, why };
}

/** From this share of missing values on a series is called irregular. */
const MISSING = 0.1;

/** A series in time, by its dates or by how its values follow on each other. */
function foresee(table: Table, columns: readonly ColumnFacts[]): Proposal | null {
  const time = columns.find(({ dates }) => dates);
  const id = time?.dates?.id ?? null;
  const target = targetOf(columns.filter(({ name }) => name !== id));
  if (!target) return null;
  if (time) {
    const { step, ordered } = time.dates!;
    if (step === null || (id === null && !ordered && hasRepeats(time))) return null;
    const each = id === null ? "" : `, in ${columns.find(({ name }) => name === id)!.distinct} series by ${show(id)}`;
    const share = target.missing / table.length;
    const gaps = share > MISSING ? `, of which ${(100 * share).toFixed(0)} % are missing` : "";
    const why = `${show(time.name)} holds dates, ${step} apart${each}; ${show(target.name)} is a number${gaps}.`;
    const options = {
      target: target.name,
      time: time.name,
      ...(id !== null && { id }),
      ...(gaps && { irregular: true }),
    };
    return { task: "forecast", options, why };
  }
  const lag = lagCorrelation(table.columns.find(({ name }) => name === target.name)!.values as Float64Array);
  if (!(lag > FOLLOWS)) return null;
  const why = `The values of ${show(target.name)} follow on each other (correlation ${lag.toFixed(2)} from row to row).`;
  return { task: "forecast", options: { target: target.name }, why };
}

function hasRepeats({ distinct, missing }: ColumnFacts): boolean {
  return distinct === null || missing > 0;
}

/** Each row a sequence with a class behind or before it. */
function wideRows(columns: readonly ColumnFacts[]): Proposal | null {
  const label = labelOf(columns);
  const numbers = columns.filter(({ type, name }) => type === "number" && name !== label?.name);
  if (!label || numbers.length < WIDE) return null;
  const why = `Each row has ${numbers.length} numbers and one of ${label.distinct} classes in ${show(label.name)}.`;
  return { task: "classify", options: { label: label.name, wide: true }, why };
}

function fromNumbers(columns: readonly ColumnFacts[]): Proposal | null {
  const target = targetOf(columns);
  const others = columns.filter(({ type, name }) => type === "number" && name !== target?.name);
  if (!target || others.length === 0) return null;
  const why = `${show(target.name)} is a number, beside ${others.length} other columns of numbers.`;
  return { task: "regress", options: { target: target.name }, why };
}

/** By its name, or else the last column of numbers. */
function targetOf(columns: readonly ColumnFacts[]): ColumnFacts | undefined {
  const numbers = columns.filter(({ type, distinct }) => type === "number" && distinct !== 1);
  return numbers.find(({ name }) => TARGETS.test(name)) ?? numbers.at(-1);
}

/** By its name, or else the last column whose texts are few and short. */
function labelOf(columns: readonly ColumnFacts[]): ColumnFacts | undefined {
  const classes = columns.filter((column) => column.classes && column.classes.length > 1);
  return classes.find(({ name }) => LABELS.test(name)) ?? classes.findLast(({ type }) => type === "text");
}

/** Pearson's correlation of neighbouring values; NaN where there are too few or they are all the same. */
function lagCorrelation(values: Float64Array): number {
  const pairs = Array.from(values.subarray(1), (value, i) => [values[i]!, value] as const);
  const valid = pairs.filter(([a, b]) => !Number.isNaN(a) && !Number.isNaN(b));
  if (valid.length < 20) return NaN;
  const mean = (k: 0 | 1) => valid.reduce((sum, pair) => sum + pair[k], 0) / valid.length;
  const [ma, mb] = [mean(0), mean(1)];
  let [aa, bb, ab] = [0, 0, 0];
  for (const [a, b] of valid) {
    aa += (a - ma) ** 2;
    bb += (b - mb) ** 2;
    ab += (a - ma) * (b - mb);
  }
  return ab / Math.sqrt(aa * bb);
}
