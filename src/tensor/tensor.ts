import { SluiceError } from "../util/errors.js";
import { dtypeOf, type DType, type TensorData } from "./dtype.js";
import type { Memory, Ptr } from "./memory.js";
import { showShape, sizeOf, type Shape } from "./shape.js";

/** What a tensor's data depends on: the step that computed it, or the parameter that owns it. */
export interface Lifetime {
  readonly alive: boolean;
}

/** Where the numbers are: an ordinary typed array, or a block of a kernel set's memory. */
export type Storage =
  { readonly host: TensorData } | { readonly memory: Memory; readonly ptr: Ptr; readonly lifetime: Lifetime };

export type NestedArray = number | readonly NestedArray[];

/**
 * An n-dimensional array of float32, float64 or int32, row-major and immutable in shape. Tensors that users make or receive
 * live in ordinary typed arrays and are collected like any object. Those that exist inside one step (in `Layer.call`, in
 * `grad(f)`) live in the kernels' memory until the step ends.
 */
export class Tensor {
  readonly size: number;
  /** Whether a gradient is wanted at this tensor; set by the tape. */
  tracked = false;
  /** The gradient that backward has gathered so far. */
  grad: Tensor | null = null;
  protected storage: Storage;
  /** The last view of the elements and the storage that it is of: a stream reads and writes the same ones at every step. */
  #view: TensorData | null = null;
  #viewed: Storage | null = null;

  constructor(
    readonly shape: Shape,
    readonly dtype: DType,
    storage: Storage,
  ) {
    this.size = sizeOf(shape);
    this.storage = storage;
  }

  static of(data: TensorData, shape: Shape): Tensor {
    return new Tensor(shape, dtypeOf(data), { host: data });
  }

  get rank(): number {
    return this.shape.length;
  }

  /** The elements in row-major order. Inside a step this is a view: read it before the next operation, or copy it. */
  get data(): TensorData {
    const storage = this.storage;
    if ("host" in storage) return storage.host;
    this.#checkAlive(storage.lifetime);
    const { memory, ptr } = storage;
    if (this.#view?.buffer !== memory.buffer || this.#viewed !== storage) {
      this.#view = this.dtype === "int32" ? memory.ints(ptr, this.size) : memory.floats(ptr, this.size);
      this.#viewed = storage;
    }
    return this.#view;
  }

  /** Address in `memory`, or 0 when the elements are not there. */
  ptrIn(memory: Memory): Ptr {
    const storage = this.storage;
    if ("host" in storage || storage.memory !== memory) return 0;
    this.#checkAlive(storage.lifetime);
    return storage.ptr;
  }

  /** The address, for kernels; the tensor must have been placed in their memory. */
  get ptr(): Ptr {
    const storage = this.storage;
    if ("host" in storage) throw new SluiceError(`tensor ${showShape(this.shape)}: not placed in kernel memory`);
    this.#checkAlive(storage.lifetime);
    return storage.ptr;
  }

  /** The same elements under another shape of equal size. */
  viewAs(shape: Shape): Tensor {
    return new Tensor(shape, this.dtype, this.storage);
  }

  /** Other elements under this shape. */
  like(data: TensorData): Tensor {
    return Tensor.of(data, this.shape);
  }

  /** The same memory read as int32. */
  asInts(): Tensor {
    return new Tensor(this.shape, "int32", this.storage);
  }

  /** A copy in an ordinary typed array, which outlives every step. */
  toHost(): Tensor {
    return Tensor.of(this.data.slice(), this.shape);
  }

  /** Nested arrays of numbers; a number for rank 0. */
  toArray(): NestedArray {
    const data = this.data;
    const build = (axis: number, offset: number, size: number): NestedArray => {
      if (axis === this.rank) return data[offset]!;
      const n = this.shape[axis]!;
      return Array.from({ length: n }, (_, i) => build(axis + 1, offset + (i * size) / n, size / n));
    };
    return build(0, 0, this.size);
  }

  /** The only element of a tensor of size 1. */
  item(): number {
    if (this.size !== 1)
      throw new SluiceError(`item(): expected a tensor with one element, got ${showShape(this.shape)}`);
    return this.data[0]!;
  }

  /** Nested arrays, for JSON.stringify. */
  toJSON(): NestedArray {
    return this.toArray();
  }

  /** What Node's console.log shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  toString(): string {
    const shown = Array.from(this.data.subarray(0, 6), (v) => +v.toPrecision(4)).join(", ");
    return `Tensor ${this.dtype} ${showShape(this.shape)} [${shown}${this.size > 6 ? ", …" : ""}]`;
  }

  #checkAlive(lifetime: Lifetime): void {
    if (lifetime.alive) return;
    const what = `tensor ${showShape(this.shape)}: its data lived in a step that has ended`;
    throw new SluiceError(`${what}; copy it with toHost() inside the step to keep it`);
  }
}
