// A program as a user writes it against the published package. package.test.ts copies it beside the installed tarball, where it
// is type-checked and run: only what is exported, typed and packed is there for it.
import { layers, sequential } from "sluice";
import { minMaxScaler, padSequences } from "sluice/data";
import { dense, gru, loadModel } from "sluice/inference";

const model = sequential([
  layers.gru({ units: 4, inputShape: [null, 2] }),
  layers.dense({ units: 1, activation: "sigmoid" }),
]);
model.compile({ optimizer: "adam", loss: "binaryCrossentropy", metrics: ["accuracy"] });

const x = Array.from({ length: 8 }, (_, b) => [
  [b / 8, 1],
  [1, b / 8],
  [0, b % 2],
]);
const y = Array.from({ length: 8 }, (_, b) => [b % 2]);
const history = await model.fit(x, y, { epochs: 2, batchSize: 4, verbose: 0 });
const loss: number | undefined = history.history["loss"]?.[1];

const before = await model.predict(x);
await model.save("model.safetensors");
const loaded = await loadModel("model.safetensors", { layers: [gru, dense] });
const after = await loaded.predict(x);

console.log(JSON.stringify({ loss, shape: before.shape, before: [...before.data], after: [...after.data] }));

const scaler = minMaxScaler();
scaler.fit([[1], [3]]);
const padded = padSequences([[1, 2], [3]]);
if (padded.shape.join() !== "2,2" || padded.data[2] !== 0) throw new Error(`unexpected padding: ${String(padded)}`);
if (JSON.stringify(scaler.transform([[2]])) !== "[[0.5]]") throw new Error("unexpected scaling");
