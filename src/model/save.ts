import { writeFile } from "#files";
import { writeSafetensors } from "../format/safetensors.js";
import type { TensorData } from "../tensor/dtype.js";
import type { Shape } from "../tensor/shape.js";
import { storeLayer } from "../layers/registry.js";
import { check } from "../util/errors.js";
import type { Graph } from "./graph.js";
import { namedParameters } from "./weights.js";

/** Raised when the file's own layout changes, so that an old reader refuses a new file instead of misreading it. */
export const FILE_FORMAT = 1;

/** Tensors and JSON of a training in progress: the optimizer's moments, the generator's state. */
export interface SavedState {
  metadata: Record<string, unknown>;
  tensors: Map<string, { data: TensorData; shape: Shape }>;
}

/**
 * The model as a safetensors file: a tensor for each weight under its path (`gru/cell/kernel`), those of the training state
 * under `training/…`, and in the metadata's entry `sluice` the layers, the attachments and the training state as JSON.
 */
export function toBytes(graph: Graph, state: SavedState): Uint8Array {
  const tensors = new Map<string, { data: TensorData; shape: Shape }>();
  for (const [name, p] of namedParameters(graph.layers)) {
    check(!tensors.has(name), () => `save: two weights are named "${name}"; give the layers names that differ`);
    const data = p.read();
    tensors.set(name, { data: graph.dtype === "float32" ? Float32Array.from(data) : data, shape: p.shape });
  }
  for (const [name, t] of state.tensors) tensors.set(`training/${name}`, t);
  const content = {
    format: FILE_FORMAT,
    model: storeLayer(graph),
    attachments: graph.attachments,
    training: state.metadata,
  };
  return writeSafetensors(tensors, { format: "pt", sluice: JSON.stringify(content) });
}

/** Writes beside the target and renames, so that a crash or a full disk leaves the old file whole. */
export async function saveModel(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(path, bytes);
}
