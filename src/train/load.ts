import type { LayerSource } from "../layers/registry.js";
import { loadGraph, type LoadOptions } from "../model/load.js";
import { Model } from "./model.js";
import { Sequential } from "./sequential.js";
import { readTraining } from "./training-state.js";

/** Reads a model so that it can be used and trained on: optimizer, moments and random state included. */
export async function loadTrainable(
  source: string | URL | Uint8Array | ArrayBuffer,
  options: LoadOptions,
  known: readonly LayerSource[],
): Promise<Model> {
  const make = (config: ConstructorParameters<typeof Model>[0], className: string) =>
    className === "Sequential" ? new Sequential(config) : new Model(config);
  const { graph, file } = await loadGraph(source, [...known, ...(options.layers ?? [])], make);
  const training = readTraining(file, typeof source === "string" ? source : "model file");
  if (training) graph.resumeFrom(training.stored, training.moments, training.position);
  return graph;
}
