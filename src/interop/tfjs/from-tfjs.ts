import { readFile } from "#files";
import type { Model } from "sluice";
import { parseJson } from "../../format/json.js";
import { sameShape, showShape } from "../../tensor/shape.js";
import { check, show } from "../../util/errors.js";
import { Fields } from "../keras/fields.js";
import { loadModel, type LoadedLayer } from "../keras/read-model.js";
import type { Slot } from "../keras/slots.js";
import { readManifest, type TfjsArray } from "./manifest.js";

/** The path (Node) or URL of model.json, beside which the shards lie; or the files by their names, as `toTfjs` gives them. */
export type TfjsSource = string | URL | ReadonlyMap<string, Uint8Array>;

const MODEL = "model.json";

/**
 * An ordinary model of the files of a TensorFlow.js layers model. Names are kept. Its GRU is the one with resetAfter: false, and its
 * hardSigmoid, clip(0.2x + 0.5, 0, 1), becomes Sluice's by weights times 1.2.
 * @throws SluiceError for files that are broken, and for a layer or option that Sluice has no form for, which it names
 */
export async function fromTfjs(source: TfjsSource): Promise<Model> {
  const { name, file } = filesOf(source);
  const json = new Fields(parseJson(new TextDecoder().decode(await file(MODEL)), name), name);
  check(json.get("format") !== "graph-model", () => {
    return `${name}: a graph model, which has operations in place of layers; convert the original with --output_format=tfjs_layers_model`;
  });
  const topology = json.object("modelTopology");
  const described = topology.get("model_config") ?? topology.value;
  const loaded = loadModel(described, "tfjs", name);
  assignWeights(name, loaded.layers, await readManifest(json.list("weightsManifest", []), name, file));
  return loaded.model;
}

function filesOf(source: TfjsSource): { name: string; file: (path: string) => Promise<Uint8Array> } {
  if (source instanceof Map) {
    const files = source as ReadonlyMap<string, Uint8Array>;
    const file = (path: string) => {
      const found = files.get(path);
      check(found !== undefined, () => `fromTfjs: there is no file ${show(path)}`);
      return Promise.resolve(found);
    };
    return { name: `fromTfjs: ${MODEL}`, file };
  }
  check(typeof source === "string" || source instanceof URL, () => {
    return `fromTfjs: expected the path or URL of model.json, or a Map of its files, got ${show(source)}`;
  });
  const text = String(source);
  const folder = text.slice(0, Math.max(text.lastIndexOf("/"), text.lastIndexOf("\\")) + 1);
  const at = (path: string) => (source instanceof URL ? new URL(path, source) : `${folder}${path}`);
  return { name: text, file: (path) => readFile(path === MODEL ? (source as string | URL) : at(path)) };
}

/** By the names of the layers where each weight bears one, else in the order of the model. */
function assignWeights(file: string, layers: readonly LoadedLayer[], arrays: readonly TfjsArray[]): void {
  const slots = layers.map((layer) => ({ layer, slots: inOrder(layer.slots()) }));
  const named = slots.map(({ layer }) => arrays.filter(({ name }) => name.startsWith(`${layer.read.name}/`)));
  const byName = slots.every((entry, i) => entry.slots.length === named[i]!.length);
  const all = slots.flatMap((entry) =>
    entry.slots.map((slot) => ({
      slot,
      label: `${file}: ${entry.layer.read.className} ${show(entry.layer.read.name)}`,
    })),
  );
  const ordered = byName
    ? all
    : [...all.filter(({ slot }) => slot.trainable), ...all.filter(({ slot }) => !slot.trainable)];
  const came = byName ? named.flat() : arrays;
  check(came.length === ordered.length && came.length === arrays.length, () => {
    return `${file}: the model has ${ordered.length} weights, the file ${arrays.length}`;
  });
  for (const [i, { slot, label }] of ordered.entries()) assign(label, slot, came[i]!);
}

const inOrder = (slots: readonly Slot[]) => [...slots.filter((s) => s.trainable), ...slots.filter((s) => !s.trainable)];

function assign(label: string, slot: Slot, { name, shape, data }: TfjsArray): void {
  check(sameShape(shape, slot.shape), () => {
    return `${label}: the weight ${show(name)} must be ${showShape(slot.shape)}, got ${showShape(shape)}`;
  });
  slot.assign(data);
}
