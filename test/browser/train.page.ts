// The library in a page: it trains, predicts and streams as in Node, and its float32 kernels agree with the float64 reference.
import { layers, ready, sequential, setThreads, type Model } from "sluice";
import { dense, gru, loadModel } from "sluice/inference";
import { check, pageTest } from "./page.js";

const SEED = 7;
const [B, T, D] = [16, 5, 3];

/** A wave for each sample; the label says whether it ends above where it began. */
const x = Array.from({ length: B }, (_, b) =>
  Array.from({ length: T }, (_, t) => Array.from({ length: D }, (_, d) => Math.sin(b + (t * (d + 1)) / 2))),
);
const y = x.map((sample) => [sample[T - 1]![0]! > sample[0]![0]! ? 1 : 0]);

function classifier(dtype: "float32" | "float64"): Model {
  const model = sequential(
    [layers.gru({ units: 8, inputShape: [null, D] }), layers.dense({ units: 1, activation: "sigmoid" })],
    { dtype, seed: SEED },
  );
  model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  return model;
}

async function trained(
  dtype: "float32" | "float64",
): Promise<{ losses: number[]; predictions: number[]; model: Model }> {
  const model = classifier(dtype);
  const { history } = await model.fit(x, y, { epochs: 5, batchSize: 4, verbose: 0 });
  const predictions = [...(await model.predict(x)).data];
  return { losses: history["loss"]!, predictions, model };
}

function close(actual: readonly number[], expected: readonly number[], tolerance: number, what: string): void {
  check(
    actual.length === expected.length && actual.length > 0,
    `${what}: ${actual.length} values, not ${expected.length}`,
  );
  actual.forEach((value, i) => {
    const ok = Math.abs(value - expected[i]!) <= tolerance;
    check(ok, `${what}[${i}]: expected ${expected[i]} within ${tolerance}, got ${value}`);
  });
}

pageTest("a small GRU trains on the wasm kernels as on the float64 reference", async () => {
  const [fast, exact] = [await trained("float32"), await trained("float64")];
  check(fast.losses[4]! < fast.losses[0]!, `the loss did not fall: ${fast.losses.join(", ")}`);
  close(fast.losses, exact.losses, 1e-4, "loss");
  close(fast.predictions, exact.predictions, 1e-4, "prediction");
});

pageTest("two runs with one seed are bit-identical", async () => {
  const [first, second] = [await trained("float32"), await trained("float32")];
  close(first.losses, second.losses, 0, "loss");
  close(first.predictions, second.predictions, 0, "prediction");
});

pageTest("a stream, one step at a time, ends where predict does", async () => {
  await ready();
  const { model, predictions } = await trained("float32");
  const stream = model.stream({ batch: 1 });
  let last: number[] = [];
  for (const frame of x[0]!) last = [...stream.step(frame).data];
  close(last, predictions.slice(0, 1), 1e-6, "output");
});

pageTest("a saved model is loaded from its bytes by the inference entry alone", async () => {
  const { model, predictions } = await trained("float32");
  const loaded = await loadModel(model.toBytes(), { layers: [gru, dense] });
  close([...(await loaded.predict(x)).data], predictions, 0, "prediction");
});

pageTest("two threads give the same bits as one; a page that is not isolated says why it has none", async () => {
  const one = await trained("float32");
  if (!crossOriginIsolated) {
    const refusal = await setThreads(2).then(
      () => "",
      (error: Error) => error.message,
    );
    check(refusal.includes("cross-origin isolated"), `setThreads did not refuse: "${refusal}"`);
    return;
  }
  await setThreads(2);
  const two = await trained("float32");
  await setThreads(1);
  close(two.losses, one.losses, 0, "loss");
  close(two.predictions, one.predictions, 0, "prediction");
});
