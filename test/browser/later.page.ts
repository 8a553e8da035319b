// A page that begins with models alone and imports the rest later: the full kernels then take over, and the model goes with them.
import { dense, gru, loadModel, stream } from "sluice/inference";
import { check, pageTest } from "./page.js";

pageTest("training is possible after a later import of the whole library", async () => {
  const load = async () => loadModel(new URL("/model.safetensors", location.href), { layers: [gru, dense] });
  const { x } = (await (await fetch("/expected.json")).json()) as { x: number[][][] };
  const [model, other] = await Promise.all([load(), load()]);
  const [before, same] = await Promise.all([model.predict(x), other.predict(x)]);
  const small = stream(model);
  const step = small.step(x[0]![0]!).data[0]!;
  const { layers, sequential } = await import("sluice");
  const trained = sequential([layers.gru({ units: 3, inputShape: [null, 2] }), layers.dense({ units: 1 })]);
  trained.compile({ optimizer: "adam", loss: "meanSquaredError" });
  const { history } = await trained.fit(
    x,
    x.map(() => [1]),
    { epochs: 3, verbose: 0 },
  );
  check(history["loss"]![2]! < history["loss"]![0]!, "the loss did not fall");
  const after = await model.predict(x);
  check(
    after.data.every((v, i) => v === before.data[i] && v === same.data[i]),
    "the model predicts something else now",
  );
  small.reset();
  check(small.step(x[0]![0]!).data[0] === step, "the stream that was there gives something else now");
});
