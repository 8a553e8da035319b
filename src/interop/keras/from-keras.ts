import { hdf5Reader } from "#hdf5";
import type { Model } from "sluice";
import type { Json } from "../../format/json.js";
import { checkOptions } from "../../util/checks.js";
import { check } from "../../util/errors.js";
import { openModelFile, type ModelSource } from "../model-file.js";
import { openKerasFile, type KerasFile } from "./archive.js";
import { compileAs } from "./compile-config.js";
import { dialectOf } from "./dialect.js";
import { loadModel, type LoadedModel } from "./read-model.js";
import { separateText } from "./text-layer.js";
import { assignWeights } from "./weights.js";

export interface FromKerasOptions {
  /**
   * For a file of weights alone (`.weights.h5`): the model as Keras describes it, an object such as `model.get_config()` in
   * `{ class_name: "Sequential", config }`, or the content of `model.to_json()`.
   */
  architecture?: object | string;
}

/**
 * An ordinary model of a file that Keras saved: `.keras` (Keras 3 and the last of Keras 2), `.h5` (Keras 2 and 3), or
 * `.weights.h5` with the architecture as an option. Sequential and Functional models, models within models, layers that are shared;
 * names are kept. Batches come first, as in Keras: x [B, T, D]. A TextVectorization at the beginning becomes a step of its own:
 * the model takes its ids [B, T], and `reviveText(model.attachments.textVectorization)` makes them of texts. A model that was
 * compiled with an optimizer, loss and metrics that Sluice has is compiled with them; the optimizer starts anew.
 * @param source a path (Node), a URL, or the file's bytes
 * @throws SluiceError for a file that is broken, and for a layer or option that Sluice has no form for, which it names; Lambda
 * layers and custom objects are code and are refused
 */
export async function fromKeras(source: ModelSource, options: FromKerasOptions = {}): Promise<Model> {
  checkOptions("fromKeras", options, ["architecture"]);
  const file = await openModelFile("fromKeras", source);
  const reader = hdf5Reader();
  try {
    return modelOf(await openKerasFile(file, reader), options).model;
  } finally {
    await reader.close();
  }
}

/** The model of an opened file, with its weights. */
export function modelOf(file: KerasFile, { architecture }: FromKerasOptions = {}): LoadedModel {
  const described = file.architecture ?? given(architecture);
  check(described !== null, () => {
    return `${file.name}: it holds weights alone; give the model that they belong to as the option "architecture"`;
  });
  const { architecture: behind, text } = separateText(described, file.assets, file.name);
  const loaded = loadModel(behind, dialectOf(file.version || "3.0", file.name), file.name);
  assignWeights(file.name, file.weights, loaded.layers);
  if (text !== null) loaded.model.attachments["textVectorization"] = text;
  compileAs(loaded.model, file.compile);
  return loaded;
}

function given(architecture: object | string | undefined): Json | null {
  if (architecture === undefined) return null;
  return JSON.parse(typeof architecture === "string" ? architecture : JSON.stringify(architecture)) as Json;
}
