/**
 * Where operations run. A scope is one step: it owns the tensors that are made in it and, when gradients are wanted, the tape
 * of what was done. When it ends its memory is taken back; what the body returns has been copied out before.
 */
import type { Kernels } from "../kernels/kernels.js";
import type { DType } from "../tensor/dtype.js";
import type { Mark } from "../tensor/arena.js";
import { sizeOf, type Shape } from "../tensor/shape.js";
import { Tensor, type Lifetime } from "../tensor/tensor.js";

interface Step {
  readonly outputs: readonly Tensor[];
  readonly backward: () => void;
}

export class Scope implements Lifetime {
  alive = true;
  readonly float: DType;
  #tape: Step[] = [];
  #placed = new Map<Tensor, Tensor>();
  /** Tensors that got a gradient of this step's memory: they may outlive it (parameters), the gradient does not. */
  #granted: Tensor[] = [];
  #mark: Mark;

  constructor(
    readonly kernels: Kernels,
    readonly recording: boolean,
  ) {
    this.float = kernels.memory.float;
    this.#mark = kernels.memory.arena.mark();
  }

  /** A tensor of this step, its elements not yet written. */
  alloc(shape: Shape, dtype: DType = this.float): Tensor {
    const { memory } = this.kernels;
    const ptr = memory.arena.alloc(sizeOf(shape) * (dtype === "int32" ? 4 : memory.bytes));
    return new Tensor(shape, dtype, { memory, ptr, lifetime: this });
  }

  /** The tensor in this step's memory: itself if it is there already, else a copy, made once. */
  place(t: Tensor): Tensor {
    if (t.ptrIn(this.kernels.memory)) return t;
    let placed = this.#placed.get(t);
    if (!placed) {
      placed = this.alloc(t.shape, t.dtype === "int32" ? "int32" : this.float);
      placed.data.set(t.data);
      placed.tracked = this.recording && t.tracked;
      this.#placed.set(t, placed);
    }
    return placed;
  }

  /** Says that `outputs` came from `inputs`; `backward` reads the outputs' gradients and adds to those of the inputs. */
  record(inputs: readonly (Tensor | null)[], outputs: readonly Tensor[], backward: () => void): void {
    if (!this.recording || !inputs.some((t) => t?.tracked)) return;
    for (const y of outputs) y.tracked = y.dtype !== "int32";
    this.#tape.push({ outputs, backward });
  }

  /** Runs the tape backwards from a scalar loss, with gradient 1 there. */
  backward(loss: Tensor): void {
    this.kernels.fill(this.#grant(loss).ptr, 1, loss.size);
    for (let i = this.#tape.length - 1; i >= 0; i--) {
      const step = this.#tape[i]!;
      if (step.outputs.some((y) => y.grad)) step.backward();
    }
    this.#tape = [];
  }

  /** For kernels that overwrite: gives them the gradient's place, or a scratch place that is added afterwards. */
  assignGrad(t: Tensor, write: (dx: number) => void): void {
    if (!t.tracked) return;
    if (!t.grad) {
      write(this.#grant(t).ptr);
      return;
    }
    const { arena } = this.kernels.memory;
    const mark = arena.mark();
    const extra = this.alloc(t.shape);
    write(extra.ptr);
    this.kernels.axpy(t.grad.ptr, 1, extra.ptr, t.size);
    arena.release(mark);
  }

  /** For kernels that add: gives them the gradient's place, zeros the first time. */
  accumulateGrad(t: Tensor, add: (dx: number) => void): void {
    if (!t.tracked) return;
    const fresh = !t.grad;
    const grad = t.grad ?? this.#grant(t);
    if (fresh) this.kernels.fill(grad.ptr, 0, t.size);
    add(grad.ptr);
  }

  #grant(t: Tensor): Tensor {
    t.grad = this.alloc(t.shape);
    this.#granted.push(t);
    return t.grad;
  }

  end(): void {
    this.alive = false;
    for (const t of this.#granted) t.grad = null;
    this.kernels.memory.arena.release(this.#mark);
  }
}

let current: Scope | null = null;

export function currentScope(): Scope | null {
  return current;
}

/** Runs `body` in a scope of its own. Tensors that it returns must have been copied with `toHost()`. */
export function withScope<R>(kernels: Kernels, recording: boolean, body: (scope: Scope) => R): R {
  const outer = current;
  const scope = new Scope(kernels, recording);
  current = scope;
  try {
    return body(scope);
  } finally {
    current = outer;
    scope.end();
  }
}
