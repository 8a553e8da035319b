/** Attributions against those of Captum (Kokhlikyan et al. 2020, arXiv 2009.07896) for the same weights, in float64 and float32. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { input, sequential, tensor, type Model } from "sluice";
import { attribute, type AttributeOptions } from "sluice/explain";
import { dense, embedding, gru } from "sluice/layers";
import { assertClose } from "./support.js";

interface Packed {
  shape: number[];
  data: number[];
}
interface Fixture {
  source: string;
  target: number;
  x: Packed;
  tokens: number[][];
  weights: { series: Packed[]; tokens: Packed[] };
  outputs: { series: Packed; tokens: Packed };
  cases: { name: "series" | "tokens"; options: AttributeOptions; scores: Packed }[];
}

const file = new URL("../../../test/fixtures/captum-attribution.json", import.meta.url);
const fixture = JSON.parse(readFileSync(file, "utf8")) as Fixture;

/** The model ends with a softmax, which Captum's did not: the logits must be found before it. */
function modelOf(name: "series" | "tokens", dtype: "float32" | "float64"): Model {
  const weights = fixture.weights[name];
  const [V, E] = weights[0]!.shape as [number, number];
  const [H, K] = weights.at(-2)!.shape as [number, number];
  const first =
    name === "tokens" ? embedding({ inputDim: V, outputDim: E }) : input({ shape: [null, fixture.x.shape[2]!] });
  const m = sequential([first, gru({ units: H }), dense({ units: K, activation: "softmax" })], { dtype });
  m.setWeights(weights.map(({ data, shape }) => tensor(data, shape, dtype)));
  return m;
}

const dataOf = (name: "series" | "tokens", dtype: "float32" | "float64") =>
  name === "tokens" ? tensor(fixture.tokens, [2, 7], "int32") : tensor(fixture.x.data, fixture.x.shape, dtype);

for (const dtype of ["float64", "float32"] as const) {
  for (const { name, options, scores } of fixture.cases) {
    const { baseline } = options;
    const shown = Array.isArray(baseline) ? "given" : String(baseline ?? "zeros");
    const text = `${options.method}, window ${options.window ?? 1}, by ${options.by ?? "feature"}, ${options.scale ?? "logit"}`;
    test(`${dtype}, ${name}: ${text}, baseline ${shown}`, async () => {
      const found = await attribute(modelOf(name, dtype), dataOf(name, dtype), { ...options, output: fixture.target });
      // Captum adds the patches of an occlusion up in float32.
      const exact = options.method === "occlusion" ? 5e-8 : 1e-10;
      const bound = dtype === "float64" ? exact : 2e-5;
      const all = found.flatMap((a) => [...a.inputs[0]!.scores]);
      assertClose(all, scores.data, "scores", bound);
      assert.deepEqual(scores.shape, [2, found[0]!.inputs[0]!.steps, found[0]!.inputs[0]!.features]);
      if (options.scale === "output") return;
      const logits = fixture.outputs[name];
      const values = found.map((a) => a.value);
      assertClose(values, [0, 1].map((i) => logits.data[i * logits.shape[1]! + fixture.target]!), "values", bound); // prettier-ignore
    });
  }
}
