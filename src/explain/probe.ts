/**
 * One sample held up to a model as a function of its leaves: the numbers of its inputs over time, and for tokens what their embeddings
 * give. Masks stay those of the sample, whatever the leaves become: what is compared differs in its numbers, not in its length.
 */
import type { Kernels } from "../kernels/kernels.js";
import { Embedding } from "../layers/embedding.js";
import type { CallContext } from "../layers/layer.js";
import type { LayerNode } from "../layers/symbolic.js";
import { Breather } from "../model/breather.js";
import { inferenceContext } from "../model/context.js";
import type { Graph, Value } from "../model/graph.js";
import { withScope, type Scope } from "../ops/scope.js";
import { mul } from "../ops/arithmetic.js";
import { concat } from "../ops/concat.js";
import { sum } from "../ops/reduce.js";
import { reshape } from "../ops/reshape.js";
import { slice } from "../ops/slice.js";
import { Ragged } from "../tensor/ragged.js";
import { sizeOf, type Shape } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import type { OutputReader } from "./output-scale.js";
import { runGraph } from "./run-graph.js";
import { isOverTime } from "./step-outputs.js";
import type { Numbers } from "./types.js";

/** What can be varied of a sample. */
export interface Leaf {
  /** Index among the model's inputs. */
  readonly input: number;
  readonly kind: "tokens" | "series" | "vector";
  /** Padding included; 1 without an axis of time. */
  readonly steps: number;
  /** Numbers of a step: features, or the embedding's size. */
  readonly width: number;
  /** Of one sample, as the model takes or makes it. */
  readonly shape: Shape;
  /** The sample's own numbers. */
  readonly values: Numbers;
  /** Steps that count. */
  readonly real: readonly number[];
  /** Of tokens: the layer whose vectors they are. */
  readonly embedding: Embedding | null;
}

/** Writes leaf `leaf` of copy `copy` of the sample; it holds the sample's own numbers when it is called. */
export type Change = (leaf: number, copy: number, values: Numbers) => void;

/** Copies are computed together as long as they have no more steps than this, padding included. */
const MOST_STEPS = 16_384;

export class Probe {
  leaves: readonly Leaf[] = [];
  /** The sample's outputs on the scale asked for, flattened. */
  outputs!: Numbers;
  /** Of each of the model's outputs, for one sample. */
  outputShapes: readonly Shape[] = [];
  readonly #inputs: readonly Tensor[];
  readonly #embeddings: LayerNode[] = [];
  readonly #masks: (Int32Array | null)[][] = [];
  readonly #context: CallContext;

  /** @param inputs host arrays of all samples, as readInputs gives them */
  constructor(
    readonly graph: Graph,
    readonly kernels: Kernels,
    inputs: readonly Tensor[],
    sample: number,
    readonly reader: OutputReader,
  ) {
    this.#inputs = inputs.map((t) => sampleTensor(t, sample));
    this.#context = inferenceContext(graph.random);
    this.#meet();
  }

  /** Copies that are best computed together. */
  get batch(): number {
    const longest = Math.max(1, ...this.leaves.map((leaf) => leaf.steps));
    return Math.max(1, Math.min(256, Math.floor(MOST_STEPS / longest)));
  }

  /** Output `output` (flattened) of so many changed copies of the sample. */
  async values(copies: number, change: Change, output: number): Promise<Float64Array> {
    const all = new Float64Array(copies);
    const breather = new Breather();
    for (let start = 0; start < copies; start += this.batch) {
      const n = Math.min(this.batch, copies - start);
      withScope(this.kernels, false, (scope) => {
        const leaves = this.#fill(scope, start, n, change);
        all.set(this.#select(this.#run(scope, leaves, n), output, n).data, start);
      });
      await breather.breathe();
    }
    return all;
  }

  /** Σ_k weights[k] ∂output(copy k)/∂leaf, for each leaf; the sums are in float64. */
  async gradients(weights: ArrayLike<number>, change: Change, output: number): Promise<Float64Array[]> {
    const breather = new Breather();
    const sums = this.leaves.map((leaf) => new Float64Array(leaf.values.length));
    for (let start = 0; start < weights.length; start += this.batch) {
      const n = Math.min(this.batch, weights.length - start);
      withoutWeights(this.graph, () =>
        withScope(this.kernels, true, (scope) => {
          const leaves = this.#fill(scope, start, n, change);
          for (const leaf of leaves) leaf.tracked = true;
          const factors = scope.alloc([n]);
          const selected = this.#select(this.#run(scope, leaves, n), output, n);
          factors.data.set(Array.from({ length: n }, (_, k) => weights[start + k]!));
          const total = sum(mul(selected, factors));
          // An output that does not depend on any leaf has no tape, and no gradient.
          if (total.tracked) scope.backward(total);
          for (const [i, leaf] of leaves.entries()) if (leaf.grad) addRows(sums[i]!, leaf.grad.data);
        }),
      );
      await breather.breathe();
    }
    return sums;
  }

  /** The first run, of the sample as it is: finds leaves, masks and outputs. */
  #meet(): void {
    withScope(this.kernels, false, (scope) => {
      const values = this.#inputs.map((t): Value => ({ tensor: place(scope, t), mask: null }));
      const leaves: Leaf[] = [];
      const tensors: Tensor[] = [];
      const found: { leaf: number; mask: ArrayLike<number> | null }[] = [];
      const leafAt = (input: number, kind: Leaf["kind"], value: Tensor, embedding: Embedding | null) => {
        const shape = value.shape.slice(1);
        const steps = kind === "vector" ? 1 : shape[0]!;
        const width = sizeOf(shape) / steps;
        leaves.push({ input, kind, steps, width, shape, values: value.data.slice() as Numbers, real: [], embedding });
        tensors.push(value);
      };
      for (const [i, { tensor }] of values.entries()) {
        if (tensor.dtype !== "int32") leafAt(i, isOverTime(this.graph.inputs[i]!) ? "series" : "vector", tensor, null);
      }
      const reading = this.reader.begin();
      const results = runGraph(this.graph, values, this.#context, (_path, node, came, outputs) => {
        this.#masks.push(outputs.map(({ mask }) => (mask ? (mask.data.slice() as Int32Array) : null)));
        const input = values.indexOf(came[0]!);
        if (node.layer instanceof Embedding && input >= 0 && came[0]!.tensor.dtype === "int32") {
          this.#embeddings.push(node);
          leafAt(input, "tokens", outputs[0]!.tensor, node.layer);
        }
        for (const [t, leaf] of tensors.entries()) {
          const reads = outputs[0]?.tensor === leaf || came[0]?.tensor === leaf;
          const mask = outputs[0]?.mask;
          if (reads && mask && mask.shape[1] === leaves[t]!.steps) found.push({ leaf: t, mask: mask.data.slice() });
        }
        reading.note(node, came);
      });
      this.leaves = leaves.map((leaf, i) => {
        const mask = found.find((f) => f.leaf === i)?.mask ?? null;
        const all = Array.from({ length: leaf.steps }, (_, t) => t);
        return { ...leaf, real: mask ? all.filter((t) => mask[t] !== 0) : all };
      });
      const outputs = reading.read(results).map((value) => value.tensor);
      this.outputShapes = outputs.map((t) => t.shape.slice(1));
      this.outputs = concat(outputs.map((t) => reshape(t, [1, -1])), 1).data.slice() as Numbers; // prettier-ignore
    });
    check(this.leaves.length > 0, () => {
      return `${this.graph.label}: its inputs are indices that no embedding reads, so there is nothing to attribute an output to`;
    });
  }

  #fill(scope: Scope, start: number, n: number, change: Change): Tensor[] {
    return this.leaves.map(({ shape, values }, i) => {
      const t = scope.alloc([n, ...shape]);
      const { data } = t;
      for (let k = 0; k < n; k++) {
        const own = data.subarray(k * values.length, (k + 1) * values.length) as Numbers;
        own.set(values);
        change(i, start + k, own);
      }
      return t;
    });
  }

  #run(scope: Scope, leaves: readonly Tensor[], n: number): Tensor[] {
    const values = this.#inputs.map((t, i): Value => {
      const leaf = this.leaves.findIndex((l) => l.input === i && l.kind !== "tokens");
      return { tensor: leaf < 0 ? repeated(scope, t, n) : leaves[leaf]!, mask: null };
    });
    let nth = 0;
    let embedded = this.leaves.findIndex((l) => l.kind === "tokens");
    const reading = this.reader.begin();
    const results = runGraph(this.graph, values, this.#context, (_path, node, came, outputs) => {
      const masks = this.#masks[nth++]!;
      reading.note(node, came);
      const isLeaf = this.#embeddings.includes(node) && values.includes(came[0]!);
      return outputs.map(({ tensor }, i) => ({
        tensor: isLeaf ? leaves[embedded++]! : tensor,
        mask: masks[i] ? repeatedMask(scope, masks[i], n) : null,
      }));
    });
    return reading.read(results).map((value) => value.tensor);
  }

  /** Output `output` of n copies, [n]. */
  #select(outputs: readonly Tensor[], output: number, n: number): Tensor {
    let at = output;
    for (const t of outputs) {
      const size = t.size / n;
      if (at < size) return reshape(slice(reshape(t, [n, size]), [0, at], [n, 1]), [n]);
      at -= size;
    }
    throw new RangeError(`output ${output}`);
  }
}

/** Sample i as a batch of one. */
function sampleTensor(t: Tensor, i: number): Tensor {
  if (t instanceof Ragged) {
    const one = t.sequence(i);
    return one.viewAs([1, ...one.shape]);
  }
  const inner = t.shape.slice(1);
  const size = sizeOf(inner);
  return Tensor.of(t.data.subarray(i * size, (i + 1) * size), [1, ...inner]);
}

function place(scope: Scope, t: Tensor): Tensor {
  return repeated(scope, t, 1);
}

function repeated(scope: Scope, t: Tensor, n: number): Tensor {
  const many = scope.alloc([n, ...t.shape.slice(1)], t.dtype === "int32" ? "int32" : scope.float);
  for (let k = 0; k < n; k++) many.data.set(t.data, k * t.size);
  return many;
}

function repeatedMask(scope: Scope, mask: Int32Array, n: number): Tensor {
  const many = scope.alloc([n, mask.length], "int32");
  for (let k = 0; k < n; k++) many.data.set(mask, k * mask.length);
  return many;
}

function addRows(sums: Float64Array, rows: ArrayLike<number>): void {
  for (let i = 0; i < rows.length; i++) sums[i % sums.length]! += rows[i]!;
}

/** The weights' gradients are training's own: nothing is added to them here. */
function withoutWeights<R>(graph: Graph, body: () => R): R {
  const tracked = graph.parameters.filter((p) => p.tracked);
  for (const p of tracked) p.tracked = false;
  try {
    return body();
  } finally {
    for (const p of tracked) p.tracked = true;
  }
}
