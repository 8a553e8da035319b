/** A model as the files of another system. */
import { Graph, type Model } from "sluice";
import { check } from "../util/errors.js";
import { FORMAT_NAMES, type Format } from "./formats.js";
import type { AnyModel } from "./open.js";

/** Formats that a model can be exported to, and the name that its first file usually has. */
export const EXPORTS = {
  pytorch: "model.safetensors",
} as const satisfies Partial<Record<Format, string>>;
export type ExportFormat = keyof typeof EXPORTS;

export interface WrittenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

type Writer = (model: Model, name: string) => Promise<WrittenFile[]>;

const WRITERS: Readonly<Record<ExportFormat, Writer>> = {
  pytorch: async (model, name) => {
    const { weights, python } = (await import("./pytorch/to-pytorch.js")).toPyTorch(model, { weightsFile: name });
    const program = name.replace(/\.[^.]*$/, "");
    return [
      { name, bytes: weights },
      { name: `${program}.py`, bytes: new TextEncoder().encode(python) },
    ];
  },
};

/**
 * The files of a model in another system's format: one for ONNX and Keras; weights and a program for PyTorch; `model.json` and its
 * weights for TensorFlow.js. They belong in one folder.
 * @param name of the first file
 * @throws SluiceError naming the layer that the system has no form for
 */
export async function writeForeign(model: AnyModel, format: ExportFormat, name: string): Promise<WrittenFile[]> {
  check(model instanceof Graph, () => {
    return `export to ${FORMAT_NAMES[format]}: a graph of ONNX is computed as it stands and cannot be written as layers`;
  });
  return WRITERS[format](model, name);
}
