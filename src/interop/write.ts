/** A model as the files of another system. */
import type { Model } from "sluice";
import type { Format } from "./formats.js";
import type { ToKerasOptions } from "./keras/to-keras.js";
import type { ToOnnxOptions } from "./onnx/write/to-onnx.js";
import { layersOf, type AnyModel } from "./open.js";
import type { ToTfjsOptions } from "./tfjs/to-tfjs.js";

/** Formats that a model can be exported to, and the name that its first file usually has. */
export const EXPORTS = {
  onnx: "model.onnx",
  keras: "model.keras",
  pytorch: "model.safetensors",
  tfjs: "model.json",
} as const satisfies Partial<Record<Format, string>>;
export type ExportFormat = keyof typeof EXPORTS;

export interface WrittenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface WriteOptions {
  onnx?: ToOnnxOptions;
  keras?: ToKerasOptions;
  tfjs?: ToTfjsOptions;
}

type Writer = (model: Model, name: string, options: WriteOptions) => Promise<WrittenFile[]>;

const WRITERS: Readonly<Record<ExportFormat, Writer>> = {
  onnx: async (model, name, { onnx }) => {
    return [{ name, bytes: (await import("./onnx/write/to-onnx.js")).toOnnx(model, onnx) }];
  },
  keras: async (model, name, { keras }) => {
    return [{ name, bytes: await (await import("./keras/to-keras.js")).toKeras(model, keras) }];
  },
  pytorch: async (model, name) => {
    const { weights, python } = (await import("./pytorch/to-pytorch.js")).toPyTorch(model, { weightsFile: name });
    const program = name.replace(/\.[^.]*$/, "");
    return [
      { name, bytes: weights },
      { name: `${program}.py`, bytes: new TextEncoder().encode(python) },
    ];
  },
  tfjs: async (model, name, { tfjs }) => {
    const files = (await import("./tfjs/to-tfjs.js")).toTfjs(model, tfjs);
    return [...files].map(([file, bytes]) => ({ name: file === EXPORTS.tfjs ? name : file, bytes }));
  },
};

/**
 * The files of a model in another system's format: one for ONNX and Keras; weights and a program for PyTorch; `model.json` and its
 * weights for TensorFlow.js. They belong in one folder.
 * @param name of the first file
 * @throws SluiceError naming the layer that the system has no form for
 */
export async function writeForeign(
  model: AnyModel,
  format: ExportFormat,
  name: string,
  options: WriteOptions = {},
): Promise<WrittenFile[]> {
  return WRITERS[format](layersOf(model), name, options);
}
