import type { Inputs } from "../model/feed.js";
import type { Graph } from "../model/graph.js";
import { checkOptions, checkRange } from "../util/checks.js";
import { check } from "../util/errors.js";
import { baselinesOf, type Baselines } from "./baseline.js";
import type { Change, Leaf } from "./probe.js";
import { probeEach, type OutputOptions, type Probed } from "./probes.js";
import type { Horizon, Numbers } from "./types.js";

export interface HorizonOptions extends OutputOptions {
  /** What a step is replaced by. Default "mean": the step as if nothing had happened. */
  baseline?: Baselines;
  /** Share of the summed gradient (and of the occlusion) that `reach` covers. Default 0.9. */
  share?: number;
}

/**
 * How far back an output depends on the input, one horizon a sample: by lag, counted back from the last real step, the norm of the output's
 * gradient with respect to that step's input, and the size of the change when the step is replaced. The gradient says what a small change
 * would do, and fades where gates close; occlusion says what the step did.
 * @throws SluiceError when no input is over time
 */
export async function memoryHorizon(graph: Graph, x: Inputs, options: HorizonOptions = {}): Promise<Horizon[]> {
  checkOptions("memoryHorizon", options, ["output", "scale", "baseline", "share"]);
  const share = checkRange("memoryHorizon", "share", options.share ?? 0.9, 0, 1);
  return probeEach(graph, x, options, "memoryHorizon", async (probed) => {
    const baselines = baselinesOf(probed.probe, options.baseline ?? "mean", probed.inputs, "memoryHorizon");
    const gradient = await gradientByLag(probed);
    const occlusion = await occlusionByLag(probed, baselines);
    return horizonOf(probed, gradient, occlusion, share);
  });
}

/** The mean by lag over horizons of one output; a lag that some samples do not have is averaged over the others. */
export function meanHorizon(horizons: readonly Horizon[]): Horizon {
  const [first] = horizons;
  check(first !== undefined, () => "meanHorizon: expected at least one horizon");
  const gradient = meanByLag(horizons.map((h) => h.gradient));
  const occlusion = meanByLag(horizons.map((h) => h.occlusion));
  return horizonOf(first, gradient, occlusion, first.share);
}

function horizonOf(
  { output, scale }: Pick<Probed, "output" | "scale">,
  gradient: number[],
  occlusion: number[],
  share: number,
): Horizon {
  const [reach, occlusionReach] = [reachOf(gradient, share), reachOf(occlusion, share)];
  return { output, scale, gradient, occlusion, reach, occlusionReach, share };
}

/** The smallest lag within which that share of the sum lies. */
function reachOf(byLag: readonly number[], share: number): number {
  const total = byLag.reduce((a, b) => a + b, 0);
  let sum = 0;
  for (const [lag, value] of byLag.entries()) {
    sum += value;
    // Rounding must not push the end of the sum beyond the last lag.
    if (sum >= share * total * (1 - 1e-12)) return lag;
  }
  return Math.max(0, byLag.length - 1);
}

function timed(probed: Probed): { leaf: Leaf; at: number }[] {
  const leaves = probed.probe.leaves.flatMap((leaf, at) => (leaf.kind === "vector" ? [] : [{ leaf, at }]));
  check(leaves.length > 0, () => "memoryHorizon: the model has no input over time");
  return leaves;
}

function lagsOf(leaves: readonly { leaf: Leaf }[]): number {
  return Math.max(...leaves.map(({ leaf }) => leaf.real.length));
}

/** The step of a leaf that lies so far back, or −1. */
function stepAt({ real }: Leaf, lag: number): number {
  return real[real.length - 1 - lag] ?? -1;
}

async function gradientByLag(probed: Probed): Promise<number[]> {
  const leaves = timed(probed);
  const gradients = await probed.probe.gradients([1], () => undefined, probed.output);
  return Array.from({ length: lagsOf(leaves) }, (_, lag) => {
    let squares = 0;
    for (const { leaf, at } of leaves) {
      const t = stepAt(leaf, lag);
      if (t < 0) continue;
      for (let i = t * leaf.width; i < (t + 1) * leaf.width; i++) squares += gradients[at]![i]! ** 2;
    }
    return Math.sqrt(squares);
  });
}

async function occlusionByLag(probed: Probed, baselines: readonly Numbers[]): Promise<number[]> {
  const leaves = timed(probed);
  const lags = lagsOf(leaves);
  // The last copy is the sample as it is.
  const change: Change = (at, copy, values) => {
    const found = leaves.find((one) => one.at === at);
    const t = found && copy < lags ? stepAt(found.leaf, copy) : -1;
    if (t < 0) return;
    const { width } = found!.leaf;
    values.set(baselines[at]!.subarray(t * width, (t + 1) * width), t * width);
  };
  const values = await probed.probe.values(lags + 1, change, probed.output);
  return Array.from(values.subarray(0, lags), (v) => Math.abs(values[lags]! - v));
}

function meanByLag(lists: readonly (readonly number[])[]): number[] {
  const longest = Math.max(...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, lag) => {
    const there = lists.filter((list) => lag < list.length);
    return there.reduce((sum, list) => sum + list[lag]!, 0) / there.length;
  });
}
