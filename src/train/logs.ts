import type { Compiled } from "./compile.js";
import type { Logs } from "./callback.js";

/** Running mean of the loss over samples, with the metrics of all outputs beside it. */
export class LogBook {
  #sum = 0;
  #count = 0;
  readonly #values: [name: string, value: () => number][];

  constructor(compiled: Compiled) {
    this.#values = [["loss", () => this.#sum / this.#count]];
    for (const { name, metrics } of compiled.outputs) {
      const owner = compiled.outputs.length > 1 ? `${name}_` : ""; // so that two outputs may have the same metric
      for (const metric of metrics) {
        metric.reset();
        this.#values.push([`${owner}${metric.name}`, () => metric.result()]);
      }
    }
  }

  add(loss: number, samples: number): void {
    this.#sum += loss * samples;
    this.#count += samples;
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
