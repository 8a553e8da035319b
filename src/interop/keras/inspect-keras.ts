import { hdf5Reader } from "#hdf5";
import type { Json } from "../../format/json.js";
import { SluiceError } from "../../util/errors.js";
import { openModelFile, type ModelSource } from "../model-file.js";
import { openKerasFile, type KerasFile } from "./archive.js";
import { dialectOf } from "./dialect.js";
import { Fields } from "./fields.js";
import { modelOf } from "./from-keras.js";
import { isOperation, readLayer } from "./read-model.js";
import type { ReadContext } from "./layer-parts.js";
import { separateText } from "./text-layer.js";

export interface KerasDescription {
  readonly format: KerasFile["format"];
  /** Keras's version; "" where the file does not tell. */
  readonly version: string;
  /** Class and name of each layer; null in a file of weights alone. */
  readonly architecture: readonly { readonly className: string; readonly name: string }[] | null;
  /** Which of the field's conventions each layer follows, in words. */
  readonly conventions: readonly string[];
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** What `fromKeras` would refuse, and why; empty where it can open the file. */
  readonly unsupported: readonly string[];
}

/**
 * What a Keras file holds and what of it can be opened.
 * @throws SluiceError for a file that is broken or none of Keras
 */
export async function inspectKeras(source: ModelSource): Promise<KerasDescription> {
  const opened = await openModelFile("inspectKeras", source);
  const reader = hdf5Reader();
  try {
    return describe(await openKerasFile(opened, reader));
  } finally {
    await reader.close();
  }
}

function describe(file: KerasFile): KerasDescription {
  const { format, version, architecture, weights } = file;
  const arrays = [...weights.arrays].map(([name, { shape }]) => ({ name, shape }));
  const head = { format, version, weights: arrays };
  if (architecture === null) return { ...head, architecture: null, conventions: [], unsupported: [] };
  const layers = layersIn(architecture, file.name);
  const conventions: string[] = [];
  const unsupported: string[] = [];
  let behind: Json = architecture;
  const refused = refusalOf(() => {
    const separated = separateText(architecture, file.assets, file.name);
    behind = separated.architecture;
    if (separated.text !== null) conventions.push("texts: the attachment textVectorization; the model takes their ids");
  });
  if (refused !== null) unsupported.push(refused);
  const context: ReadContext = {
    dialect: dialectOf(version, file.name),
    read: (stored, where) => readLayer(stored, where, context),
  };
  const apart = ["InputLayer", ...(refused === null ? [] : ["TextVectorization"])];
  for (const layer of layersIn(behind, file.name).filter(({ className }) => !apart.includes(className))) {
    const found = refusalOf(() => {
      const read = readLayer(layer.stored, file.name, context);
      conventions.push(...read.conventions.map((convention) => `${layer.name}: ${convention}`));
    });
    if (found !== null && !isOperation(new Fields(layer.stored, file.name))) unsupported.push(found);
  }
  // What only shows when the layers are wired up and the weights are laid in.
  const whole = unsupported.length > 0 ? null : refusalOf(() => modelOf(file));
  if (whole !== null) unsupported.push(whole);
  const names = layers.map(({ className, name }) => ({ className, name }));
  return { ...head, architecture: names, conventions, unsupported };
}

function layersIn(architecture: Json, where: string): { stored: Json; className: string; name: string }[] {
  const stored = new Fields(architecture, where).get("config");
  const list = Array.isArray(stored) ? stored : new Fields(stored, where).list("layers", []);
  return list.map((layer) => {
    const fields = new Fields(layer, `${where}: layers`);
    return { stored: layer, className: fields.text("class_name"), name: fields.object("config").text("name", "") };
  });
}

/** The message of what is refused, or null. */
function refusalOf(body: () => void): string | null {
  try {
    body();
    return null;
  } catch (error) {
    if (error instanceof SluiceError) return error.message;
    throw error;
  }
}
