import type { Inputs } from "../model/feed.js";
import type { Graph } from "../model/graph.js";
import { checkChoice, checkCount, checkOptions, checkRange } from "../util/checks.js";
import { baselinesOf, type Baselines } from "./baseline.js";
import { byGradient, endValues, incompletenessOf, integrate, sumOf, type Ends } from "./integrated-gradients.js";
import { occlude } from "./occlusion.js";
import type { Leaf, Probe } from "./probe.js";
import { probeEach, type OutputOptions, type Probed } from "./probes.js";
import type { Attribution, AttributionMethod, Numbers } from "./types.js";

export interface AttributeOptions extends OutputOptions {
  /** Default "integratedGradients". */
  method?: AttributionMethod;
  /** What the sample is compared with. Default "zeros". */
  baseline?: Baselines;
  /**
   * Integrated gradients: points of one rule for the whole path. Left out: 16, and where the sum is not complete within `tolerance` more in
   * those stretches of the path that lack them, at most 2048.
   */
  steps?: number;
  /** Integrated gradients: how far the sum of the scores may be from the difference of the outputs, as a share of it. Default 0.005. */
  tolerance?: number;
  /** Occlusion: steps that are replaced together; a step's score is the mean over the windows that it lies in. Default 1. */
  window?: number;
  /** Occlusion: each feature by itself, or all features of a step together (then one score a step). Default "feature". */
  by?: "feature" | "step";
}

const METHODS = ["integratedGradients", "occlusion", "gradientInput"] as const;

/**
 * How much each step and feature of the inputs speaks for an output F, against a baseline x′; one attribution a sample.
 *
 *     integratedGradients   (x − x′) ∫₀¹ ∂F/∂x (x′ + α (x − x′)) dα     Sundararajan et al. 2017, arXiv 1703.01365, equation 1
 *     occlusion             F(x) − F(x with a part replaced by x′)       Zeiler and Fergus 2014, arXiv 1311.2901
 *     gradientInput         (x − x′) ∂F/∂x (x)                           Shrikumar et al. 2017, arXiv 1704.02685; there x′ = 0
 *
 * The integral is worked out by Gauss and Legendre's rule; its scores sum to F(x) − F(x′) (completeness), and `incompleteness` says how
 * nearly. Indices have no gradient: of tokens the embeddings' vectors are varied, and their scores summed for each step. Masked steps have no
 * score, and stay masked in the baseline. An input of indices that no embedding layer reads is held as it is, and has no steps in the answer.
 * @param x as `model.predict` takes it
 * @throws SluiceError for data that does not fit, for an output or an input that is not there
 */
export async function attribute(graph: Graph, x: Inputs, options: AttributeOptions = {}): Promise<Attribution[]> {
  const known = ["method", "output", "scale", "baseline", "steps", "tolerance", "window", "by"];
  checkOptions("attribute", options, known);
  const { method = "integratedGradients", steps, tolerance = 0.005, window = 1, by = "feature" } = options;
  checkChoice("attribute", "method", method, METHODS);
  checkChoice("attribute", "by", by, ["feature", "step"]);
  checkCount("attribute", "window", window);
  if (steps !== undefined) checkCount("attribute", "steps", steps);
  checkRange("attribute", "tolerance", tolerance, 0);
  return probeEach(graph, x, options, "attribute", async (probed) => {
    const baselines = baselinesOf(probed.probe, options.baseline ?? "zeros", probed.inputs, "attribute");
    const ends = await endValues(probed, baselines);
    if (method === "occlusion") {
      const scores = await occlude(probed, baselines, ends.value, { window, by });
      return attributionOf(probed, method, ends, scores, by, null);
    }
    if (method === "gradientInput") {
      const scores = await byGradient(probed, baselines, new Float64Array([1]), new Float64Array([1]));
      return attributionOf(probed, method, ends, scores, "feature", null);
    }
    const { scores, points } = await integrate(probed, baselines, ends, steps, tolerance);
    return attributionOf(probed, method, ends, scores, "feature", points);
  });
}

function attributionOf(
  { probe, output, scale }: Probed,
  method: AttributionMethod,
  ends: Ends,
  scores: readonly Float64Array[],
  by: "feature" | "step",
  points: number | null,
): Attribution {
  const sum = sumOf(scores);
  const incompleteness = points === null ? null : incompletenessOf(sum, ends);
  return { method, output, scale, ...ends, inputs: scoresByInput(probe, scores, by), sum, incompleteness, points };
}

/** Scores of each input's real steps; several embeddings of one input add up. */
function scoresByInput(
  { graph, leaves }: Probe,
  scores: readonly Float64Array[],
  by: "feature" | "step",
): Attribution["inputs"] {
  const Data = graph.dtype === "float64" ? Float64Array : Float32Array;
  return graph.inputs.map((input, i) => {
    const own = leaves.flatMap((leaf, at) => (leaf.input === i ? [{ leaf, scores: scores[at]! }] : []));
    const [first] = own;
    const { name } = input.node.layer;
    if (!first) return { name, kind: "tokens", steps: 0, features: 1, scores: new Data(0) };
    const { kind, real, width } = first.leaf;
    const features = kind === "tokens" || by === "step" ? 1 : width;
    const values = new Data(real.length * features);
    for (const part of own) addSteps(values, part.leaf, part.scores, features);
    return { name, kind, steps: real.length, features, scores: values };
  });
}

/** @param scores [steps, width], or [steps] where a step has one score */
function addSteps(to: Numbers, { real, steps }: Leaf, scores: Float64Array, features: number): void {
  const width = scores.length / steps;
  for (const [i, t] of real.entries()) {
    for (let j = 0; j < width; j++) to[i * features + (features === 1 ? 0 : j)]! += scores[t * width + j]!;
  }
}
