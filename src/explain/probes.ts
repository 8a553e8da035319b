/** What all explanations by inputs begin with: the data, the kernels, which output is meant, and a probe of each sample. */
import type { Graph } from "../model/graph.js";
import { Breather } from "../model/breather.js";
import { readInputs, type Inputs } from "../model/feed.js";
import { kernelsReady } from "../ops/backend.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkChoice } from "../util/checks.js";
import { checkStateless } from "./cells.js";
import { OutputReader } from "./output-scale.js";
import { Probe } from "./probe.js";
import type { OutputScale } from "./types.js";
import { checkGradients } from "./watch.js";

export interface OutputOptions {
  /**
   * Which output, counted over one sample's outputs with all axes flattened, as in `Trace.output`. Default: the largest of a softmax
   * (of the last step, where there is one for each), else the first.
   */
  output?: number;
  /**
   * "logit": as it is before the softmax or sigmoid that the model ends with, which is what gradients of a classifier are usually taken
   * of (in PyTorch, and so in Captum, models give logits); "output": as the model gives it, a probability. Models that end otherwise
   * have the one scale. Default "logit".
   */
  scale?: OutputScale;
}

export interface Probed {
  readonly probe: Probe;
  /** The inputs of all samples. */
  readonly inputs: readonly Tensor[];
  readonly output: number;
  readonly scale: OutputScale;
}

/** Calls `explain` for each sample, in turn. */
export async function probeEach<R>(
  graph: Graph,
  x: Inputs,
  { output, scale = "logit" }: OutputOptions,
  where: string,
  explain: (probed: Probed) => R | Promise<R>,
): Promise<R[]> {
  checkChoice(where, "scale", scale, ["logit", "output"]);
  checkStateless(graph, where);
  const kernels = await kernelsReady(graph.dtype);
  checkGradients(kernels);
  const inputs = readInputs(x, graph.inputs, where, graph.dtype);
  graph.place(kernels);
  const reader = new OutputReader(graph, scale);
  const results: R[] = [];
  const breather = new Breather();
  for (let i = 0; i < inputs[0]!.shape[0]!; i++) {
    const probe = new Probe(graph, kernels, inputs, i, reader);
    const chosen = reader.choose(output, probe.outputs, probe.outputShapes, where);
    results.push(await explain({ probe, inputs, output: chosen, scale: reader.scaleOf(chosen, probe.outputShapes) }));
    await breather.breathe();
  }
  return results;
}
