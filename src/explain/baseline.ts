/** What a sample is compared with. */
import type { Graph } from "../model/graph.js";
import { Ragged } from "../tensor/ragged.js";
import type { Tensor } from "../tensor/tensor.js";
import { sizeOf } from "../tensor/shape.js";
import { check, show } from "../util/errors.js";
import type { Leaf, Probe } from "./probe.js";
import { isOverTime } from "./step-outputs.js";
import type { Numbers } from "./types.js";

/**
 * "zeros": numbers 0, and for tokens a vector of zeros in place of the embedding's. "mean": of each feature, over all steps of all samples that
 * are explained; for tokens of their embeddings. A number: that index for tokens (such as the padding token's), else that number. An
 * array: one number for each feature, or [steps, features]; for tokens one index for each step.
 */
export type Baseline = "zeros" | "mean" | number | ArrayLike<number>;

/** One for all inputs, or by their names. */
export type Baselines = Baseline | Readonly<Record<string, Baseline>>;

/** The baselines of a probe's leaves, of their sizes; at padding the sample's own numbers. */
export function baselinesOf(probe: Probe, given: Baselines, all: readonly Tensor[], where: string): Numbers[] {
  const names = probe.graph.inputs.map((t) => t.node.layer.name);
  checkNames(given, names, where);
  return probe.leaves.map((leaf) => {
    const name = names[leaf.input]!;
    const baseline = isByName(given) ? (given[name] ?? "zeros") : given;
    const values = fill(probe.graph, leaf, baseline, all[leaf.input]!, `${where}: baseline of input "${name}"`);
    const real = new Set(leaf.real);
    for (let t = 0; t < leaf.steps; t++) {
      const [from, to] = [t * leaf.width, (t + 1) * leaf.width];
      if (!real.has(t)) values.set(leaf.values.subarray(from, to), from);
    }
    return values;
  });
}

function isByName(given: Baselines): given is Readonly<Record<string, Baseline>> {
  return typeof given === "object" && !ArrayBuffer.isView(given) && !Array.isArray(given);
}

function checkNames(given: Baselines, names: readonly string[], where: string): void {
  if (!isByName(given)) return;
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  check(unknown === undefined, () => `${where}: no input "${unknown}"; there are ${names.join(", ")}`);
}

function fill(graph: Graph, leaf: Leaf, baseline: Baseline, all: Tensor, where: string): Numbers {
  const { values, steps, width, embedding } = leaf;
  const result = values.slice().fill(0);
  if (baseline === "zeros") return result;
  if (baseline === "mean") return repeat(result, meanOf(graph, leaf, all), steps);
  check(typeof baseline === "number" || (typeof baseline === "object" && isNumbers(baseline)), () => {
    return `${where}: expected "zeros", "mean", a number or an array of numbers, got ${show(baseline)}`;
  });
  if (embedding) {
    const indices = typeof baseline === "number" ? new Array<number>(steps).fill(baseline) : Array.from(baseline);
    check(indices.length === steps, () => `${where}: expected ${steps} indices, one a step, got ${indices.length}`);
    for (const [t, index] of indices.entries()) result.set(vectorOf(embedding, index, where), t * width);
    return result;
  }
  if (typeof baseline === "number") return result.fill(baseline);
  check(baseline.length === width || baseline.length === values.length, () => {
    return `${where}: expected ${width} numbers, or ${steps} × ${width}, got ${baseline.length}`;
  });
  return repeat(result, baseline, values.length / baseline.length);
}

function isNumbers(values: ArrayLike<number>): boolean {
  return Array.from(values).every((v) => typeof v === "number" && Number.isFinite(v));
}

function repeat(to: Numbers, row: ArrayLike<number>, times: number): Numbers {
  for (let t = 0; t < times; t++) to.set(row, t * row.length);
  return to;
}

type Embedding = NonNullable<Leaf["embedding"]>;

function vectorOf(embedding: Embedding, index: number, where: string): ArrayLike<number> {
  const { data, shape } = embedding.ownParameters[0]!;
  const [V, E] = shape as [number, number];
  check(Number.isInteger(index) && index >= 0 && index < V, () => {
    return `${where}: indices must be from 0 to ${V - 1}, got ${show(index)}`;
  });
  return data.subarray(index * E, (index + 1) * E);
}

/** By feature; padding that stands in the array counts as the numbers it is made of, but for the index 0 of a masked embedding. */
function meanOf(graph: Graph, { input, width, embedding }: Leaf, all: Tensor): Float64Array {
  const sums = new Float64Array(width);
  let rows = 0;
  const add = (row: ArrayLike<number>) => {
    for (let j = 0; j < width; j++) sums[j]! += row[j]!;
    rows++;
  };
  const { data } = all;
  if (embedding) {
    const skip = embedding.config.maskZero ? 0 : -1;
    for (const index of data) if (index !== skip) add(vectorOf(embedding, index, "mean"));
  } else {
    const inner = isOverTime(graph.inputs[input]!) ? 2 : 1;
    const size = all instanceof Ragged ? width : sizeOf(all.shape.slice(inner));
    for (let at = 0; at < data.length; at += size) add(data.subarray(at, at + size));
  }
  return sums.map((sum) => (rows === 0 ? 0 : sum / rows));
}
