// A page that only runs a model: browser.test.ts has trained it in Node and serves its file and what Node predicts.
import { dense, gru, loadModel } from "sluice/inference";
import { check, pageTest } from "./page.js";

interface Expected {
  x: number[][][];
  predictions: number[];
}

pageTest("a model trained in Node predicts the same in a page that fetches its file", async () => {
  const { x, predictions } = (await (await fetch("/expected.json")).json()) as Expected;
  const model = await loadModel(new URL("/model.safetensors", location.href), { layers: [gru, dense] });
  const { data } = await model.predict(x);
  check(data.length === predictions.length, `${data.length} predictions, not ${predictions.length}`);
  predictions.forEach((expected, i) => {
    check(Math.abs(data[i]! - expected) < 1e-5, `prediction ${i}: expected ${expected}, got ${data[i]}`);
  });
});
