import { Counter, Exposition, Gauge, Histogram } from "./metric.js";

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SAMPLES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** What the server counts. Labels are routes, statuses and names of models, never what a client wrote. */
export class ServerMetrics {
  readonly #all = new Exposition();
  /** Labels: route (a pattern), method, status. */
  readonly requests = this.#all.add(new Counter("sluice_requests_total", "Requests that were answered."));
  /** Label: route. */
  readonly seconds = this.#all.add(
    new Histogram("sluice_request_duration_seconds", "From a request's header to its response.", SECONDS),
  );
  readonly underWay = this.#all.add(new Gauge("sluice_requests_in_flight", "Requests under way."));
  /** Label: model. */
  readonly batchSize = this.#all.add(
    new Histogram("sluice_batch_size", "Samples that were computed in one call of the network.", SAMPLES),
  );
  /** Label: model. */
  readonly queue = this.#all.add(new Gauge("sluice_queue_length", "Requests that wait for the network."));
  /** Label: model. */
  readonly sessions = this.#all.add(new Gauge("sluice_sessions_open", "Sessions whose state the server keeps."));
  /** Label: model. */
  readonly steps = this.#all.add(new Counter("sluice_steps_total", "Single steps that were computed."));
  /** Labels: model, outcome ("loaded", "rejected"). */
  readonly loads = this.#all.add(new Counter("sluice_model_loads_total", "Model files that were read."));

  /** In Prometheus's text form. */
  text(): string {
    return this.#all.text();
  }
}
