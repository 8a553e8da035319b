/**
 * How the sequences of a batch lie in a packed tensor [N, …]: in the order of time, within a step the longest sequence first. The
 * graph hands it from layer to layer beside the values; B, T and N are sequences, the longest length, and steps in all.
 */
import { longestFirst, stepSizes } from "../tensor/ragged.js";
import type { Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { currentScope } from "./scope.js";

export class Packing {
  readonly B: number;
  readonly T: number;
  readonly N: number;
  /** Which sequence of the batch is the longest, the second longest and so on. */
  readonly order: Int32Array;
  /** Where the rows of each step begin; one entry more, which is N. */
  readonly offsets: Int32Array;
  /** Index tensors by name, made once in the memory of the step. */
  readonly #made = new Map<string, Tensor>();

  /** @param lengths of the sequences, in the order of the batch; all at least 1 */
  constructor(readonly lengths: Int32Array) {
    this.order = longestFirst(lengths);
    const sizes = stepSizes(lengths);
    [this.B, this.T] = [lengths.length, sizes.length];
    this.offsets = new Int32Array(this.T + 1);
    for (let t = 0; t < this.T; t++) this.offsets[t + 1] = this.offsets[t]! + sizes[t]!;
    this.N = this.offsets[this.T]!;
  }

  /** int32 [T + 1] */
  get stepOffsets(): Tensor {
    return this.#ints("offsets", this.T + 1, (data) => data.set(this.offsets));
  }

  /** int32 [B], the largest first */
  get sortedLengths(): Tensor {
    return this.#ints("lengths", this.B, (data) => {
      for (let i = 0; i < this.B; i++) data[i] = this.lengths[this.order[i]!]!;
    });
  }

  /** int32 [B]: the sequences of the batch, the longest first; null when they come so. */
  get sorting(): Tensor | null {
    if (this.order.every((b, i) => b === i)) return null;
    return this.#ints("order", this.B, (data) => data.set(this.order));
  }

  /** int32 [B]: the place of each sequence of the batch among the sorted ones. */
  get ranks(): Tensor {
    return this.#ints("ranks", this.B, (data) => {
      for (let i = 0; i < this.B; i++) data[this.order[i]!] = i;
    });
  }

  /** int32 [B]: for each sequence of the batch the row of its last step. */
  get lastRows(): Tensor {
    return this.#ints("last", this.B, (data) => {
      for (let i = 0; i < this.B; i++) data[this.order[i]!] = this.offsets[this.lengths[this.order[i]!]! - 1]! + i;
    });
  }

  /** int32 [B]: the row of its first step. */
  get firstRows(): Tensor {
    return this.ranks;
  }

  /** int32 [N]: the sequence of the batch that each row belongs to. */
  get sequences(): Tensor {
    return this.#ints("sequences", this.N, (data) => this.#eachRow((row, b) => (data[row] = b)));
  }

  /** int32 [N]: where each row stands in [B · T], for T steps, at least the longest length. */
  padded(T = this.T): Tensor {
    return this.#ints(`padded${T}`, this.N, (data) => this.#eachRow((row, b, t) => (data[row] = b * T + t)));
  }

  /** int32 [N]: the row that takes each row's place when every sequence is turned round. */
  get turned(): Tensor {
    return this.#ints("turned", this.N, (data) => {
      this.#eachRow((row, b, t, i) => (data[row] = this.offsets[this.lengths[b]! - 1 - t]! + i));
    });
  }

  /** int32 [B, T], 1 at real steps. */
  get mask(): Tensor {
    return this.#ints("mask", [this.B, this.T], (data) => {
      for (const [b, n] of this.lengths.entries()) data.fill(0, b * this.T, (b + 1) * this.T).fill(1, b * this.T, b * this.T + n);
    }); // prettier-ignore
  }

  /** Whether the sequences have the same lengths, so that rows of the one stand for the same steps as rows of the other. */
  fits(other: Packing): boolean {
    return this === other || (this.B === other.B && this.lengths.every((n, b) => n === other.lengths[b]));
  }

  #eachRow(visit: (row: number, b: number, t: number, i: number) => void): void {
    for (let t = 0; t < this.T; t++) {
      const n = this.offsets[t + 1]! - this.offsets[t]!;
      for (let i = 0; i < n; i++) visit(this.offsets[t]! + i, this.order[i]!, t, i);
    }
  }

  #ints(name: string, size: number | Shape, write: (data: Int32Array) => void): Tensor {
    let made = this.#made.get(name);
    if (!made) {
      made = currentScope()!.alloc(typeof size === "number" ? [size] : size, "int32");
      write(made.data as Int32Array);
      this.#made.set(name, made);
    }
    return made;
  }
}
