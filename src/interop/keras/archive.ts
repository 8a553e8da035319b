/** The three forms of a Keras file, opened: what they say of the model, and their weights. */
import { parseJson, type Json } from "../../format/json.js";
import { check } from "../../util/errors.js";
import type { ModelFile } from "../model-file.js";
import { readZip } from "../zip.js";
import { Fields } from "./fields.js";
import type { Hdf5Content } from "./hdf5-content.js";
import type { Hdf5Reader } from "./hdf5-reader.js";

export interface KerasFile {
  /** What errors call it. */
  readonly name: string;
  readonly format: "keras" | "h5" | "weights.h5";
  /** Keras's version, such as "3.12.4"; "" where the file does not tell. */
  readonly version: string;
  /** The model as Keras serialises it; null in a file of weights alone. */
  readonly architecture: Json | null;
  /** How it was compiled, as the file says it. */
  readonly compile: Json | null;
  readonly weights: Hdf5Content;
  /** Vocabularies and the like, by their path in the file. */
  readonly assets: ReadonlyMap<string, Uint8Array>;
}

const ZIP = [0x50, 0x4b];
const HDF5 = [0x89, 0x48, 0x44, 0x46];

/** @throws SluiceError for what is neither a `.keras` file nor HDF5, and for what is broken in one */
export async function openKerasFile({ bytes, name }: ModelFile, reader: Hdf5Reader): Promise<KerasFile> {
  const begins = (magic: readonly number[]) => magic.every((byte, i) => bytes[i] === byte);
  if (begins(ZIP)) return openZip(bytes, name, reader);
  check(begins(HDF5), () => `${name}: neither a .keras file (zip) nor HDF5`);
  return openHdf5(await reader.read(bytes.slice(), name), name);
}

async function openZip(bytes: Uint8Array, name: string, reader: Hdf5Reader): Promise<KerasFile> {
  const wanted = (entry: string) => /^((config|metadata)\.json|model\.weights\.(h5|json)|assets\/.*)$/.test(entry);
  const entries = readZip(bytes, name, wanted);
  const json = (entry: string) => {
    const found = entries.get(entry);
    check(found !== undefined, () => `${name}: a zip file, but none of Keras: there is no ${entry}`);
    return parseJson(new TextDecoder().decode(found), `${name}: ${entry}`);
  };
  const architecture = json("config.json");
  const version = new Fields(json("metadata.json"), `${name}: metadata.json`).text("keras_version");
  const weights = entries.get("model.weights.h5") as Uint8Array<ArrayBuffer> | undefined;
  check(weights !== undefined, () => {
    const why = entries.has("model.weights.json") ? "its weights are in shards; save it without max_shard_size" : "";
    return `${name}: there is no model.weights.h5${why && `: ${why}`}`;
  });
  const compile = new Fields(architecture, `${name}: config.json`).get("compile_config") ?? null;
  const assets = new Map([...entries].filter(([entry]) => entry.startsWith("assets/")));
  const content = await reader.read(weights, `${name}: model.weights.h5`);
  return { name, format: "keras", version, architecture, compile, weights: content, assets };
}

function openHdf5(weights: Hdf5Content, name: string): KerasFile {
  const text = (attribute: string) => {
    const root = weights.attributes.get("")?.get(attribute) ?? weights.attributes.get("model_weights")?.get(attribute);
    return root?.[0];
  };
  const json = (attribute: string) => {
    const found = text(attribute);
    return found === undefined ? null : parseJson(found, `${name}: attribute ${attribute}`);
  };
  const architecture = json("model_config");
  const compile = json("training_config");
  const format = architecture === null ? "weights.h5" : "h5";
  return { name, format, version: text("keras_version") ?? "", architecture, compile, weights, assets: new Map() };
}
