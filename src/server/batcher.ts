/** Dynamic batching: predictions of one model that are asked for at the same time are computed in one call of the kernels. */
import { Tensor, type Model } from "sluice";
import type { Inputs } from "../model/feed.js";
import { readInputs } from "../model/feed.js";
import type { PredictOptions } from "../model/predict.js";
import { makeData } from "../tensor/dtype.js";
import { Ragged } from "../tensor/ragged.js";
import type { ServerMetrics } from "./metrics/server-metrics.js";
import { Problem } from "./problem.js";
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
    const predictAll = (x: Inputs, given: PredictOptions = {}) => this.#ask(x, given);
    const predict = async (x: Inputs, given: PredictOptions = {}) => (await this.#ask(x, given))[0]!;
    const own: Readonly<Record<PropertyKey, unknown>> = { predict, predictAll };
    this.model = new Proxy(network, {
      get(target, name) {
        if (Object.hasOwn(own, name)) return own[name];
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
  }

  /** What is wrong with one request's arrays is found here, before they meet those of others. */
  #ask(x: Inputs, _options: PredictOptions): Promise<Tensor[]> {
    const { network, options } = this;
    return new Promise((resolve, reject) => {
      const inputs = readInputs(x, network.inputs, "predict", network.dtype);
      if (this.#queue.length >= options.maxQueue)
        throw new Problem("overloaded", `${options.maxQueue} requests wait for the network already.`, {
          retryAfter: 1,
        });
      this.#queue.push({ key: keyOf(inputs), inputs, count: inputs[0]!.shape[0]!, resolve, reject });
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

  /** The first in the queue, and those of the same shape behind it that fit into one batch. */
  #take(): Waiting[] {
    const { key } = this.#queue[0]!;
    const taken: Waiting[] = [];
    const rest: Waiting[] = [];
    let count = 0;
    for (const one of this.#queue) {
      const fits = one.key === key && (taken.length === 0 || count + one.count <= this.options.maxBatch);
      (fits ? taken : rest).push(one);
      if (fits) count += one.count;
    }
    this.#queue = rest;
    this.#gauge();
    return taken;
  }

  async #compute(batch: readonly Waiting[]): Promise<void> {
    try {
      const outputs = await this.#predict(joined(batch));
      let from = 0;
      for (const { count, resolve } of batch) {
        const [start, end] = [from, (from += count)];
        resolve(outputs.map((output) => part(output, start, end)));
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async #predict(inputs: readonly Tensor[]): Promise<Tensor[]> {
    const { of, model } = this.options.metrics ?? {};
    of?.batchSize.observe(inputs[0]!.shape[0]!, { model: model! });
    return this.network.predictAll(inputs, { batchSize: batchSizeOf(inputs, this.options.maxBatch) });
  }

  #gauge(): void {
    const { metrics } = this.options;
    metrics?.of.queue.set(this.#queue.length, { model: metrics.model });
  }
}

const keyOf = (inputs: readonly Tensor[]) =>
  inputs
    .map((t) => `${t.dtype} ${t instanceof Ragged ? `ragged ${t.step.join()}` : t.shape.slice(1).join()}`)
    .join(";");

/** So many samples that a call of the kernels stays short. */
function batchSizeOf(inputs: readonly Tensor[], most: number): number {
  const steps = Math.max(1, ...inputs.map((t) => (t.rank > 2 || t.dtype === "int32" ? (t.shape[1] ?? 1) : 1)));
  return Math.max(1, Math.min(most, Math.floor(STEPS_AT_ONCE / steps)));
}

/** The samples of all, one after the other. */
function joined(batch: readonly Waiting[]): readonly Tensor[] {
  if (batch.length === 1) return batch[0]!.inputs;
  return batch[0]!.inputs.map((first, i) =>
    join(
      batch.map(({ inputs }) => inputs[i]!),
      first,
    ),
  );
}

function join(tensors: readonly Tensor[], first: Tensor): Tensor {
  const data = makeData(first.dtype, tensors.reduce((n, t) => n + t.data.length, 0)); // prettier-ignore
  let at = 0;
  for (const t of tensors) {
    data.set(t.data, at);
    at += t.data.length;
  }
  if (first instanceof Ragged)
    return new Ragged(data, first.step, Int32Array.from(tensors.flatMap((t) => [...(t as Ragged).lengths])));
  const count = tensors.reduce((n, t) => n + t.shape[0]!, 0);
  return Tensor.of(data, [count, ...first.shape.slice(1)]);
}

/** Samples start … end - 1 in an array of their own: answers must not hold on to those of other clients. */
function part(output: Tensor, start: number, end: number): Tensor {
  if (output instanceof Ragged) return output.part(start, end);
  const row = output.data.length / output.shape[0]!;
  return Tensor.of(output.data.slice(start * row, end * row), [end - start, ...output.shape.slice(1)]);
}
