/** Which system wrote a model file: told by what is in it, so that a wrong name misleads nobody. */
import { readSafetensors } from "../format/safetensors.js";
import { check, show } from "../util/errors.js";
import type { ModelFile } from "./model-file.js";
import { readZip } from "./zip.js";

export const FORMATS = ["sluice", "keras", "pytorch", "onnx", "tfjs"] as const;
export type Format = (typeof FORMATS)[number];

/** What people call them. */
export const FORMAT_NAMES: Readonly<Record<Format, string>> = {
  sluice: "Sluice",
  keras: "Keras",
  pytorch: "PyTorch",
  onnx: "ONNX",
  tfjs: "TensorFlow.js",
};

/** Endings under which models of other systems come; `.json` may hold anything, so that only its content tells. */
export const MODEL_ENDING = /\.(keras|h5|hdf5|onnx|pt|pth|safetensors)$/i;

/** The first bytes of an HDF5 file (HDF5 file format specification, III.A). */
const HDF5 = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const BRACE = 0x7b;

/** @throws SluiceError for what no reader here takes */
export function formatOf(file: ModelFile): Format {
  const { bytes, name } = file;
  const begins = (...start: number[]) => start.every((byte, i) => bytes[i] === byte);
  // First, since the length that a safetensors file begins with may look like the beginning of any other.
  if (bytes[8] === BRACE && bytes.length > 8 && !begins(...HDF5)) return safetensorsOf(file);
  if (begins(...HDF5)) return "keras";
  if (begins(0x50, 0x4b)) return zipOf(file);
  // A pickle of protocol 2 to 5: torch.save before version 1.6, and refused by the reader with the reason.
  if (begins(0x80) && bytes[1]! <= 5) return "pytorch";
  if (isTfjs(bytes)) return "tfjs";
  // Field 1 of a ModelProto, ir_version; writers give it first.
  if (begins(0x08) || /\.onnx$/i.test(name)) return "onnx";
  const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  check(false, () => {
    return (
      `${name}: no model that is known here: expected Keras (.keras, .h5), PyTorch (.pt, .safetensors), ONNX (.onnx), ` +
      `TensorFlow.js (model.json) or Sluice (.safetensors); the file begins with ${start || "nothing, it is empty"}`
    );
  });
}

function safetensorsOf({ bytes, name }: ModelFile): Format {
  return readSafetensors(bytes, name).metadata.has("sluice") ? "sluice" : "pytorch";
}

/** A layers model of TensorFlow.js is JSON that says so in its first name. */
export function isTfjs(bytes: Uint8Array): boolean {
  if (bytes.find((byte) => byte > 0x20) !== BRACE) return false;
  return /"(modelTopology|weightsManifest)"\s*:/.test(new TextDecoder().decode(bytes));
}

function zipOf({ bytes, name }: ModelFile): Format {
  const names: string[] = [];
  readZip(bytes, name, (entry) => {
    names.push(entry);
    return false;
  });
  if (names.includes("config.json") && names.includes("model.weights.h5")) return "keras";
  check(
    names.some((entry) => entry.endsWith("data.pkl")),
    () => {
      const held = names.slice(0, 8).map(show).join(", ");
      return `${name}: a zip file of neither Keras (config.json, model.weights.h5) nor PyTorch (data.pkl); it holds ${held}`;
    },
  );
  return "pytorch";
}
