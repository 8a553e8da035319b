/**
 * What is measured: the shapes, the floating-point operations and the wanted bounds, stated once. A runner gets the
 * `spec` of a workload as JSON and builds its own model from it, so that every system computes the same thing.
 *
 * Sizes: B batch, T time, D features, H units. A GRU step costs 2·3·H·(D + H) operations per sample, training three
 * times the forward pass; embedding and element-wise work is not counted.
 */

/**
 * @typedef {object} Spec
 * @property {"fit" | "language" | "forward" | "stream" | "denormal"} task
 * @property {number} [samples] rows of the data set of a `fit` task
 * @property {number} time time steps
 * @property {number} [features] input features
 * @property {number[]} units one entry for each stacked GRU
 * @property {number} [outputs] units of the closing dense layer
 * @property {"binaryCrossentropy" | "meanSquaredError"} [loss]
 * @property {number} batch
 * @property {number} [vocabulary] of a `language` task
 * @property {number} [embedding] its embedding's width; 0 means one-hot input
 *
 * @typedef {object} Workload
 * @property {string} what one line for the table
 * @property {"ms" | "ratio"} unit
 * @property {Spec} [spec] absent for what the orchestrator measures by itself
 * @property {string} [pairOf] the workload on which two threads are compared with two processes
 * @property {number} [flops] operations in what is timed
 *
 * @typedef {object} Bound
 * @property {string} workload
 * @property {string} against the peer, or what the figure is measured against
 * @property {number} limit
 * @property {"at most" | "at least"} sense
 * @property {"ratio" | "ms"} unit
 */

/** @param {Spec} spec @returns {number} operations of one forward pass of one sample */
function forwardFlops({ time, features, units, outputs, vocabulary, embedding, task }) {
  let width = vocabulary === undefined ? (features ?? 0) : embedding || vocabulary;
  let perStep = 0;
  for (const h of units) {
    perStep += 6 * h * (width + h);
    width = h;
  }
  const dense = 2 * width * (outputs ?? vocabulary ?? 0);
  return time * perStep + dense * (task === "language" ? time : 1);
}

/** @param {string} what @param {Spec} spec @returns {Workload} */
function workload(what, spec) {
  const training = spec.task === "fit" || spec.task === "language";
  const flops = (spec.samples ?? spec.batch) * forwardFlops(spec) * (training ? 3 : 1);
  return { what, unit: "ms", spec, flops };
}

/** @type {Record<string, Workload>} */
export const WORKLOADS = {
  W1: workload("epoch: X (1000, 20, 10), GRU 64 → Dense 1 sigmoid, binary cross-entropy, Adam, batch 32", {
    task: "fit",
    samples: 1000,
    time: 20,
    features: 10,
    units: [64],
    outputs: 1,
    loss: "binaryCrossentropy",
    batch: 32,
  }),
  W2: workload("epoch: X (792, 10, 1), GRU 50 → Dense 1, squared error, Adam, batch 32", {
    task: "fit",
    samples: 792,
    time: 10,
    features: 1,
    units: [50],
    outputs: 1,
    loss: "meanSquaredError",
    batch: 32,
  }),
  "W3-256": workload("training step: vocabulary 65, Embedding 64 → GRU 256 → Dense 65 softmax, T 100, batch 32, Adam", {
    task: "language",
    time: 100,
    units: [256],
    batch: 32,
    vocabulary: 65,
    embedding: 64,
  }),
  "W3-512": workload("training step: one-hot 65 → GRU 512 → Dense 65 softmax, T 100, batch 64, Adam", {
    task: "language",
    time: 100,
    units: [512],
    batch: 64,
    vocabulary: 65,
    embedding: 0,
  }),
  W4: workload("forward: GRU 128, 40 features, T 98, batch 1", {
    task: "forward",
    time: 98,
    features: 40,
    units: [128],
    batch: 1,
  }),
  "W4-stream": workload("one step of GRU 128, 40 features, batch 1, the state carried", {
    task: "stream",
    time: 1,
    features: 40,
    units: [128],
    batch: 1,
  }),
  W5: workload("forward: GRU 128, 40 features, T 98, batch 64", {
    task: "forward",
    time: 98,
    features: 40,
    units: [128],
    batch: 64,
  }),
  W6: workload("epoch: X (792, 10, 1), GRU 64 → 32 → 16 → Dense 1, squared error, Adam, batch 32", {
    task: "fit",
    samples: 792,
    time: 10,
    features: 1,
    units: [64, 32, 16],
    outputs: 1,
    loss: "meanSquaredError",
    batch: 32,
  }),
  W7: { what: "cold start: a fresh process imports, builds and runs W4 once", unit: "ms" },
  denormal: {
    what: "GRU 64, T 200, batch 32: a training step with the loss on the last step, over one with a loss on every step",
    unit: "ratio",
    spec: { task: "denormal", time: 200, features: 10, units: [64], outputs: 1, loss: "meanSquaredError", batch: 32 },
  },
  "W3-256-pair": pair("W3-256"),
  "W3-512-pair": pair("W3-512"),
  "W5-pair": pair("W5"),
};

/** @param {string} name @returns {Workload} */
function pair(name) {
  return {
    what: `${name}: throughput of two threads over that of two one-thread processes at the same time`,
    unit: "ratio",
    pairOf: name,
  };
}

/**
 * The wanted figures: time of sluice over time of the peer, medians of one run.
 * @param {number} nodeMajor relaxed-SIMD code of Node 20's V8 is slower, and the bound of W3 knows it
 * @returns {Bound[]}
 */
export function bounds(nodeMajor) {
  const w3 = nodeMajor >= 22 ? 1.0 : 1.2;
  /** @type {[string, string, number][]} */
  const atMost = [
    ["W1", "torch", 0.3],
    ["W2", "torch", 0.3],
    ["W6", "torch", 0.35],
    ["W1", "tfjs-wasm", 0.04],
    ["W2", "tfjs-wasm", 0.04],
    ["W6", "tfjs-wasm", 0.04],
    ["W3-256", "torch", w3],
    ["W3-512", "torch", w3],
    ["W4-stream", "onnxruntime-node", 0.35],
    ["W4", "onnxruntime-node", 1.0],
    ["W5", "onnxruntime-node", 1.3],
  ];
  const pairs = Object.keys(WORKLOADS).filter((name) => WORKLOADS[name].pairOf !== undefined);
  return [
    ...atMost.map(([name, against, limit]) => bound(name, against, limit, "at most", "ratio")),
    ...pairs.map((name) => bound(name, "two processes", 0.85, "at least", "ratio")),
    bound("W7", "empty Node process", 60, "at most", "ms"),
  ];
}

/** @returns {Bound} */
function bound(
  /** @type {string} */ workload,
  /** @type {string} */ against,
  /** @type {number} */ limit,
  /** @type {Bound["sense"]} */ sense,
  /** @type {Bound["unit"]} */ unit,
) {
  return { workload, against, limit, sense, unit };
}
