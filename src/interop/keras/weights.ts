/** The arrays of a file to the weights of the layers: by path (Keras 3) or by the order in which the file lists them (Keras 2). */
import { sameShape, showShape } from "../../tensor/shape.js";
import { check, show } from "../../util/errors.js";
import type { Hdf5Array, Hdf5Content } from "./hdf5-content.js";
import type { LoadedLayer } from "./read-model.js";
import { below, type Slot } from "./slots.js";

/** @throws SluiceError for an array that is missing, is of another shape, or belongs to no weight */
export function assignWeights(file: string, { arrays, attributes }: Hdf5Content, layers: readonly LoadedLayer[]): void {
  const root = attributes.has("model_weights") ? "model_weights" : "";
  if (listed(attributes.get(root), "layer_names").length > 0) assignListed(file, { arrays, attributes }, root, layers);
  else assignByPath(file, arrays, layers);
}

/** Keras 3, and what Keras 2.12 to 2.15 wrote as .keras. */
function assignByPath(file: string, arrays: ReadonlyMap<string, Hdf5Array>, layers: readonly LoadedLayer[]): void {
  const old = [...arrays.keys()].some((path) => path.startsWith("_layer_checkpoint_dependencies/"));
  const container = old ? "_layer_checkpoint_dependencies" : "layers";
  const unused = new Set([...arrays.keys()].filter((path) => path.startsWith(`${container}/`)));
  for (const { read, group, slots } of layers) {
    const label = `${file}: ${read.className} ${show(read.name)}`;
    const own = below(slots(), `${container}/${group}`);
    for (const slot of own) {
      const path = old ? slot.path.replaceAll("/layers/", "/_layer_checkpoint_dependencies/") : slot.path;
      assign(label, path, arrays.get(path), slot);
      unused.delete(path);
    }
  }
  // Dropout keeps its generator's state there, a stateful layer what it carries: neither is a weight.
  const strange = [...unused].find(
    (path) => !/\/seed_generator\/|\/(random_)?seed|_state/.test(path) && !/\/vars\/\d+$/.test(path),
  );
  check(strange === undefined, () => `${file}: the array ${show(strange)} belongs to no weight of the model`);
}

function assignListed(file: string, content: Hdf5Content, root: string, layers: readonly LoadedLayer[]): void {
  const names = new Set(listed(content.attributes.get(root), "layer_names"));
  const under = (name: string) => (root === "" ? name : `${root}/${name}`);
  for (const { read, slots } of layers) {
    const label = `${file}: ${read.className} ${show(read.name)}`;
    const own = slots();
    check(names.has(read.name) || own.length === 0, () => `${label}: the file has no weights for it`);
    const paths = names.has(read.name) ? listed(content.attributes.get(under(read.name)), "weight_names") : [];
    check(
      paths.length === own.length,
      () => `${label}: expected ${own.length} arrays, got ${paths.length}: ${paths.join(", ")}`,
    );
    const ordered = [...own.filter((slot) => slot.trainable), ...own.filter((slot) => !slot.trainable)];
    for (const [i, slot] of ordered.entries()) {
      const path = `${under(read.name)}/${paths[i]!}`;
      assign(label, path, content.arrays.get(path), slot);
    }
  }
}

function assign(label: string, path: string, array: Hdf5Array | undefined, slot: Slot): void {
  check(array !== undefined, () => `${label}: the array ${show(path)} ${showShape(slot.shape)} is missing`);
  check(sameShape(array.shape, slot.shape), () => {
    return `${label}: the array ${show(path)} must be ${showShape(slot.shape)}, got ${showShape(array.shape)}`;
  });
  slot.assign(array.data);
}

/** A list that is too long for one attribute is cut in pieces: layer_names0, layer_names1, … */
function listed(attributes: ReadonlyMap<string, readonly string[]> | undefined, name: string): readonly string[] {
  const whole = attributes?.get(name);
  if (whole !== undefined || attributes === undefined) return whole ?? [];
  const pieces: string[] = [];
  for (let i = 0; attributes.has(`${name}${i}`); i++) pieces.push(...attributes.get(`${name}${i}`)!);
  return pieces;
}
