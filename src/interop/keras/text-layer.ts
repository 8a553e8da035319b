/** A TextVectorization at the beginning of a model: it becomes a step of its own, and the model takes ids. */
import { TextVectorization } from "../../data/text/text-vectorization.js";
import type { SavedText } from "../../data/text/saved.js";
import type { Json } from "../../format/json.js";
import { check, show, SluiceError } from "../../util/errors.js";
import { Fields, shapeOf } from "./fields.js";

export interface SeparatedText {
  /** The model behind the texts. */
  readonly architecture: Json;
  /** The fitted step; null where the model does not begin with texts. */
  readonly text: SavedText | null;
}

type Assets = ReadonlyMap<string, Uint8Array>;
const CLASS = "TextVectorization";
/** Where Keras 3 and the last of Keras 2 put the words that `adapt` found. */
const VOCABULARY =
  /^assets\/(layers|_layer_checkpoint_dependencies)\/text_vectorization\/(_lookup_layer\/)?vocabulary\.txt$/;

/** @throws SluiceError for a TextVectorization in another place, and for one of its options that Sluice has no form for */
export function separateText(architecture: Json, assets: Assets, file: string): SeparatedText {
  const model = new Fields(architecture, file);
  const stored = model.get("config");
  const config = new Fields(Array.isArray(stored) ? { layers: stored } : stored, file);
  const layers = config.list("layers", []);
  const classes = layers.map((layer, i) => new Fields(layer, `${file}: layers[${i}]`).text("class_name"));
  const at = classes.indexOf(CLASS);
  if (at < 0) return { architecture, text: null };
  const fields = new Fields(layers[at], `${file}: layers[${at}]`);
  const own = fields.object("config");
  const label = `${file}: ${CLASS} ${show(own.text("name", ""))}`;
  check(classes.lastIndexOf(CLASS) === at, () => `${label}: a model with two of them has no form here`);
  const options = new Fields(own.value, label);
  const text = savedText(options, assets);
  const parts =
    model.text("class_name") === "Sequential" ? inSequence(layers, at, options) : inGraph(config, layers, at, options);
  const { inputs, rest } = parts;
  const changed = { ...(config.value as Record<string, Json>), layers: rest, ...(inputs && { input_layers: inputs }) };
  return { architecture: { ...(model.value as Record<string, Json>), config: changed }, text };
}

interface Parts {
  readonly rest: Json[];
  readonly inputs?: Json;
}

function inSequence(layers: readonly Json[], at: number, options: Fields): Parts {
  const [before] = at > 0 ? layers : [];
  const first = at === 0 || (at === 1 && new Fields(before, options.where).text("class_name") === "InputLayer");
  check(first, () => `${options.where}: it must be the first layer`);
  if (before !== undefined) checkTexts(before, options);
  return { rest: [idsOf(options), ...layers.slice(at + 1)] };
}

/** The input of texts goes, and that of ids takes the name of the layer, by which the others know it. */
function inGraph(config: Fields, layers: readonly Json[], at: number, options: Fields): Parts {
  const { where } = options;
  const nodes = new Fields(layers[at], where).list("inbound_nodes");
  check(nodes.length === 1, () => `${where}: it must be used once, got ${nodes.length} uses`);
  const names = layers.map((layer) => new Fields(layer, where)).map((layer) => layer.text("name", layer.object("config").text("name", ""))); // prettier-ignore
  const source = sourceOf(nodes[0]!);
  const from = names.indexOf(source ?? "");
  const isInput = from >= 0 && new Fields(layers[from], where).text("class_name") === "InputLayer";
  check(isInput, () => `${where}: it must take an input of the model`);
  checkTexts(layers[from]!, options);
  const rest = layers.flatMap((layer, i) => (i === from ? [] : [i === at ? idsOf(options, names[at]) : layer]));
  const used = rest.some((layer) => names[from] === sourceOf(new Fields(layer, where).list("inbound_nodes", [])[0]!));
  check(!used, () => `${where}: its input ${show(source)} goes to another layer too`);
  return { rest, inputs: renamed(config.get("input_layers") ?? null, source!, names[at]!) };
}

/** The first layer that a node names, in Keras 3's form or Keras 2's. */
function sourceOf(node: Json | undefined): string | null {
  if (typeof node !== "object" || node === null) return null;
  if (!Array.isArray(node)) {
    const history = node["keras_history"];
    if (Array.isArray(history)) return typeof history[0] === "string" ? history[0] : null;
  } else if (typeof node[0] === "string") return node[0];
  for (const value of Object.values(node)) {
    const found = sourceOf(value);
    if (found !== null) return found;
  }
  return null;
}

/** References [layer, use, output], alone, in a list or in an object. */
function renamed(references: Json, from: string, to: string): Json {
  if (Array.isArray(references)) {
    if (references[0] === from) return [to, ...references.slice(1)];
    return references.map((value) => renamed(value, from, to));
  }
  if (typeof references !== "object" || references === null) return references;
  return Object.fromEntries(Object.entries(references).map(([name, value]) => [name, renamed(value, from, to)]));
}

function checkTexts(input: Json, options: Fields): void {
  const config = new Fields(input, options.where).object("config");
  check(
    config.get("dtype") === "string",
    () => `${options.where}: it must take texts, got ${show(config.get("dtype"))}`,
  );
  const shape = shapeOf(config.get("batch_shape") ?? config.get("batch_input_shape"), options.where);
  const single = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  check(
    single,
    () => `${options.where}: it must take one text for each sample, [null] or [null, 1], got ${show(shape)}`,
  );
  const whole = (options.get("split") ?? null) === null;
  check(!whole || shape.length === 2, () => `${options.where}: without split its input must be [null, 1]`);
}

function idsOf(options: Fields, name = options.text("name", "")): Json {
  const config = { batch_shape: [null, options.get("output_sequence_length") ?? null], dtype: "int32", name };
  return { class_name: "InputLayer", name, config, inbound_nodes: [] };
}

/** What an option must be, because Sluice has no other; the first is Keras's default. */
const FIXED: Readonly<Record<string, readonly Json[]>> = {
  ngrams: [null],
  output_mode: ["int"],
  sparse: [false],
  ragged: [false],
  encoding: ["utf-8"],
  idf_weights: [null],
};

function savedText(options: Fields, assets: Assets): SavedText {
  for (const [name, choices] of Object.entries(FIXED)) {
    const value = options.get(name);
    const fits = value === undefined || choices.includes(value) || (Array.isArray(value) && value.length === 0);
    check(
      fits,
      () => `${options.where}: ${name} must be ${show(choices[0])}, got ${show(value)}; Sluice has no other form`,
    );
  }
  // pad_to_max_tokens says nothing about ids.
  const config: Record<string, Json> = {
    maxTokens: options.get("max_tokens") ?? null,
    standardize: nameOf(options, "standardize"),
    split: nameOf(options, "split"),
    outputSequenceLength: options.get("output_sequence_length") ?? null,
  };
  const given = options.get("vocabulary") ?? null;
  check(given === null || Array.isArray(given), () => {
    return `${options.where}: vocabulary must be a list of words, got ${show(given)}`;
  });
  return within(options.where, () => {
    if (given !== null) return new TextVectorization({ ...config, vocabulary: given as string[] }).toJSON();
    const step = new TextVectorization(config);
    // The first two are "" and "[UNK]".
    step.restore({ words: adapted(options, assets).slice(2), idfWeights: [] });
    return step.toJSON();
  });
}

function nameOf(options: Fields, name: string): Json {
  const value = options.get(name) ?? null;
  check(value === null || typeof value === "string", () => {
    return `${options.where}: ${name} is a function, whose code is not in the file`;
  });
  return value;
}

/** One word a line; `vocabulary_size` tells when a word holds a line break itself. */
function adapted(options: Fields, assets: Assets): string[] {
  const path = [...assets.keys()].find((name) => VOCABULARY.test(name));
  check(path !== undefined, () => `${options.where}: the file holds no vocabulary for it`);
  const words = new TextDecoder().decode(assets.get(path)).split(/\r?\n/);
  const expected = options.number("vocabulary_size", words.length);
  check(words.length === expected && words[0] === "" && words[1] === "[UNK]", () => {
    return `${options.where}: ${path}: expected ${expected} words, the first "" and "[UNK]", got ${words.length}`;
  });
  return words;
}

/** What the step says, with the layer before it. */
function within<T>(label: string, body: () => T): T {
  try {
    return body();
  } catch (cause) {
    if (!(cause instanceof SluiceError) || cause.message.startsWith(label)) throw cause;
    throw new SluiceError(`${label}: ${cause.message}`, { cause });
  }
}
