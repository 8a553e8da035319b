/**
 * What all optimizers share: the learning rate, clipping, decoupled weight decay, and moments in blocks of kernel memory. The
 * formula itself is a `Rule`, one kernel call for each parameter.
 */
import type { Kernels } from "../kernels/kernels.js";
import type { Schedule } from "../schedules/index.js";
import type { Ptr } from "../tensor/memory.js";
import { Tensor } from "../tensor/tensor.js";
import { checkRange } from "../util/checks.js";
import { check, show, SluiceError } from "../util/errors.js";
import type { Named } from "../util/named.js";

/** A weight to train, its values and gradient in kernel memory; layers' parameters are such. */
export interface Trainable {
  readonly name: string;
  readonly size: number;
  readonly ptr: Ptr;
  readonly grad: Tensor | null;
}

/** Options that every optimizer takes. */
export interface OptimizerConfig {
  /** A number, or a schedule: a function of the number of steps done. */
  learningRate: number | Schedule;
  /** Share λ by which weights shrink before each step, decoupled from the gradient: p -= lr·λ·p (Loshchilov and Hutter 2019). */
  weightDecay: number | null;
  /** Largest norm of each parameter's gradient. At most one of the three bounds may be set. */
  clipNorm: number | null;
  /** Largest absolute value of a gradient's elements. */
  clipValue: number | null;
  /** Largest norm of all gradients taken together. */
  globalClipNorm: number | null;
}

export const COMMON: Omit<OptimizerConfig, "learningRate"> = {
  weightDecay: null,
  clipNorm: null,
  clipValue: null,
  globalClipNorm: null,
};

/** The formula of an optimizer. */
export interface Rule {
  /** Names of the moments that each parameter has, and the value they start with. */
  readonly slots: Readonly<Record<string, number>>;
  /** What depends on the step only; `step` is the number of steps done before this one. */
  prepare?(learningRate: number, step: number): void;
  /** Changes n values at p with their gradient at g; `slots` are the addresses of the moments in the order of `Rule.slots`. */
  update(k: Kernels, p: Ptr, g: Ptr, n: number, slots: readonly Ptr[], learningRate: number): void;
}

/** The moments' block is given back when the optimizer no longer uses it. */
const blocks = new FinalizationRegistry<{ kernels: Kernels; ptr: Ptr }>(({ kernels, ptr }) =>
  kernels.memory.heap.free(ptr),
);

export class Optimizer implements Named {
  /** Steps done. */
  iterations = 0;
  #learningRate: number | Schedule;
  #parameters: readonly Trainable[] = [];
  #moments: Moments | null = null;

  constructor(
    readonly className: string,
    readonly config: Readonly<Record<string, unknown>>,
    private readonly options: OptimizerConfig,
    private readonly rule: Rule,
  ) {
    const where = `optimizer ${className}`;
    const { learningRate, ...bounds } = options;
    if (typeof learningRate !== "function") checkRange(where, "learningRate", learningRate, 0);
    for (const [name, value] of Object.entries({ ...COMMON, ...bounds })) {
      if (name in COMMON && value !== null)
        checkRange(where, name, value, name === "weightDecay" ? 0 : Number.MIN_VALUE);
    }
    const set = (["clipNorm", "clipValue", "globalClipNorm"] as const).filter((name) => options[name] !== null);
    check(
      set.length <= 1,
      () => `${where}: only one of clipNorm, clipValue and globalClipNorm may be set, got ${set.join(" and ")}`,
    );
    this.#learningRate = learningRate;
  }

  /** The rate of the next step. It can be set unless it follows a schedule. */
  get learningRate(): number {
    return typeof this.#learningRate === "function" ? this.#learningRate(this.iterations) : this.#learningRate;
  }

  set learningRate(rate: number) {
    check(
      typeof this.#learningRate !== "function",
      () => `optimizer ${this.className}: learningRate follows a schedule and cannot be set`,
    );
    this.#learningRate = checkRange(`optimizer ${this.className}`, "learningRate", rate, 0);
  }

  /**
   * Takes the parameters to train. Moments of the same parameters are kept; else they are made, and where others were there
   * before, the steps are counted from 0 again, since the bias correction goes with the moments.
   */
  build(parameters: readonly Trainable[], kernels: Kernels): void {
    const known = this.#parameters;
    const same = parameters.length === known.length && parameters.every((p, i) => p === known[i]);
    if (same && this.#moments?.kernels === kernels) return;
    if (this.#moments) this.iterations = 0;
    this.#parameters = parameters;
    this.#moments = new Moments(this.rule.slots, parameters, kernels);
  }

  /** One step: clips the gradients, shrinks the weights, applies the rule. */
  apply(): void {
    const moments = this.#moments;
    if (!moments) throw new SluiceError(`optimizer ${this.className}: build() must come before apply()`);
    const k = moments.kernels;
    const rate = this.learningRate;
    const { weightDecay } = this.options;
    this.#clip(k);
    this.rule.prepare?.(rate, this.iterations);
    for (let i = 0; i < this.#parameters.length; i++) {
      const { ptr, size, grad } = this.#parameters[i]!;
      if (!grad) continue;
      if (weightDecay) k.scale(ptr, 1 - weightDecay * rate, ptr, size);
      this.rule.update(k, ptr, grad.ptr, size, moments.of[i]!, rate);
    }
    this.iterations++;
  }

  #clip(k: Kernels): void {
    const { clipNorm, clipValue, globalClipNorm } = this.options;
    if (globalClipNorm) {
      let sum = 0;
      for (const { grad } of this.#parameters) if (grad) sum += k.sumSquares(grad.ptr, grad.size);
      for (const { grad } of this.#parameters) if (grad) shrink(k, grad, globalClipNorm, sum);
    } else if (clipNorm) {
      for (const { grad } of this.#parameters) if (grad) shrink(k, grad, clipNorm, k.sumSquares(grad.ptr, grad.size));
    } else if (clipValue) {
      for (const { grad } of this.#parameters) if (grad) k.clip(grad.ptr, grad.ptr, -clipValue, clipValue, grad.size);
    }
  }

  /** Copies of all that resuming needs: "iterations", "learningRate" unless scheduled, and "<moment>/<i>" for parameter i. */
  getState(): Map<string, Tensor> {
    const state = new Map([["iterations", Tensor.of(Int32Array.of(this.iterations), [])]]);
    if (typeof this.#learningRate === "number")
      state.set("learningRate", Tensor.of(Float64Array.of(this.#learningRate), []));
    this.#moments?.each((key, moment) => state.set(key, Tensor.of(moment.slice(), [moment.length])));
    return state;
  }

  /**
   * Puts back what `getState` gave; with `build` called before, the moments too.
   * @throws SluiceError when a moment is missing or of another size, and then nothing has been changed
   */
  setState(state: ReadonlyMap<string, Tensor>): void {
    const where = `optimizer ${this.className}: state`;
    const steps = state.get("iterations");
    check(
      steps !== undefined && steps.size === 1,
      () => `${where} must hold "iterations", got ${show([...state.keys()])}`,
    );
    this.#moments?.each((key, moment) => {
      const came = state.get(key)?.size ?? "none";
      check(came === moment.length, () => `${where} must hold "${key}" with ${moment.length} values, got ${came}`);
    });
    this.#moments?.each((key, moment) => moment.set(state.get(key)!.data));
    this.iterations = steps.item();
    const rate = state.get("learningRate");
    if (rate && typeof this.#learningRate === "number") this.#learningRate = rate.item();
  }
}

/** Scales a gradient so that the norm, whose square is given, becomes at most `bound`; a norm that is NaN changes nothing. */
function shrink(k: Kernels, grad: Tensor, bound: number, squared: number): void {
  const norm = Math.sqrt(squared);
  if (norm > bound) k.scale(grad.ptr, bound / norm, grad.ptr, grad.size);
}

/** The moments of all parameters, in one persistent block. */
class Moments {
  /** For each parameter the addresses of its moments. */
  readonly of: Ptr[][];
  readonly #names: string[];
  readonly #sizes: number[];

  constructor(
    slots: Rule["slots"],
    parameters: readonly Trainable[],
    readonly kernels: Kernels,
  ) {
    const { heap, bytes } = kernels.memory;
    this.#names = Object.keys(slots);
    this.#sizes = parameters.map((p) => p.size);
    const stride = (n: number) => Math.ceil((n * bytes) / ALIGNMENT) * ALIGNMENT;
    const total = this.#sizes.reduce((sum, n) => sum + stride(n) * this.#names.length, 0);
    let next = total ? heap.alloc(total) : 0;
    if (total) blocks.register(this, { kernels, ptr: next });
    this.of = this.#sizes.map((n) =>
      Object.values(slots).map((start) => {
        const ptr = next;
        kernels.fill(ptr, start, n);
        next += stride(n);
        return ptr;
      }),
    );
  }

  each(visit: (key: string, moment: Float32Array | Float64Array) => void): void {
    this.of.forEach((slots, i) =>
      slots.forEach((ptr, s) => visit(`${this.#names[s]}/${i}`, this.kernels.memory.floats(ptr, this.#sizes[i]!))),
    );
  }
}

/** A cache line: kernels may assume that arrays start at one, and threads share none. */
const ALIGNMENT = 64;
