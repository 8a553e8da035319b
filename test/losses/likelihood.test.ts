import assert from "node:assert/strict";
import { test } from "node:test";
import { families, type FamilyName } from "../../src/distributions/index.js";
import * as losses from "../../src/losses/index.js";
import { distributions, layers, loadModel, optimizers, Random, sequential } from "../../src/index.js";
import { tensor } from "../../src/tensor/make.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { assertClose, numericGradient } from "../reference/numeric.js";
import { real, weightedLoss } from "./cases.js";

const CASES: [FamilyName, number[], number[]][] = [
  ["normal", [0.3, -2], [0.1, 0.7, -1.5, 2.2]],
  ["studentT", [0.3, -9], [0.1, 0.7, 3.5, -1.5, 2.2, 11]],
  ["negativeBinomial", [0, 17], [0.4, 0.7, 12, 0.05]],
];

for (const [distribution, labels, parameters] of CASES) {
  test(`negativeLogLikelihood of ${distribution}: gradient against central differences`, () => {
    const loss = losses.negativeLogLikelihood({ distribution });
    const P = families[distribution].parameters.length;
    const upstream = [0.7, 1.3];
    const p = [...parameters];
    const value = () => {
      const y = loss.call(real(labels), tensor(Float64Array.from(p), [2, P])).data;
      return y[0]! * upstream[0]! + y[1]! * upstream[1]!;
    };
    const { gradient, values } = weightedLoss(loss, real(labels), tensor(Float64Array.from(p), [2, P]), upstream);
    assertClose(gradient, numericGradient(value, p), "gradient", 1e-6);
    const family = families[distribution];
    assertClose(values, labels.map((y, i) => -family.at(p, i * P).logProbability(y)), "values", 1e-12); // prettier-ignore
  });

  test(`distributionHead of ${distribution} keeps the bounds, far out too`, async () => {
    const P = families[distribution].parameters.length;
    const head = layers.distributionHead({ distribution, units: 2, kernelInitializer: "ones", inputShape: [1] });
    const { data, shape } = (await sequential([head]).predict(tensor([[-1e4], [0], [1e4]]))) as Tensor;
    assert.deepEqual(shape, [3, 2, P]);
    for (const [i, value] of Array.from(data).entries()) {
      const bound = families[distribution].bounds[i % P]!;
      assert.ok(Number.isFinite(value) && value >= Math.fround(bound), `${value}`);
    }
  });
}

test("far in the tails loss and slopes stay finite", () => {
  for (const [distribution, , parameters] of CASES) {
    const loss = losses.negativeLogLikelihood({ distribution });
    const P = families[distribution].parameters.length;
    const tiny = [parameters[0]!, 0, ...parameters.slice(2, P)];
    for (const y of [0, 1000, 1_000_000]) {
      const { values, gradient } = weightedLoss(loss, real([y]), real([tiny]), [1]);
      assert.ok([...values, ...gradient].every(Number.isFinite), `${distribution} at ${y}: ${values} ${gradient}`);
    }
  }
});

test("labels that are no counts are refused before training, and in a call", () => {
  const loss = losses.negativeLogLikelihood({ distribution: "negativeBinomial" });
  const refuse = (labels: number[], message: RegExp) =>
    assert.throws(() => loss.checkLabels("fit: y", real(labels), [null, 2]), message);
  refuse([1, -2], /fit: y: loss negativeLogLikelihood with negativeBinomial expects counts, whole numbers of at least 0, got -2 \(label 1\)/); // prettier-ignore
  refuse([0.5], /expects counts, whole numbers of at least 0, got 0.5/);
  assert.throws(() => loss.call(real([0.5]), real([[1, 1]])), /labels must be counts/);
  assert.throws(() => losses.negativeLogLikelihood({ distribution: "cauchy" as never }), /distribution must be one of normal, studentT, negativeBinomial, got "cauchy"/); // prettier-ignore
  assert.throws(() => loss.checkOutput("compile", [null, 1]), /expects an output of 2 units, mean, dispersion, got 1; layers.distributionHead makes it/); // prettier-ignore
});

test("a head trained on draws finds the distribution, and goes on after loading", async () => {
  const d = distributions.studentT({ location: 2, scale: 0.5, degreesOfFreedom: 4 });
  const random = new Random(5);
  const n = 2000;
  const y = tensor(Float32Array.from({ length: n }, () => d.sample(random)), [n, 1]); // prettier-ignore
  const x = tensor(new Float32Array(n).fill(1), [n, 1]);
  const model = sequential([layers.distributionHead({ distribution: "studentT", inputShape: [1] })], { seed: 1 });
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.05 }), loss: losses.negativeLogLikelihood({ distribution: "studentT" }) }); // prettier-ignore
  await model.fit(x, y, { epochs: 10, batchSize: 100, verbose: 0 });
  const again = await loadModel(model.toBytes());
  const { history } = await again.fit(x, y, { epochs: 12, initialEpoch: 10, batchSize: 100, verbose: 0 });
  const [location, scale, freedom] = ((await again.predict(tensor([[1]]))) as Tensor).data;
  assert.ok(Math.abs(location! - 2) < 0.05 && Math.abs(scale! - 0.5) < 0.05, `${location} ${scale}`);
  assert.ok(freedom! > 2.8 && freedom! < 6.5, `${freedom}`);
  // the entropy of this distribution, estimated from the draws
  const entropy = -Array.from(y.data).reduce((sum, value) => sum + d.logProbability(value), 0) / n;
  assert.ok(Math.abs(history["loss"]!.at(-1)! - entropy) < 0.02, `${history["loss"]} ${entropy}`);
});
