/**
 * Many sequences, one network. The state of a sequence lies outside the network, in a slot of a pool, so an open sequence costs no more
 * than its numbers. Steps that different sequences ask for at the same time are computed in one kernel call; the steps of one sequence
 * one after the other. Each row of a batch is computed in the order of a row alone: the answers are the same bits.
 */
import type { Graph } from "../../model/graph.js";
import { makeData, type TensorData } from "../../tensor/dtype.js";
import type { SymbolicTensor } from "../../layers/symbolic.js";
import { check, SluiceError } from "../../util/errors.js";
import { StatePool } from "./state-pool.js";
import { StepBatch, sum } from "./step-batch.js";

/** Sequences that are stepped together at most, a power of two; with more the products gain nothing. */
const MOST = 32;
/** Milliseconds after which the steps that wait let other events of the server come through. */
const TURN = 4;

/** One after the events that have come already, so that what came with them is stepped with them. */
const soon: (run: () => void) => void =
  typeof setImmediate === "function" ? (run) => void setImmediate(run) : queueMicrotask;

export interface StepEngineOptions {
  /** Told of each kernel call: how many sequences were stepped. */
  onBatch?: (rows: number) => void;
}

/** A sequence that goes on from step to step. */
export interface Sequence {
  /** Its place in the pool; -1 when it is closed. */
  slot: number;
  /** The steps that are under way, and those that came while they were. */
  job: Job | null;
  waiting: Job[] | null;
}

/** Steps of one sequence that were asked for together. */
interface Job {
  readonly sequence: Sequence;
  readonly frames: ArrayLike<number>;
  readonly steps: number;
  done: number;
  readonly outputs: TensorData;
  /** The state before the first of several steps, to go back to; a single step that fails changes none. */
  before: TensorData | null;
  readonly answer: (error: unknown, outputs: TensorData) => void;
}

export class StepEngine {
  /** Numbers of one step of each input of the model, and of all. */
  readonly frameWidths: readonly number[];
  readonly frameSize: number;
  readonly outputSize: number;
  /** Shapes of the model's outputs at one step. */
  readonly outputShapes: readonly (readonly number[])[];
  readonly stateSize: number;
  readonly #batches = new Map<number, StepBatch>();
  readonly #pool: StatePool;
  /** Jobs that can go on at once, each of another sequence, from `#head` on. */
  readonly #ready: Job[] = [];
  #head = 0;
  #scheduled = false;
  readonly #run = () => this.#turn();

  /** @throws SluiceError when the model cannot be run step by step */
  constructor(
    readonly model: Graph,
    private readonly options: StepEngineOptions = {},
  ) {
    this.frameWidths = model.inputs.map(frameWidth);
    this.frameSize = sum(this.frameWidths);
    const one = this.#batch(1);
    this.outputSize = one.outputSize;
    this.outputShapes = one.outputShapes;
    this.stateSize = one.stateSize;
    this.#pool = new StatePool(model.dtype, this.stateSize);
  }

  /** Sequences that are open. */
  get open(): number {
    return this.#pool.open;
  }

  /** Sequences whose steps wait. */
  get queued(): number {
    return this.#ready.length - this.#head;
  }

  /** A new sequence, its state all zeros, or as `save` gave it. */
  start(state?: ArrayLike<number>): Sequence {
    check(state === undefined || state.length === this.stateSize, () => {
      return `step engine: expected a state of ${this.stateSize} numbers, got ${state!.length}`;
    });
    const slot = this.#pool.take();
    if (state) this.#pool.data.set(state, slot * this.stateSize);
    return { slot, job: null, waiting: null };
  }

  /** A copy of the state. */
  save({ slot }: Sequence): TensorData {
    return this.#pool.data.slice(slot * this.stateSize, (slot + 1) * this.stateSize);
  }

  /** Gives the slot back; steps under way are answered with an error. */
  close(sequence: Sequence): void {
    if (sequence.slot < 0) return;
    this.#pool.give(sequence.slot);
    sequence.slot = -1;
  }

  /**
   * Asks for steps: all are done, or none.
   * @param frames [steps, numbers of a frame]; not to be changed before the answer
   * @param answer told the outputs [steps, numbers of an output], or the error; called later, never at once
   */
  step(sequence: Sequence, frames: ArrayLike<number>, steps: number, answer: Job["answer"]): void {
    const outputs = makeData(this.model.dtype, steps * this.outputSize);
    const job: Job = { sequence, frames, steps, done: 0, outputs, before: null, answer };
    if (sequence.job) (sequence.waiting ??= []).push(job);
    else this.#enter(job);
    this.#schedule();
  }

  #enter(job: Job): void {
    job.sequence.job = job;
    if (job.steps > 1 && job.sequence.slot >= 0) job.before = this.save(job.sequence);
    this.#ready.push(job);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    soon(this.#run);
  }

  #turn(): void {
    this.#scheduled = false;
    const ready = this.#ready;
    const until = performance.now() + TURN;
    while (this.#head < ready.length && performance.now() < until) {
      // The largest power of two: no row is computed for nothing, and there are few streams.
      const n = Math.min(MOST, 1 << (31 - Math.clz32(ready.length - this.#head)));
      const from = this.#head;
      this.#head += n;
      this.#advance(from, n);
    }
    ready.splice(0, this.#head);
    this.#head = 0;
    if (ready.length > 0) this.#schedule();
  }

  /** One step of each of `n` jobs. What goes wrong in a batch is tried alone, so that it fails for one and not for all. */
  #advance(from: number, n: number): void {
    try {
      this.#compute(from, n);
    } catch (error) {
      if (n > 1) for (let i = 0; i < n; i++) this.#advance(from + i, 1);
      else this.#finish(this.#ready[from]!, error);
      return;
    }
    for (let i = 0; i < n; i++) {
      const job = this.#ready[from + i]!;
      if (++job.done === job.steps) this.#finish(job, null);
      else this.#ready.push(job);
    }
  }

  #compute(from: number, n: number): void {
    const { data } = this.#pool;
    const batch = this.#batch(n);
    for (let i = 0; i < n; i++) {
      const { sequence, frames, done } = this.#ready[from + i]!;
      if (sequence.slot < 0) throw new SequenceClosed();
      batch.load(i, frames, done * this.frameSize, data, sequence.slot * this.stateSize);
    }
    batch.run();
    for (let i = 0; i < n; i++) if (!batch.isFinite(i)) throw new NotFinite();
    for (let i = 0; i < n; i++) {
      const { sequence, outputs, done } = this.#ready[from + i]!;
      batch.unload(i, outputs, done * this.outputSize, data, sequence.slot * this.stateSize);
    }
    this.options.onBatch?.(n);
  }

  #finish(job: Job, error: unknown): void {
    const { sequence } = job;
    sequence.job = null;
    if (error !== null && job.before && sequence.slot >= 0)
      this.#pool.data.set(job.before, sequence.slot * this.stateSize);
    const next = sequence.waiting?.shift();
    if (next) this.#enter(next);
    job.answer(error, job.outputs);
  }

  #batch(n: number): StepBatch {
    let batch = this.#batches.get(n);
    if (!batch) this.#batches.set(n, (batch = new StepBatch(this.model, n, this.frameWidths)));
    return batch;
  }
}

/** The sequence was closed while its steps waited. */
export class SequenceClosed extends SluiceError {
  constructor() {
    super("the sequence was closed");
  }
}

/** The state is what it was before the step. */
export class NotFinite extends SluiceError {
  constructor() {
    super("the network's answer to this step is not finite; the state stays as it was before the request");
  }
}

/** As a stream takes them: [1, features …] of an input [batch, time, features …], [features] of one without time. */
function frameWidth({ shape, dtype }: SymbolicTensor): number {
  const features = shape.length === 2 && dtype !== "int32" ? shape.slice(1) : shape.slice(2);
  return features.reduce<number>((product, n) => product * (n ?? 1), 1);
}
