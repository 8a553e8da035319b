import type { Change, Leaf } from "./probe.js";
import type { Probed } from "./probes.js";
import type { Numbers } from "./types.js";

export interface OcclusionOptions {
  /** Steps that are replaced together. */
  readonly window: number;
  readonly by: "feature" | "step";
}

/** A box of one leaf that is replaced: steps by their place among the real ones, and columns. */
interface Patch {
  readonly leaf: number;
  readonly steps: readonly number[];
  readonly from: number;
  readonly to: number;
}

/**
 * F(x) less F with a patch replaced by the baseline, for all patches; where windows overlap a score is the mean over the patches that it
 * lies in. Tokens, and steps that are replaced as a whole, have one score.
 * @returns for each leaf [steps, width], or [steps]
 */
export async function occlude(
  { probe, output }: Probed,
  baselines: readonly Numbers[],
  value: number,
  { window, by }: OcclusionOptions,
): Promise<Float64Array[]> {
  const whole = (leaf: Leaf) => leaf.kind === "tokens" || by === "step";
  const patches = probe.leaves.flatMap((leaf, i) => patchesOf(leaf, i, window, whole(leaf)));
  const change: Change = (leaf, copy, values) => {
    const patch = patches[copy]!;
    if (patch.leaf !== leaf) return;
    replace(values, baselines[leaf]!, probe.leaves[leaf]!.width, patch);
  };
  const changed = await probe.values(patches.length, change, output);
  return probe.leaves.map((leaf, i) => {
    const columns = whole(leaf) ? 1 : leaf.width;
    const scores = new Float64Array(leaf.steps * columns);
    const covers = new Float64Array(leaf.steps * columns);
    for (const [k, patch] of patches.entries()) {
      if (patch.leaf !== i) continue;
      for (const t of patch.steps) {
        const at = t * columns + (columns === 1 ? 0 : patch.from);
        scores[at]! += value - changed[k]!;
        covers[at]! += 1;
      }
    }
    return scores.map((sum, at) => (covers[at] === 0 ? 0 : sum / covers[at]!));
  });
}

function patchesOf({ real, width }: Leaf, leaf: number, window: number, whole: boolean): Patch[] {
  const size = Math.min(window, real.length);
  const starts = real.length === 0 ? 0 : real.length - size + 1;
  return Array.from({ length: starts }, (_, i) => real.slice(i, i + size)).flatMap((steps) => {
    if (whole) return [{ leaf, steps, from: 0, to: width }];
    return Array.from({ length: width }, (_, j) => ({ leaf, steps, from: j, to: j + 1 }));
  });
}

function replace(values: Numbers, baseline: Numbers, width: number, { steps, from, to }: Patch): void {
  for (const t of steps) {
    for (let j = t * width + from; j < t * width + to; j++) values[j] = baseline[j]!;
  }
}
