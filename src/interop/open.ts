/** Any file that is known, by one function. Readers are loaded when a file needs them. */
import { Graph, loadModel, type Model } from "sluice";
import { check } from "../util/errors.js";
import { formatOf, type Format } from "./formats.js";
import { openModelFile, type ModelSource } from "./model-file.js";
import type { FromKerasOptions } from "./keras/from-keras.js";
import type { OnnxModel } from "./onnx/onnx-model.js";
import type { FromPyTorchOptions } from "./pytorch/from-pytorch.js";

/** Layers that train and are saved, or a graph of ONNX that is computed as it stands. */
export type AnyModel = Model | OnnxModel;

export interface OpenOptions {
  /** What a state_dict of PyTorch does not tell; of no use to other files, which hold their architecture. */
  pytorch?: FromPyTorchOptions;
  /** The architecture that belongs to a `.weights.h5`. */
  keras?: FromKerasOptions;
}

export interface OpenedModel {
  readonly format: Format;
  readonly model: AnyModel;
}

type Reader = (source: ModelSource, options: OpenOptions) => Promise<AnyModel>;

const READERS: Readonly<Record<Format, Reader>> = {
  sluice: (source) => loadModel(source),
  keras: async (source, { keras }) => (await import("./keras/from-keras.js")).fromKeras(source, keras),
  pytorch: async (source, { pytorch }) => (await import("./pytorch/from-pytorch.js")).fromPyTorch(source, pytorch),
  onnx: async (source) => (await import("./onnx/from-onnx.js")).fromOnnx(source),
  tfjs: async (source) => {
    check(typeof source === "string" || source instanceof URL, () => {
      return "open: the weights of a TensorFlow.js model lie beside its model.json; give its path, or the files to fromTfjs";
    });
    return (await import("./tfjs/from-tfjs.js")).fromTfjs(source);
  },
};

/**
 * Opens a model file of Sluice, Keras, PyTorch, ONNX or TensorFlow.js; its content tells which it is.
 * @param source a path (Node), a URL, or the file's bytes
 * @throws SluiceError for a file that is none of these, and as the readers do
 */
export async function openAnyModel(source: ModelSource, options: OpenOptions = {}): Promise<OpenedModel> {
  const file = await openModelFile("open", source);
  const format = formatOf(file);
  // By its source, since a model of TensorFlow.js, and ONNX's external data, lie in files beside the first.
  return { format, model: await READERS[format](source, options) };
}

/** An ordinary model: a graph of ONNX as layers. @throws SluiceError naming the node that no layer stands for */
export function layersOf(model: AnyModel): Model {
  return model instanceof Graph ? (model as Model) : model.toModel();
}
