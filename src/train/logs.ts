import type { Compiled } from "./compile.js";
import type { Logs } from "./callback.js";

/** Running mean of the loss over samples, with the metrics of all outputs beside it. */
export class LogBook {
  #sum = 0;
  #count = 0;

  constructor(private readonly compiled: Compiled) {
    for (const { metrics } of compiled.outputs) for (const metric of metrics) metric.reset();
  }

  add(loss: number, samples: number): void {
    this.#sum += loss * samples;
    this.#count += samples;
  }

  /** Metrics of several outputs carry the output's name in front. */
  logs(prefix = ""): Logs {
    const { outputs } = this.compiled;
    const logs: Logs = { [`${prefix}loss`]: this.#sum / this.#count };
    for (const { name, metrics } of outputs) {
      const owner = outputs.length > 1 ? `${name}_` : "";
      for (const metric of metrics) logs[`${prefix}${owner}${metric.name}`] = metric.result();
    }
    return logs;
  }
}
