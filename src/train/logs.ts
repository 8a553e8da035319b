import type { BatchSlice } from "./batches.js";
import type { Compiled } from "./compile.js";
import type { Metric } from "../metrics/index.js";
import type { Logs } from "./callback.js";

/** Running mean of the loss over samples, with the metrics of all outputs beside it. */
export class LogBook {
  #sum = 0;
  #count = 0;
  /** What the steps update: the metrics of each output. */
  readonly metrics: readonly (readonly Metric[])[];
  readonly #values: [name: string, value: () => number][];

  /** @param aside take copies of the metrics, since training may be in the middle of an epoch with the others */
  constructor(compiled: Compiled, aside: boolean) {
    this.#values = [["loss", () => this.#sum / this.#count]];
    this.metrics = compiled.outputs.map(({ name, metrics }) => {
      const owner = compiled.outputs.length > 1 ? `${name}_` : ""; // so that two outputs may have the same metric
      return metrics.map((own) => {
        const metric = (aside && own.fresh?.()) || own;
        metric.reset();
        this.#values.push([`${owner}${own.name}`, () => metric.result()]);
        return metric;
      });
    });
  }

  /** Batches weigh as their samples, pieces of sequences as their positions. */
  add(loss: number, { count, counted = count }: BatchSlice): void {
    this.#sum += loss * counted;
    this.#count += counted;
  }

  /** What was gathered, as numbers: of the loss, then of each metric; null for a metric that cannot tell. */
  state(): (number[] | null)[] {
    return [[this.#sum, this.#count], ...this.metrics.flat().map((metric) => metric.state?.() ?? null)];
  }

  /** Goes on from what `state` gave. */
  restore([loss, ...metrics]: readonly (readonly number[] | null)[]): void {
    [this.#sum, this.#count] = loss as [number, number];
    for (const [i, metric] of this.metrics.flat().entries()) if (metrics[i]) metric.restore?.(metrics[i]);
  }

  logs(prefix = ""): Logs {
    return Object.fromEntries(this.#values.map(([name, value]) => [`${prefix}${name}`, value()]));
  }

  /** The same, each worked out when it is read: some metrics (AUC) are too dear to know at every step. */
  live(): Logs {
    const getters = this.#values.map(([name, value]) => [name, { enumerable: true, get: value }] as const);
    return Object.defineProperties({}, Object.fromEntries(getters)) as Logs;
  }
}
