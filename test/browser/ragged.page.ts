// A page that trains an ordinary model first, and then on ragged batches and with a rarer layer: the kernels that these need come then.
import { layers, ragged, ready, sequential, setThreads, type Model } from "sluice";
import { check, pageTest } from "./page.js";

const sequences = [1, 4, 2, 3].map((T, i) => Array.from({ length: T }, (_, t) => [Math.sin(i + t), t / 4]));
const y = sequences.map((_, i) => [i % 2]);

function compiled(first: ReturnType<typeof layers.gru> | ReturnType<typeof layers.minGru>): Model {
  const model = sequential([first, layers.dense({ units: 1, activation: "sigmoid" })], { seed: 3 });
  model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  return model;
}

const gru = () => layers.gru({ units: 4, inputShape: [null, 2] });

pageTest("ragged batches train after ordinary ones, and what was there goes on", async () => {
  await ready();
  if (crossOriginIsolated) await setThreads(2);
  const before = compiled(gru());
  const dense = sequences.map((s) => [s[0]!, s[0]!]);
  await before.fit(dense, y, { epochs: 1, verbose: 0 });
  const stream = before.stream();
  const [predicted, step] = [(await before.predict(dense)).data.slice(), stream.step([0.5, 0.25]).data[0]!];
  const model = compiled(gru());
  const { history } = await model.fit(ragged(sequences), y, { epochs: 20, verbose: 0 });
  check(history["loss"]![19]! < history["loss"]![0]!, "the loss did not fall");
  const alone = await Promise.all(sequences.map(async (s) => (await model.predict([s])).data[0]!));
  const together = (await model.predict(ragged(sequences))).data;
  alone.forEach((value, i) => check(Math.abs(value - together[i]!) < 1e-6, `sequence ${i}: ${value}, ${together[i]}`));
  check(
    (await before.predict(dense)).data.every((v, i) => v === predicted[i]),
    "the first model predicts something else",
  );
  stream.reset();
  check(stream.step([0.5, 0.25]).data[0] === step, "the stream that was there gives something else");
});

pageTest("a layer that needs the larger kernels trains and streams", async () => {
  const model = compiled(layers.minGru({ units: 4, inputShape: [null, 2] }));
  await ready();
  if (crossOriginIsolated) await setThreads(2);
  const { history } = await model.fit(ragged(sequences), y, { epochs: 20, verbose: 0 });
  check(history["loss"]![19]! < history["loss"]![0]!, "the loss did not fall");
  const stream = model.stream();
  let last = 0;
  for (const frame of sequences[1]!) last = stream.step(frame).data[0]!;
  const whole = (await model.predict([sequences[1]!])).data[0]!;
  check(Math.abs(last - whole) < 1e-6, `streamed ${last}, predicted ${whole}`);
});
