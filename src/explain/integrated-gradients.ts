/** The path integral of integrated gradients, and the product of gradient and input, which is its crudest form. */
import { gaussLegendre } from "./gauss-legendre.js";
import type { Change } from "./probe.js";
import type { Probed } from "./probes.js";
import type { Numbers } from "./types.js";

/** Of the rule on a stretch of the path. */
const POINTS = 16;
const MOST_POINTS = 2048;
/** A stretch so short is a jump: no points make up for it. */
const SHORTEST = 2 ** -40;
/** What is left of an output by rounding, as a share of it: some units in the last place. More points do not help below. */
const ROUNDING = { float32: 2 ** -20, float64: 2 ** -48 };

export interface Ends {
  readonly value: number;
  readonly baseline: number;
}

/** The output for the sample and for the baseline. */
export async function endValues({ probe, output }: Probed, baselines: readonly Numbers[]): Promise<Ends> {
  const change: Change = (leaf, copy, values) => {
    if (copy === 1) values.set(baselines[leaf]!);
  };
  const [value, baseline] = (await probe.values(2, change, output)) as unknown as [number, number];
  return { value, baseline };
}

/** A stretch of the path from x′ to x, its part of the scores, and by how much their sum misses the outputs' difference there. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly outputs: readonly [from: number, to: number];
  readonly scores: Float64Array[];
  readonly error: number;
}

/**
 * Completeness holds on every stretch of the path by itself, so it says where points are missing: that stretch is halved until the
 * whole is complete. A path along which the output turns suddenly (normalisation near a baseline of zeros, relu) needs it.
 */
export async function integrate(
  probed: Probed,
  baselines: readonly Numbers[],
  ends: Ends,
  steps: number | undefined,
  tolerance: number,
): Promise<{ scores: Float64Array[]; points: number }> {
  const points = steps ?? POINTS;
  const stretch = async (from: number, to: number, outputs: readonly [number, number]): Promise<Stretch> => {
    const { nodes, weights } = gaussLegendre(points);
    const scores = await byGradient(
      probed,
      baselines,
      nodes.map((node) => from + node * (to - from)),
      weights.map((weight) => weight * (to - from)),
    );
    return { from, to, outputs, scores, error: Math.abs(sumOf(scores) - (outputs[1] - outputs[0])) };
  };
  const parts = [await stretch(0, 1, [ends.baseline, ends.value])];
  const bound = tolerance * scaleOf(ends);
  const rounding = ROUNDING[probed.probe.graph.dtype];
  const mostParts = steps === undefined ? MOST_POINTS / points : 1;
  while (parts.length < mostParts) {
    const worst = parts.reduce((a, b) => (b.error > a.error ? b : a));
    const { from, to, outputs } = worst;
    const noise = rounding * (Math.abs(outputs[0]) + Math.abs(outputs[1]));
    if (to - from < SHORTEST || worst.error <= noise || parts.reduce((sum, part) => sum + part.error, 0) <= bound)
      break;
    const middle = (from + to) / 2;
    const [value] = await probed.probe.values(1, along(baselines, new Float64Array([middle])), probed.output);
    const halves = [await stretch(from, middle, [outputs[0], value!]), await stretch(middle, to, [value!, outputs[1]])];
    parts.splice(parts.indexOf(worst), 1, ...halves);
  }
  const scores = probed.probe.leaves.map((_, i) => addAll(parts.map((part) => part.scores[i]!)));
  return { scores, points: parts.length * points };
}

function addAll(lists: readonly Float64Array[]): Float64Array {
  return lists[0]!.map((_, i) => lists.reduce((sum, list) => sum + list[i]!, 0));
}

/** Puts copy k at x′ + nodes[k] (x − x′). */
function along(baselines: readonly Numbers[], nodes: Float64Array): Change {
  return (leaf, copy, values) => {
    const from = baselines[leaf]!;
    const alpha = nodes[copy]!;
    if (alpha !== 1) for (let i = 0; i < values.length; i++) values[i] = from[i]! + alpha * (values[i]! - from[i]!);
  };
}

/** (x − x′) Σ_k weights[k] ∂F/∂x (x′ + nodes[k] (x − x′)) */
export async function byGradient(
  { probe, output }: Probed,
  baselines: readonly Numbers[],
  nodes: Float64Array,
  weights: Float64Array,
): Promise<Float64Array[]> {
  const gradients = await probe.gradients(weights, along(baselines, nodes), output);
  return gradients.map((gradient, leaf) => {
    const x = probe.leaves[leaf]!.values;
    return gradient.map((g, i) => g * (x[i]! - baselines[leaf]![i]!));
  });
}

export function sumOf(scores: readonly Float64Array[]): number {
  return scores.reduce((sum, part) => sum + part.reduce((a, b) => a + b, 0), 0);
}

/** The difference of the outputs; where they are equal but for rounding, their own size. */
function scaleOf({ value, baseline }: Ends): number {
  const floor = 1e-6 * (Math.abs(value) + Math.abs(baseline)) || 1e-12;
  return Math.max(Math.abs(value - baseline), floor);
}

export function incompletenessOf(sum: number, ends: Ends): number {
  return Math.abs(sum - (ends.value - ends.baseline)) / scaleOf(ends);
}
