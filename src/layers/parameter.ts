import type { Kernels } from "../kernels/kernels.js";
import { makeData, type TensorData } from "../tensor/dtype.js";
import type { Heap } from "../tensor/heap.js";
import type { Ptr } from "../tensor/memory.js";
import { showShape, sizeOf, type Shape } from "../tensor/shape.js";
import { Tensor, type Storage } from "../tensor/tensor.js";
import type { Constraint } from "../constraints/index.js";
import type { Initializer } from "../initializers/index.js";
import type { Regularizer } from "../regularizers/index.js";
import { check } from "../util/errors.js";
import type { Random } from "../util/random.js";

export interface ParameterOptions {
  initializer: Initializer;
  regularizer?: Regularizer | null;
  constraint?: Constraint | null;
  trainable?: boolean;
}

/** A block is given back when the storage that names it is collected: nobody disposes of anything. */
const blocks = new FinalizationRegistry<{ heap: Heap; ptr: Ptr }>(({ heap, ptr }) => heap.free(ptr));
const FOREVER = { alive: true };

/**
 * A weight of a layer. Its values are drawn when they are first needed, live in a typed array until a kernel set computes
 * with them, and then in a persistent block of that set's memory.
 */
export class Parameter extends Tensor {
  readonly initializer: Initializer;
  readonly regularizer: Regularizer | null;
  readonly constraint: Constraint | null;
  /** False for weights that training never changes, whatever the layer says. */
  readonly trainable: boolean;
  #initialized = false;
  #draw: (() => void) | null = null;

  constructor(
    readonly name: string,
    shape: Shape,
    options: ParameterOptions,
  ) {
    super(shape, "float32", { host: makeData("float32", 0) });
    this.initializer = options.initializer;
    this.regularizer = options.regularizer ?? null;
    this.constraint = options.constraint ?? null;
    this.trainable = options.trainable ?? true;
  }

  get initialized(): boolean {
    return this.#initialized;
  }

  /** @throws SluiceError when there are no values yet, and no model that would draw them */
  override get data(): TensorData {
    if (!this.#initialized) this.#draw?.();
    check(this.#initialized, () => {
      return `weight "${this.name}" ${showShape(this.shape)}: it has no values yet; a model draws them, or assign() sets them`;
    });
    return super.data;
  }

  /** Says who draws the values when they are asked for: the model, which draws all of its weights in a fixed order. */
  drawnBy(draw: () => void): void {
    this.#draw = draw;
  }

  /** Draws the values unless they are there already. */
  initialize(random: Random): void {
    if (!this.#initialized) this.assign(this.initializer.init(this.shape, random));
  }

  /** Sets all values. */
  assign(values: ArrayLike<number>): void {
    check(values.length === this.size, () => {
      return `weight "${this.name}" ${showShape(this.shape)}: expected ${this.size} values, got ${values.length}`;
    });
    this.#initialized = true;
    if ("host" in this.storage)
      this.storage = { host: Array.isArray(values) ? Float64Array.from(values) : (values as Float64Array).slice() };
    else this.data.set(values);
  }

  /** Moves the values into the memory of a kernel set; the gradient of another set is dropped. */
  place(kernels: Kernels): void {
    const { memory } = kernels;
    if (this.ptrIn(memory)) return;
    const values = this.data.slice();
    this.storage = persistentStorage(kernels, this.size);
    this.data.set(values);
    this.grad = null;
  }

  /** A copy of the values. */
  read(): TensorData {
    return this.data.slice();
  }
}

/** Makes the persistent gradient that training adds to, in the memory where the values are. */
export function makeGradient(p: Parameter, kernels: Kernels): void {
  if (!p.grad?.ptrIn(kernels.memory)) p.grad = persistentTensor(kernels, p.shape);
}

/** A tensor of zeros that lives until it is collected: gradients, carried states. */
export function persistentTensor(kernels: Kernels, shape: Shape): Tensor {
  const t = new Tensor(shape, kernels.memory.float, persistentStorage(kernels, sizeOf(shape)));
  kernels.fill(t.ptr, 0, t.size);
  return t;
}

/** The storage is what is watched, not the tensor: views of the tensor share it. */
function persistentStorage({ memory }: Kernels, size: number): Storage {
  const ptr = memory.heap.alloc(size * memory.bytes);
  const storage = { memory, ptr, lifetime: FOREVER };
  blocks.register(storage, { heap: memory.heap, ptr });
  return storage;
}
