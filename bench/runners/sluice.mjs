/** This library as a user calls it, with the number of threads given as the argument. */
import { layers, sequential, setThreads, tensor } from "../../dist/node/index.js";
import { integers, oneHot, serve, uniform } from "./protocol.mjs";

const threads = Number(process.argv[2]);
if (threads > 1) await setThreads(threads);

/** @typedef {import("./protocol.mjs").Spec} Spec */
/** @typedef {import("./protocol.mjs").Prepared} Prepared */

/** @param {Spec} spec @param {boolean} [everyStep] stacked GRUs and a dense layer on the last step, or on every step */
function regressor({ features = 0, units, outputs = 0, loss }, everyStep = false) {
  const binary = loss === "binaryCrossentropy";
  const grus = units.map((width, i) => {
    const first = i === 0 ? { inputShape: [null, features] } : {};
    return layers.gru({ units: width, returnSequences: everyStep || i < units.length - 1, ...first });
  });
  const model = sequential([...grus, layers.dense({ units: outputs, activation: binary ? "sigmoid" : "linear" })]);
  model.compile({ optimizer: "adam", loss: /** @type {string} */ (loss) });
  return model;
}

/** @param {Spec} spec @returns {Prepared} one epoch of `fit` */
function fit(spec) {
  const { samples = 0, time, features = 0, outputs = 0, loss, batch } = spec;
  const x = tensor(uniform(samples * time * features), [samples, time, features]);
  const labels =
    loss === "binaryCrossentropy" ? Float32Array.from(integers(samples * outputs, 2)) : uniform(samples * outputs);
  const y = tensor(labels, [samples, outputs]);
  const model = regressor(spec);
  return {
    async run(times) {
      await model.fit(x, y, { epochs: times, batchSize: batch, verbose: 0 });
    },
  };
}

/** @param {Spec} spec @returns {Prepared} one training step */
function language({ time, units, batch, vocabulary = 0, embedding }) {
  const entry = embedding ? [layers.embedding({ inputDim: vocabulary, outputDim: embedding, inputShape: [null] })] : [];
  const shape = embedding ? {} : { inputShape: [null, vocabulary] };
  const gru = layers.gru({ units: units[0], returnSequences: true, ...shape });
  const model = sequential([...entry, gru, layers.dense({ units: vocabulary, activation: "softmax" })]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  const ids = integers(batch * time, vocabulary);
  const x = embedding
    ? tensor(ids, [batch, time], "int32")
    : tensor(oneHot(ids, vocabulary), [batch, time, vocabulary]);
  const y = tensor(integers(batch * time, vocabulary, 3), [batch, time], "int32");
  return {
    async run(times) {
      for (let i = 0; i < times; i++) await model.trainOnBatch(x, y);
    },
  };
}

/** @param {Spec} spec @returns {Prepared} */
function forward({ time, features = 0, units, batch }) {
  const model = sequential([layers.gru({ units: units[0], inputShape: [null, features] })]);
  const x = tensor(uniform(batch * time * features), [batch, time, features]);
  return {
    async run(times) {
      for (let i = 0; i < times; i++) await model.predictOnBatch(x);
    },
  };
}

/** @param {Spec} spec @returns {Prepared} */
function stream({ features = 0, units, batch }) {
  const model = sequential([layers.gru({ units: units[0], inputShape: [null, features] })]);
  const frame = uniform(batch * features);
  const stream = model.stream({ batch });
  return {
    run(times) {
      for (let i = 0; i < times; i++) stream.step(frame);
    },
  };
}

/** @param {Spec} spec @returns {Prepared} a loss on the last step over a loss on every step, five training steps each */
function denormal(spec) {
  const { time, features = 0, batch } = spec;
  const x = tensor(uniform(batch * time * features), [batch, time, features]);
  /** @param {boolean} everyStep */
  const trainer = (everyStep) => {
    const model = regressor(spec, everyStep);
    const y = everyStep ? tensor(uniform(batch * time), [batch, time, 1]) : tensor(uniform(batch), [batch, 1]);
    return async () => {
      const start = performance.now();
      for (let i = 0; i < 5; i++) await model.trainOnBatch(x, y);
      return performance.now() - start;
    };
  };
  const [last, every] = [trainer(false), trainer(true)];
  return {
    async ratio() {
      return (await last()) / (await every());
    },
  };
}

serve({
  info: () => ({ versions: { sluice: `${threads} thread${threads > 1 ? "s" : ""}` } }),
  builders: { fit, language, forward, stream, denormal },
});
