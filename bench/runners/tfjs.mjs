/**
 * TensorFlow.js 4, layers API, on the backend named by the argument: `wasm` (SIMD, one thread) or `cpu`.
 *
 * Its GRU has no `resetAfter: true`, so it computes the other form. Its recurrent weights start Glorot-uniform: the
 * orthogonal default takes up to 20 s to draw and is no part of what is timed. The wasm backend has no gradient for an
 * embedding, so W3-256 gets one-hot input there. Where a workload would take minutes, a part of it runs and its time is
 * multiplied, which the notes of the result say.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { Skip, integers, oneHot, serve, uniform } from "./protocol.mjs";

const backend = process.argv[2];
const slow = backend === "cpu";
const module = await import(`@tensorflow/tfjs-backend-${backend}`); // registers itself
if (backend === "wasm") {
  const path = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  module.setWasmPaths(join(dirname(path), "/"));
  module.setThreadsCount(1);
}
if (!(await tf.setBackend(backend))) throw new Error(`no backend ${backend}`);

/** @typedef {import("./protocol.mjs").Spec} Spec */
/** @typedef {import("./protocol.mjs").Prepared} Prepared */

/** @param {number} units @param {object} [options] */
const gru = (units, options) =>
  layers.layers.gru(
    /** @type {any} */ ({
      units,
      recurrentActivation: "sigmoid",
      recurrentInitializer: "glorotUniform",
      resetAfter: false,
      ...options,
    }),
  );

/** @param {Spec} spec @returns {Prepared} one epoch of `fit`; on the cpu backend one batch, times the number of batches */
function fit({ samples = 0, time, features = 0, units, outputs = 0, loss, batch }) {
  const binary = loss === "binaryCrossentropy";
  const model = layers.sequential();
  units.forEach((width, i) => {
    const first = i === 0 ? { inputShape: [time, features] } : {};
    model.add(gru(width, { ...first, returnSequences: i < units.length - 1 }));
  });
  model.add(layers.layers.dense({ units: outputs, activation: binary ? "sigmoid" : "linear" }));
  model.compile({ optimizer: tf.train.adam(1e-3), loss: /** @type {string} */ (loss) });
  const x = tf.tensor3d(uniform(samples * time * features), [samples, time, features]);
  const labels = binary ? Float32Array.from(integers(samples * outputs, 2)) : uniform(samples * outputs);
  const y = tf.tensor2d(labels, [samples, outputs]);
  if (slow) {
    const [xb, yb] = [tf.slice(x, 0, batch), tf.slice(y, 0, batch)];
    const batches = samples / batch;
    return { run: steps(model, xb, yb), scale: batches, notes: [`one batch, times ${batches}`] };
  }
  return {
    async run(times) {
      await model.fit(x, y, { epochs: times, batchSize: batch, verbose: 0, yieldEvery: "never" });
    },
  };
}

/** @param {layers.LayersModel} model @param {tf.Tensor} x @param {tf.Tensor} y */
function steps(model, x, y) {
  return async (/** @type {number} */ times) => {
    for (let i = 0; i < times; i++) await model.trainOnBatch(x, y);
  };
}

/** @param {Spec} spec @returns {Prepared} */
function language({ time: allSteps, units, batch, vocabulary = 0, embedding }) {
  if (slow && units[0] > 256) throw new Skip("a step takes minutes");
  const time = slow ? allSteps / 10 : allSteps;
  const embed = slow && embedding;
  const model = layers.sequential();
  if (embed) model.add(layers.layers.embedding({ inputDim: vocabulary, outputDim: embed, inputLength: time }));
  model.add(gru(units[0], { returnSequences: true, ...(embed ? {} : { inputShape: [time, vocabulary] }) }));
  model.add(layers.layers.dense({ units: vocabulary, activation: "softmax" }));
  model.compile({ optimizer: tf.train.adam(1e-3), loss: "categoricalCrossentropy" });
  const ids = integers(batch * time, vocabulary);
  const hot = (/** @type {Int32Array} */ values) => tf.tensor3d(oneHot(values, vocabulary), [batch, time, vocabulary]);
  const x = embed ? tf.tensor2d(ids, [batch, time], "int32") : hot(ids);
  const notes = [];
  if (slow) notes.push("T 10 instead of 100, times 10");
  if (embedding && !embed) notes.push("one-hot input: the backend has no gradient for an embedding");
  return { run: steps(model, x, hot(integers(batch * time, vocabulary, 3))), scale: slow ? 10 : 1, notes };
}

/** @param {Spec} spec @returns {Prepared} */
function forward({ time: allSteps, features = 0, units, batch }) {
  const time = slow && batch > 1 ? allSteps / 7 : allSteps;
  const model = layers.sequential({ layers: [gru(units[0], { inputShape: [time, features] })] });
  const x = tf.tensor3d(uniform(batch * time * features), [batch, time, features]);
  return {
    run(times) {
      for (let i = 0; i < times; i++) {
        tf.tidy(() => /** @type {tf.Tensor} */ (model.predict(x, { batchSize: batch })).dataSync());
      }
    },
    scale: allSteps / time,
    notes: time === allSteps ? [] : [`T ${time} instead of ${allSteps}, times ${allSteps / time}`],
  };
}

/** @param {Spec} spec @returns {Prepared} a stateful layer's cell, called by hand */
function stream({ features = 0, units, batch }) {
  const cell = layers.layers.gruCell(
    /** @type {any} */ ({ units: units[0], recurrentActivation: "sigmoid", recurrentInitializer: "glorotUniform" }),
  );
  cell.build([batch, features]);
  const x = tf.tensor2d(uniform(batch * features), [batch, features]);
  return {
    run(times) {
      let h = tf.zeros([batch, units[0]]);
      for (let i = 0; i < times; i++) {
        const next = tf.tidy(() => /** @type {tf.Tensor[]} */ (cell.call([x, h], {}))[0]);
        h.dispose();
        h = /** @type {tf.Tensor2D} */ (next);
        h.dataSync();
      }
      h.dispose();
    },
  };
}

serve({ info: () => ({ versions: { tfjs: tf.version_core } }), builders: { fit, language, forward, stream } });
