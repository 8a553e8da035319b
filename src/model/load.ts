import { readFile } from "#files";
import { readSafetensors } from "../format/safetensors.js";
import { parseJson } from "../format/json.js";
import { LayerRegistry, type LayerSource, type StoredLayer } from "../layers/registry.js";
import { InputLayer } from "../layers/input.js";
import { sameShape, showShape, type Shape } from "../tensor/shape.js";
import type { TensorData } from "../tensor/dtype.js";
import { check, show, SluiceError } from "../util/errors.js";
import { rebuild, type Rebuilt } from "./describe.js";
import { Graph } from "./graph.js";
import { coming } from "../ops/backend.js";
import { FILE_FORMAT } from "./save.js";
import { namedParameters } from "./weights.js";

export interface LoadOptions {
  /** The layers that the file may hold, as factories or classes: a bundle carries only these. */
  layers?: readonly LayerSource[];
}

export interface LoadedFile {
  model: StoredLayer;
  attachments: Record<string, unknown>;
  training: Record<string, unknown>;
  tensors: Map<string, { data: TensorData; shape: Shape }>;
}

/** Makes the model class that a caller wants from the rebuilt graph. */
export type MakeGraph<G extends Graph> = (rebuilt: Rebuilt, className: string) => G;

/**
 * Reads a model file.
 * @param source a path (Node), a URL, or the file's bytes
 * @throws SluiceError when the file is truncated, is no model, or holds a layer that is not known here
 */
export async function loadGraph<G extends Graph>(
  source: string | URL | Uint8Array | ArrayBuffer,
  layers: readonly LayerSource[],
  make: MakeGraph<G>,
): Promise<{ graph: G; file: LoadedFile }> {
  const name = typeof source === "string" ? source : source instanceof URL ? source.href : "model bytes";
  const bytes =
    typeof source === "string" || source instanceof URL ? await readFile(source) : new Uint8Array(asBuffer(source));
  const file = readContent(bytes, name);
  const registry = new LayerRegistry([InputLayer, ...layers]);
  for (const className of ["Model", "Sequential"]) registry.add(nestedModel(className, make));
  const graph = registry.revive(file.model) as G;
  assignWeights(graph, file, name);
  await coming;
  graph.attachments = file.attachments;
  return { graph, file };
}

function asBuffer(source: Uint8Array | ArrayBuffer): Uint8Array | ArrayBuffer {
  const fits = source instanceof Uint8Array || source instanceof ArrayBuffer;
  check(fits, () => `loadModel: expected a path, a URL or bytes, got ${show(source)}`);
  return source;
}

/** Models are layers of a file too; this stands for their class in the registry. */
function nestedModel<G extends Graph>(className: string, make: MakeGraph<G>) {
  const revive = (config: Record<string, unknown>, registry: LayerRegistry) =>
    make(rebuild(config, registry), className);
  return Object.assign(class extends Graph {}, { className, revive });
}

function readContent(bytes: Uint8Array, name: string): LoadedFile {
  const { tensors, metadata } = readSafetensors(bytes, name);
  const text = metadata.get("sluice");
  if (text === undefined) {
    throw new SluiceError(`${name}: a safetensors file, but no Sluice model: its metadata has no entry "sluice"`);
  }
  const content = parseJson(text, `${name}: metadata entry "sluice"`) as unknown as { format: number } & Omit<
    LoadedFile,
    "tensors"
  >;
  check(content?.format === FILE_FORMAT, () => {
    return `${name}: written in file format ${show(content?.format)}, this version reads ${FILE_FORMAT}`;
  });
  return { model: content.model, attachments: content.attachments ?? {}, training: content.training ?? {}, tensors };
}

function assignWeights(graph: Graph, file: LoadedFile, name: string): void {
  for (const [path, p] of namedParameters(graph.layers)) {
    const found = file.tensors.get(path);
    if (!found) throw new SluiceError(`${name}: the weight "${path}" ${showShape(p.shape)} is missing`);
    check(sameShape(found.shape, p.shape), () => {
      return `${name}: the weight "${path}" must be ${showShape(p.shape)}, got ${showShape(found.shape)}`;
    });
    p.assign(found.data);
  }
}

/** Reads a model for prediction and streaming. */
export async function loadModel(
  source: string | URL | Uint8Array | ArrayBuffer,
  options: Required<LoadOptions>,
): Promise<Graph> {
  return (await loadGraph(source, options.layers, (rebuilt) => new Graph(rebuilt))).graph;
}
