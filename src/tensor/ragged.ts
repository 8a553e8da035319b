import { check, show, SluiceError } from "../util/errors.js";
import { dtypeOf, makeData, type DType, type FloatDType, type TensorData } from "./dtype.js";
import { convert, toTensor, type TensorLike } from "./make.js";
import { sameShape, showShape, sizeOf, type Shape } from "./shape.js";
import { Tensor, type NestedArray } from "./tensor.js";

/**
 * Sequences of unequal length, one after another without padding. It goes where arrays [N, T, …] go: into `fit`, `evaluate` and
 * `predict`, as inputs, as targets and weights of every step; `predict` gives it back for outputs of every step. As a shape it
 * says [N, longest, …]. Operations do not take it: in them each sequence is a tensor of its own (`sequence(i)`).
 */
export class Ragged extends Tensor {
  /** Where each sequence begins, in steps; one entry more gives their sum. */
  readonly starts: Int32Array;

  /**
   * @param values the steps of all sequences, one sequence after another
   * @param step shape of one step; [] for sequences of numbers
   */
  constructor(
    values: TensorData,
    readonly step: Shape,
    readonly lengths: Int32Array,
  ) {
    let longest = 0;
    for (const n of lengths) longest = Math.max(longest, n);
    super([lengths.length, longest, ...step], dtypeOf(values), { host: values });
    this.starts = new Int32Array(lengths.length + 1);
    for (const [i, n] of lengths.entries()) this.starts[i + 1] = this.starts[i]! + n;
  }

  /** Number of sequences. */
  get count(): number {
    return this.lengths.length;
  }

  /** Steps of all sequences together. */
  get steps(): number {
    return this.starts[this.count]!;
  }

  /** Sequence i as a tensor [length, …]; a view of the same numbers. */
  sequence(i: number): Tensor {
    check(Number.isInteger(i) && i >= 0 && i < this.count, () => {
      return `ragged: there are sequences 0 to ${this.count - 1}, got ${show(i)}`;
    });
    const part = this.part(i, i + 1);
    return Tensor.of(part.data, [part.steps, ...this.step]);
  }

  /** Sequences from … to - 1; a view. */
  part(from: number, to: number): Ragged {
    const cols = sizeOf(this.step);
    const values = this.data.subarray(this.starts[from]! * cols, this.starts[to]! * cols);
    return new Ragged(values, this.step, this.lengths.subarray(from, to));
  }

  override like(values: TensorData): Ragged {
    return new Ragged(values, this.step, this.lengths);
  }

  /**
   * PyTorch's PackedSequence of all sequences: `values` [steps, …] in the order of time, the longest sequence first within a step;
   * how many sequences have each step; and which sequence comes first, second and so on.
   */
  pack(): { values: Tensor; batchSizes: Int32Array; order: Int32Array } {
    const order = longestFirst(this.lengths);
    const batchSizes = stepSizes(this.lengths);
    const cols = sizeOf(this.step);
    const values = makeData(this.dtype, this.data.length);
    let at = 0;
    for (const [t, n] of batchSizes.entries()) {
      for (let i = 0; i < n; i++, at += cols) {
        const from = (this.starts[order[i]!]! + t) * cols;
        values.set(this.data.subarray(from, from + cols), at);
      }
    }
    return { values: Tensor.of(values, [this.steps, ...this.step]), batchSizes, order };
  }

  /** The sequences as rows of equal length, filled up with zeros, and an int32 mask [N, T] that is 1 at real steps. */
  pad(): { values: Tensor; mask: Tensor } {
    const [N, T] = this.shape as [number, number];
    const cols = sizeOf(this.step);
    const values = makeData(this.dtype, N * T * cols);
    const mask = new Int32Array(N * T);
    for (let i = 0; i < N; i++) {
      values.set(this.data.subarray(this.starts[i]! * cols, this.starts[i + 1]! * cols), i * T * cols);
      mask.fill(1, i * T, i * T + this.lengths[i]!);
    }
    return { values: Tensor.of(values, this.shape), mask: Tensor.of(mask, [N, T]) };
  }

  override toArray(): NestedArray {
    return Array.from(this.lengths, (_, i) => this.sequence(i).toArray());
  }

  override toHost(): Ragged {
    return this.like(this.data.slice());
  }

  override viewAs(): Tensor {
    return this.#refuse();
  }

  override ptrIn(): number {
    return this.#refuse();
  }

  override toString(): string {
    return `Ragged ${this.dtype} ${showShape([this.count, null, ...this.step])}, ${this.steps} steps`;
  }

  #refuse(): never {
    const how = "take sequence(i), or pad() for rows of equal length";
    throw new SluiceError(`${this.toString()}: operations take tensors, not sequences of unequal length; ${how}`);
  }
}

/** The indices of the lengths, the largest first; equal ones stay in their order. */
export function longestFirst(lengths: Int32Array): Int32Array {
  return Int32Array.from(lengths.keys()).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
}

/** For each step, how many sequences have it. */
export function stepSizes(lengths: Int32Array): Int32Array {
  let longest = 0;
  for (const n of lengths) longest = Math.max(longest, n);
  const sizes = new Int32Array(longest);
  for (const n of lengths) sizes[n - 1]! += 1;
  for (let t = longest - 2; t >= 0; t--) sizes[t]! += sizes[t + 1]!;
  return sizes;
}

/** Puts sequences end to end; see `ragged` in model/ragged.ts. */
export function joinSequences(sequences: readonly TensorLike[], dtype: DType | undefined): Ragged {
  check(Array.isArray(sequences) && sequences.length > 0, () => {
    return `ragged: expected a list of sequences, at least one, got ${show(sequences)}`;
  });
  const float: FloatDType = dtype === "float64" ? "float64" : "float32";
  const tensors = sequences.map((sequence, i) => {
    const t = toTensor(sequence, `ragged: sequence ${i}`, float);
    check(t.rank > 0 && !(t instanceof Ragged), () => `ragged: sequence ${i} must be [time, …], got ${show(sequence)}`);
    check(t.shape[0]! > 0, () => `ragged: sequence ${i} is empty; leave it out, or give it a step`);
    const bad = t.data.findIndex((value) => !Number.isFinite(value));
    check(bad < 0, () => {
      const cols = t.size / t.shape[0]!;
      return `ragged: sequence ${i}, step ${Math.floor(bad / cols)}: expected finite numbers, got ${t.data[bad]}`;
    });
    return t;
  });
  const step = tensors[0]!.shape.slice(1);
  const odd = tensors.findIndex((t) => !sameShape(t.shape.slice(1), step));
  check(odd < 0, () => {
    return `ragged: the steps of all sequences must have one shape; in sequence 0 it is ${showShape(step)}, in sequence ${odd} ${showShape(tensors[odd]!.shape.slice(1))}`;
  });
  const wanted = dtype ?? widest(tensors);
  const values = makeData(wanted, tensors.reduce((sum, t) => sum + t.size, 0)); // prettier-ignore
  let at = 0;
  for (const t of tensors) {
    values.set(convert(t.data, wanted), at);
    at += t.size;
  }
  return new Ragged(
    values,
    step,
    Int32Array.from(tensors, (t) => t.shape[0]!),
  );
}

/** float64 as soon as one is, int32 only when all are. */
function widest(tensors: readonly Tensor[]): DType {
  if (tensors.some((t) => t.dtype === "float64")) return "float64";
  return tensors.every((t) => t.dtype === "int32") ? "int32" : "float32";
}
