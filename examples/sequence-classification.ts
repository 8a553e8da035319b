// Two classes of sequences, told apart by whether the first feature rises or falls over 20 noisy steps: 1000 sequences of 10
// features, a GRU of 64 units, early stopping, a look at the held-out ones. `node build/examples/sequence-classification.js 20`
import { callbacks, layers, metrics, optimizers, Random, sequential, tensor, type Tensor } from "sluice";

const [N, T, D] = [1000, 20, 10];
const epochs = Number(process.argv[2] ?? 10);
const random = new Random(1);
const noise = () => 2 * (random.uniform() + random.uniform() - 1);

/** x [N, T, D] of noise, with a slope of ±0.05 a step in the first feature; y [N, 1] says which. */
function toySequences(): { x: Tensor; y: Tensor } {
  const labels = Float32Array.from({ length: N }, () => random.below(2));
  const values = Float32Array.from({ length: N * T * D }, (_, i) => {
    const [sample, step, feature] = [Math.floor(i / (T * D)), Math.floor(i / D) % T, i % D];
    const slope = labels[sample] === 1 ? 0.05 : -0.05;
    return noise() + (feature === 0 ? slope * (step - T / 2) : 0);
  });
  return { x: tensor(values, [N, T, D]), y: tensor(labels, [N, 1]) };
}

const rows = ({ data, shape: [, ...row] }: Tensor, from: number, to: number) => {
  const size = row.reduce((product, n) => product * n, 1);
  return tensor(data.slice(from * size, to * size), [to - from, ...row]);
};

const { x, y } = toySequences();
const [xTrain, yTrain, xTest, yTest] = [rows(x, 0, 800), rows(y, 0, 800), rows(x, 800, N), rows(y, 800, N)];

const model = sequential(
  [layers.gru({ units: 64, dropout: 0.2, inputShape: [null, D] }), layers.dense({ units: 1, activation: "sigmoid" })],
  { seed: 42 },
);
model.compile({
  optimizer: optimizers.adam({ learningRate: 2e-3, globalClipNorm: 1 }),
  loss: "binaryCrossentropy",
  metrics: ["accuracy", metrics.auc()],
});
model.summary();
const history = await model.fit(xTrain, yTrain, {
  epochs,
  batchSize: 32,
  validationSplit: 0.1,
  callbacks: callbacks.earlyStopping({ monitor: "val_auc", patience: 4, restoreBestWeights: true }),
});
console.log(`trained for ${history.epoch.length} epochs${history.stopReason ? `: ${history.stopReason}` : ""}`);

const { loss, accuracy, auc } = await model.evaluate(xTest, yTest);
console.log(`held out: loss ${loss!.toFixed(3)}, accuracy ${accuracy!.toFixed(3)}, AUC ${auc!.toFixed(3)}`);

const p = await model.predict(rows(xTest, 0, 3));
console.log(
  "first three:",
  Array.from(p.data, (v) => v.toFixed(2)).join(", "),
  "labels:",
  yTest.data.slice(0, 3).join(", "),
);
