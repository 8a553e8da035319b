/** What a model file of another system holds, and what becomes of it here. */
import { Graph } from "sluice";
import { summarize } from "../model/summary.js";
import { sizeOf, type Shape } from "../tensor/shape.js";
import { SluiceError } from "../util/errors.js";
import { layerConventions, nodeConventions } from "./conventions.js";
import { formatOf, type Format } from "./formats.js";
import { openModelFile, type ModelFile, type ModelSource } from "./model-file.js";
import type { OnnxGraph } from "./onnx/graph.js";
import { openAnyModel, type AnyModel, type OpenOptions } from "./open.js";

export interface ModelDescription {
  readonly format: Format;
  readonly bytes: number;
  readonly parameters: number;
  /** Layers with their class, or nodes with their operator; what the file tells of them where it cannot be opened. */
  readonly layers: readonly string[];
  readonly weights: readonly { readonly name: string; readonly shape: Shape }[];
  /** Which of the field's conventions the file follows, and what is done about them; in words. */
  readonly conventions: readonly string[];
  /** What cannot be opened, and why; empty where all of it can. */
  readonly unsupported: readonly string[];
  /** A table for people; null where nothing can be made of the file. */
  readonly summary: string | null;
}

/**
 * Describes a model file. What its weights and nodes tell is shown even where the whole cannot be opened.
 * @param source a path (Node), a URL, or the file's bytes
 * @throws SluiceError for a file that is broken or of no known kind
 */
export async function describeModelFile(source: ModelSource, options: OpenOptions = {}): Promise<ModelDescription> {
  const file = await openModelFile("inspect", source);
  const format = formatOf(file);
  const head = { format, bytes: file.bytes.length };
  try {
    const { model } = await openAnyModel(source, options);
    return { ...head, unsupported: [], ...described(model, format) };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    // What cannot even be read so far is broken, which this says better than a list of what it lacks.
    const parts = await partsOf(file, source, format);
    if (parts === null) throw error;
    const unsupported = parts.unsupported.length > 0 ? parts.unsupported : [error.message];
    return { ...head, ...parts, summary: null, unsupported };
  }
}

type Described = Pick<ModelDescription, "parameters" | "layers" | "weights" | "conventions">;

function described(model: AnyModel, format: Format): Described & { summary: string } {
  if (!(model instanceof Graph)) return { ...describedNodes(model.graph), summary: model.summary() };
  const weights = model.layers.flatMap(({ name, parameters }) => {
    return parameters.map((p) => ({ name: `${name}/${p.name}`, shape: p.shape }));
  });
  return {
    parameters: total(weights),
    layers: model.layers.map(({ name, className }) => `${name} (${className})`),
    weights,
    conventions: [...new Set(model.layers.flatMap((layer) => layerConventions(layer, format)))],
    summary: summarize(model),
  };
}

function describedNodes(graph: OnnxGraph): Described {
  const weights = [...graph.initializers].map(([name, { shape }]) => ({ name, shape }));
  return {
    parameters: total(weights),
    layers: graph.nodes.map(({ label }) => label),
    weights,
    conventions: graph.nodes.flatMap(nodeConventions),
  };
}

/** What is known of a file that cannot be opened as a whole. */
async function partsOf(
  file: ModelFile,
  source: ModelSource,
  format: Format,
): Promise<(Described & { unsupported: readonly string[] }) | null> {
  try {
    if (format === "pytorch") {
      const { readStateDict } = await import("./pytorch/state-dict.js");
      const weights = [...readStateDict(file)].map(([name, { shape }]) => ({ name, shape }));
      return { parameters: total(weights), layers: [], weights, conventions: [], unsupported: [] };
    }
    if (format !== "onnx") return null;
    const { readOnnx } = await import("./onnx/from-onnx.js");
    const { graph, unsupported } = await readOnnx("inspect", source);
    return { ...describedNodes(graph), unsupported };
  } catch (error) {
    if (error instanceof SluiceError) return null;
    throw error;
  }
}

const total = (weights: readonly { readonly shape: Shape }[]): number =>
  weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
