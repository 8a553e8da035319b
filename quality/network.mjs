/**
 * The networks of the recipes, said once as plain data (`Spec`) and built from it here with Sluice and in torch/train.py with
 * PyTorch, so that both train the same thing. All start as PyTorch's layers do by default: U(±1/√H) for every weight of a GRU,
 * U(±1/√n) for those of a dense layer with n inputs.
 */
import { callbacks, initializers, layers, losses, metrics, optimizers, Random, sequential, tensor } from "sluice";

/**
 * @typedef {object} Spec
 * @property {{ words: number, size: number, initial: "normal" | "uniform" }} [embedding] N(0, 1) or U(±0.05)
 * @property {number[]} grus units of the stacked GRUs
 * @property {boolean} [bidirectional]
 * @property {"last" | "mean" | "max"} pool over time; steps beyond a sequence's length do not count where lengths are given
 * @property {number} [dropout] before the dense layer
 * @property {number} units of the dense layer
 * @property {"linear" | "sigmoid"} activation of the dense layer
 * @property {"mse" | "binary" | "classes"} loss the last two from logits
 * @property {number} learningRate @property {number} batch @property {number} epochs
 * @property {number} [clip] bound of the global norm of the gradients
 * @property {boolean} [bestEpoch] keep the epoch with the best validation accuracy, else the last
 *
 * @typedef {import("sluice").Tensor} Tensor
 * @typedef {object} Part
 * @property {Tensor} x [N, T, D], or indices [N, T] @property {Tensor} y [N, 1], or class numbers [N]
 * @property {Int32Array} [lengths] of the sequences, which are filled up with zeros at their ends
 *
 * @typedef {{ train: Part, validation?: Part, test: Part }} Parts
 */

/** PyTorch's epsilon; everything else is the default of both. @param {{ learningRate: number, clip?: number }} spec */
export const adam = ({ learningRate, clip }) =>
  optimizers.adam({ learningRate, epsilon: 1e-8, ...(clip === undefined ? {} : { globalClipNorm: clip }) });

/** @param {number} n */
const within = (n) => initializers.randomUniform({ minval: -1 / Math.sqrt(n), maxval: 1 / Math.sqrt(n) });

/** @param {number} units @param {object} [options] */
export function torchGru(units, options = {}) {
  const [kernelInitializer, recurrentInitializer, biasInitializer] = [within(units), within(units), within(units)];
  return layers.gru({ units, kernelInitializer, recurrentInitializer, biasInitializer, ...options });
}

/** @param {number} inputs @param {number} units @param {object} [options] */
export function torchDense(inputs, units, options = {}) {
  return layers.dense({ units, kernelInitializer: within(inputs), biasInitializer: within(inputs), ...options });
}

/** @param {{ words: number, size: number, initial: "normal" | "uniform" }} options */
export function torchEmbedding({ words, size, initial }) {
  const table = initial === "normal" ? initializers.randomNormal({ stddev: 1 }) : initializers.randomUniform();
  return layers.embedding({ inputDim: words, outputDim: size, embeddingsInitializer: table });
}

/** @param {Spec} spec @param {Part} train @param {number} seed */
function build(spec, { x, lengths }, seed) {
  const { embedding, grus, bidirectional = false, pool, dropout = 0, units, activation } = spec;
  const inputShape = embedding ? undefined : [null, x.shape[2]];
  const front = embedding ? [torchEmbedding(embedding)] : [];
  const masking = lengths ? [layers.masking({ maskValue: 0, inputShape })] : [];
  const recurrent = grus.map((width, i) => {
    const first = i === 0 && !embedding && !lengths ? { inputShape } : {};
    const layer = torchGru(width, {
      returnSequences: i < grus.length - 1 || pool !== "last",
      ...(bidirectional ? {} : first),
    });
    return bidirectional ? layers.bidirectional({ layer, ...first }) : layer;
  });
  const pooling = { last: [], mean: [layers.globalAveragePooling1d()], max: [layers.globalMaxPooling1d()] }[pool];
  const drop = dropout > 0 ? [layers.dropout({ rate: dropout })] : [];
  const width = grus[grus.length - 1] * (bidirectional ? 2 : 1);
  const dense = torchDense(width, units, { activation });
  return sequential([...front, ...masking, ...recurrent, ...pooling, ...drop, dense], { seed });
}

/** @param {Spec} spec */
function lossOf({ loss }) {
  if (loss === "mse") return { loss: "mse", metrics: [] };
  if (loss === "classes")
    return { loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }), metrics: ["accuracy"] };
  return { loss: losses.binaryCrossentropy({ fromLogits: true }), metrics: [metrics.accuracy({ threshold: 0 })] };
}

/**
 * Trains by the recipe.
 * @param {Spec} spec @param {Parts} parts @param {number} seed
 * @returns {Promise<{ outputs: ArrayLike<number>, seconds: number, wall: number }>} outputs for the test part, row by row; seconds of
 *   processor time and of the clock for the training
 */
export async function train(spec, { train, validation, test }, seed) {
  const model = build(spec, train, seed);
  model.compile({ optimizer: adam(spec), ...lossOf(spec) });
  const best = callbacks.earlyStopping({ monitor: "val_accuracy", patience: spec.epochs, restoreBestWeights: true });
  const chosen = spec.bestEpoch ? { validationData: [validation.x, validation.y], callbacks: best } : {};
  const options = { epochs: spec.epochs, verbose: 0, ...chosen };
  const random = new Random(seed);
  const times = await timed(() =>
    train.lengths
      ? model.fit(() => shortBatches(train, spec.batch, random), options)
      : model.fit(train.x, train.y, { ...options, batchSize: spec.batch }),
  );
  const { data } = await model.predict(test.x, { batchSize: 256 });
  return { outputs: data, ...times };
}

/** Batches in a new order, each as long as its longest sequence. @param {Part} part @param {number} size @param {Random} random */
function* shortBatches({ x, y, lengths }, size, random) {
  const [N, T, D] = x.shape;
  const order = Array.from({ length: N }, (_, i) => i);
  random.shuffle(order);
  for (let start = 0; start < N; start += size) {
    const rows = order.slice(start, start + size);
    const longest = Math.max(...rows.map((i) => lengths[i]));
    const values = new Float32Array(rows.length * longest * D);
    rows.forEach((i, b) => values.set(x.data.subarray(i * T * D, (i * T + longest) * D), b * longest * D));
    yield { x: tensor(values, [rows.length, longest, D]), y: tensor(Int32Array.from(rows, (i) => y.data[i])) };
  }
}

/** Processor time, which a busy machine disturbs little, and the clock's. @param {() => Promise<unknown>} work */
export async function timed(work) {
  const [before, start] = [process.cpuUsage(), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, wall: (performance.now() - start) / 1e3 };
}
