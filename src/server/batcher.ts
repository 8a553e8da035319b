/** Dynamic batching: predictions of one model that are asked for at the same time are computed in one call of the kernels. */
import type { Model, Tensor } from "sluice";
import { readInputs, type Inputs } from "../model/feed.js";
import type { ServerMetrics } from "./metrics/server-metrics.js";
import { Problem } from "./problem.js";
import { joinSamples, kindOfSamples, takeSamples } from "./sample-arrays.js";
import { turn } from "./turn.js";

export interface BatcherOptions {
  /** Samples in one call of the network, at most. */
  readonly maxBatch: number;
  /** Calls that may wait; beyond it a Problem 503. */
  readonly maxQueue: number;
  /** Milliseconds that the first waits for others; 0 for as long as there are requests to read, which costs nothing. */
  readonly maxWait: number;
  readonly metrics?: { readonly of: ServerMetrics; readonly model: string };
}

interface Waiting {
  /** Equal for what can be computed together: the shapes of the samples. */
  readonly key: string;
  readonly inputs: readonly Tensor[];
  readonly count: number;
  resolve(outputs: Tensor[]): void;
  reject(error: unknown): void;
}

/**
 * Steps of all samples together in one call of the kernels: calls are synchronous, and at GRU(128) this many take about 20 ms, in which
 * no other request is looked at.
 */
const STEPS_AT_ONCE = 4096;

export class Batcher {
  /** The model itself, but for `predict` and `predictAll`, which wait for others. */
  readonly model: Model;
  #queue: Waiting[] = [];
  #running = false;

  constructor(
    private readonly network: Model,
    private readonly options: BatcherOptions,
  ) {
    const predictAll = (x: Inputs) => this.#ask(x);
    const predict = async (x: Inputs) => (await this.#ask(x))[0]!;
    const own: Readonly<Record<PropertyKey, unknown>> = { predict, predictAll };
    this.model = new Proxy(network, {
      get(target, name) {
        if (Object.hasOwn(own, name)) return own[name];
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
  }

  /**
   * What is wrong with one request's arrays is found here, before they meet those of others. A large request goes in piece by piece, the next
   * when the one before is answered, so that those who came in between are not kept waiting for all of it.
   */
  async #ask(x: Inputs): Promise<Tensor[]> {
    const { network, options } = this;
    const inputs = readInputs(x, network.inputs, "predict", network.dtype);
    if (this.#queue.length >= options.maxQueue)
      throw new Problem("overloaded", `${options.maxQueue} requests wait for the network already.`, { retryAfter: 1 });
    const count = countOf(inputs);
    const most = Math.max(1, Math.min(options.maxBatch, Math.floor(STEPS_AT_ONCE / stepsOf(inputs))));
    if (count <= most) return this.#enqueue(inputs);
    const pieces: Tensor[][] = [];
    for (let from = 0; from < count; from += most) {
      const to = Math.min(count, from + most);
      pieces.push(await this.#enqueue(inputs.map((t) => takeSamples(t, from, to))));
    }
    return pieces[0]!.map((_, i) => joinSamples(pieces.map((outputs) => outputs[i]!)));
  }

  #enqueue(inputs: readonly Tensor[]): Promise<Tensor[]> {
    return new Promise((resolve, reject) => {
      const key = inputs.map(kindOfSamples).join(";");
      this.#queue.push({ key, inputs, count: countOf(inputs), resolve, reject });
      this.#gauge();
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    if (this.options.maxWait > 0) await new Promise((resolve) => setTimeout(resolve, this.options.maxWait));
    else await turn();
    while (this.#queue.length > 0) {
      await this.#compute(this.#take());
      await turn();
    }
    this.#running = false;
  }

  /** The first in the queue, and those of its kind behind it that fit into one short call. */
  #take(): Waiting[] {
    const { key } = this.#queue[0]!;
    const taken: Waiting[] = [];
    const rest: Waiting[] = [];
    let [count, steps] = [0, 0];
    for (const one of this.#queue) {
      const [all, longest] = [count + one.count, Math.max(steps, stepsOf(one.inputs))];
      const short = all <= this.options.maxBatch && all * longest <= STEPS_AT_ONCE;
      const fits = one.key === key && (short || taken.length === 0);
      (fits ? taken : rest).push(one);
      if (fits) [count, steps] = [all, longest];
    }
    this.#queue = rest;
    this.#gauge();
    return taken;
  }

  async #compute(batch: readonly Waiting[]): Promise<void> {
    try {
      const inputs = joined(batch);
      const { of, model } = this.options.metrics ?? {};
      of?.batchSize.observe(countOf(inputs), { model: model! });
      const outputs = await this.network.predictAll(inputs, { batchSize: countOf(inputs) });
      let from = 0;
      for (const { count, resolve } of batch) {
        const [start, end] = [from, (from += count)];
        resolve(outputs.map((output) => takeSamples(output, start, end)));
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  #gauge(): void {
    const { metrics } = this.options;
    metrics?.of.queue.set(this.#queue.length, { model: metrics.model });
  }
}

const countOf = (inputs: readonly Tensor[]) => inputs[0]!.shape[0]!;

/** Of the longest sample. */
const stepsOf = (inputs: readonly Tensor[]) =>
  Math.max(1, ...inputs.map((t) => (t.rank > 2 || t.dtype === "int32" ? (t.shape[1] ?? 1) : 1)));

function joined(batch: readonly Waiting[]): readonly Tensor[] {
  if (batch.length === 1) return batch[0]!.inputs;
  return batch[0]!.inputs.map((_, i) => joinSamples(batch.map(({ inputs }) => inputs[i]!))); // prettier-ignore
}
