/** What attributions promise: they sum to the difference, agree with finite differences, and find the step that an answer depends on. */
import fc from "fast-check";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { input, model, ragged, sequential, tensor, type Model, type Tensor } from "sluice";
import { attribute, meanHorizon, memoryHorizon, type Attribution, type AttributionMethod } from "sluice/explain";
import {
  attentionDecoder, bidirectional, concatenate, conv1d, dense, embedding, globalAveragePooling1d, gru, lstm, masking, minGru, simpleRnn, timeDistributed,
} from "sluice/layers"; // prettier-ignore
import { gaussLegendre } from "../../src/explain/gauss-legendre.js";
import { assertClose, draw, shake } from "./support.js";

const D = 3;
const METHODS: readonly AttributionMethod[] = ["integratedGradients", "occlusion", "gradientInput"];

const MODELS: Record<string, () => Model> = {
  gru: () => sequential([input({ shape: [null, D] }), gru({ units: 6 }), dense({ units: 3, activation: "softmax" })]),
  lstm: () => sequential([input({ shape: [null, D] }), lstm({ units: 6 }), dense({ units: 1, activation: "sigmoid" })]),
  "both ways, pooled": () => {
    const both = bidirectional({ layer: gru({ units: 4, returnSequences: true }) });
    return sequential([input({ shape: [null, D] }), both, globalAveragePooling1d(), dense({ units: 2 })]);
  },
  "minimal after a convolution": () => {
    const conv = conv1d({ filters: 4, kernelSize: 3, padding: "causal", activation: "tanh" });
    return sequential([input({ shape: [null, D] }), conv, minGru({ units: 5 }), dense({ units: 2 })]);
  },
  "an output at every step": () => {
    const head = timeDistributed({ layer: dense({ units: 2, activation: "softmax" }) });
    return sequential([input({ shape: [null, D] }), simpleRnn({ units: 5, returnSequences: true }), head]);
  },
  normalised: () => sequential([input({ shape: [null, D] }), gru({ units: 5, layerNormalization: true }), dense({ units: 2 })]),
}; // prettier-ignore

const sumOf = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

describe("integrated gradients", () => {
  for (const [name, make] of Object.entries(MODELS)) {
    test(`${name}: sum to the difference of the outputs within 1 %`, async () => {
      const m = shake(make());
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 1e6 }), async (T, seed) => {
          const x = tensor(draw(2 * T * D, seed, -2, 2), [2, T, D]);
          for (const a of await attribute(m, x, { scale: seed % 2 ? "logit" : "output" })) {
            const difference = a.value - a.baseline;
            // Where the outputs hardly differ float32 leaves no more than this.
            assert.ok(Math.abs(a.sum - difference) <= 0.01 * Math.abs(difference) + 2e-6, JSON.stringify(a));
            assert.ok(Math.abs(sumOf(a.inputs[0]!.scores) - a.sum) < 1e-5);
          }
        }),
        { numRuns: 8, seed: 5 },
      );
    });
  }

  test("values and scales are those of predict", async () => {
    const m = shake(MODELS["gru"]!());
    const x = tensor(draw(2 * 5 * D), [2, 5, D]);
    const y = await m.predict(x);
    for (const output of [0, 1, 2]) {
      const found = await attribute(m, x, { output, scale: "output", steps: 4 });
      assertClose(found.map((a) => a.value), [y.data[output]!, y.data[3 + output]!], "probabilities", 1e-6); // prettier-ignore
      assert.ok(found.every((a) => a.scale === "output" && a.points === 4));
    }
    const logits = await Promise.all([0, 1, 2].map((output) => attribute(m, x, { output, method: "gradientInput" })));
    const exp = logits.map(([a]) => Math.exp(a!.value));
    assertClose(exp.map((e) => e / sumOf(exp)), y.data.subarray(0, 3), "softmax of the logits", 1e-6); // prettier-ignore
    const largest = y.data.subarray(0, 3).indexOf(Math.max(...y.data.subarray(0, 3)));
    assert.equal((await attribute(m, x, { method: "occlusion" }))[0]!.output, largest);
  });

  test("Gauss and Legendre's rule integrates polynomials of degree 2n − 1", () => {
    for (const n of [1, 2, 5, 16, 64]) {
      const { nodes, weights } = gaussLegendre(n);
      for (let degree = 0; degree < 2 * n; degree++) {
        const integral = sumOf(nodes.map((x, i) => weights[i]! * x ** degree));
        assert.ok(Math.abs(integral - 1 / (degree + 1)) < 1e-13, `n ${n}, degree ${degree}: ${integral}`);
      }
    }
  });
});

test("gradient × input agrees with central differences", async () => {
  for (const [name, make] of Object.entries(MODELS)) {
    const [T, output, scale] = [5, 1, "output"] as const;
    const m = shake(make());
    if (name === "lstm") continue; // has one output
    const x = tensor(draw(T * D), [1, T, D]);
    const [a] = await attribute(m, x, { method: "gradientInput", output, scale });
    const step = 4e-3;
    const moved = (i: number, by: number) => {
      const values = x.data.slice();
      values[i]! += by;
      return values as Float32Array;
    };
    const many = Float32Array.from([...Array(T * D).keys()].flatMap((i) => [...moved(i, step), ...moved(i, -step)]));
    const y = (await m.predict(tensor(many, [2 * T * D, T, D]))) as Tensor;
    const width = y.size / (2 * T * D);
    for (let i = 0; i < T * D; i++) {
      const slope = (y.data[2 * i * width + output]! - y.data[(2 * i + 1) * width + output]!) / (2 * step);
      const found = a!.inputs[0]!.scores[i]! / x.data[i]!;
      assert.ok(Math.abs(found - slope) < 2e-3 * (1 + Math.abs(slope)), `${name} [${i}]: ${found} and ${slope}`);
    }
  }
});

describe("an answer that depends on one step", () => {
  const [T, step, feature, N] = [10, 3, 1, 512];
  const x = tensor(draw(N * T * 2, 11), [N, T, 2]);
  const y = tensor(
    Float32Array.from({ length: N }, (_, i) => x.data[(i * T + step) * 2 + feature]!),
    [N, 1],
  );
  let trained: Promise<Model> | undefined;
  const train = async () => {
    const m = sequential([input({ shape: [T, 2] }), gru({ units: 16 }), dense({ units: 1 })], { seed: 1 });
    m.compile({ optimizer: "adam", loss: "mse" });
    m.optimizer.learningRate = 0.02;
    const history = await m.fit(x, y, { epochs: 25, batchSize: 32, verbose: 0 });
    assert.ok(history.history["loss"]!.at(-1)! < 0.02, `loss ${history.history["loss"]!.at(-1)}`);
    return m;
  };
  const largest = (values: ArrayLike<number>) => {
    const sizes = Array.from(values, Math.abs);
    return sizes.indexOf(Math.max(...sizes));
  };
  /** Samples where the step says something. */
  const some = tensor(x.data.slice(0, 8 * T * 2), [8, T, 2]);

  for (const method of METHODS) {
    test(`${method} ranks it first`, async () => {
      const m = await (trained ??= train());
      const found = await attribute(m, some, { method });
      for (const [i, a] of found.entries()) {
        if (Math.abs(y.data[i]!) < 0.2) continue;
        assert.equal(largest(a.inputs[0]!.scores), step * 2 + feature, `sample ${i}`);
      }
    });
  }

  test("the memory horizon has its peak there, and reaches so far", async () => {
    const m = await (trained ??= train());
    const horizons = await memoryHorizon(m, some);
    const mean = meanHorizon(horizons);
    const lag = T - 1 - step;
    assert.equal(largest(mean.gradient), lag);
    assert.equal(largest(mean.occlusion), lag);
    assert.ok(mean.reach >= lag && mean.occlusionReach >= lag, JSON.stringify(mean));
    assert.equal(horizons[0]!.gradient.length, T);
    const [half] = await memoryHorizon(m, some, { share: 0 });
    assert.equal(half!.reach, 0);
  });
});

describe("inputs of all kinds", () => {
  test("masked steps have no score, and sequences of unequal length are those without padding", async () => {
    const m = shake(
      sequential([embedding({ inputDim: 9, outputDim: 4, maskZero: true }), gru({ units: 5 }), dense({ units: 2 })]),
    );
    const rows = [[3, 4, 5], [6, 7]]; // prettier-ignore
    const padded = tensor(new Int32Array([0, 3, 4, 5, 6, 7, 0, 0]), [2, 4]);
    const of = ragged(rows.map((r) => tensor(new Int32Array(r), [r.length])));
    for (const method of METHODS) {
      for (const baseline of ["zeros", "mean", 8] as const) {
        const [a, b] = [await attribute(m, padded, { method, baseline }), await attribute(m, of, { method, baseline })];
        for (const i of [0, 1]) {
          assert.deepEqual([a[i]!.inputs[0]!.steps, a[i]!.inputs[0]!.features], [rows[i]!.length, 1]);
          assertClose(a[i]!.inputs[0]!.scores, b[i]!.inputs[0]!.scores, `${method}, ${baseline}`, 1e-5);
          assertClose([a[i]!.value, a[i]!.baseline], [b[i]!.value, b[i]!.baseline], "ends", 1e-5);
        }
      }
    }
    const [x, y] = [await memoryHorizon(m, padded), await memoryHorizon(m, of)];
    for (const i of [0, 1]) assertClose(x[i]!.gradient, y[i]!.gradient, "horizon", 1e-5);
    assert.deepEqual(x.map((h) => h.gradient.length), [3, 2]); // prettier-ignore
    assert.equal(meanHorizon(x).gradient.length, 3);
  });

  test("masking, and a baseline that would be masked itself", async () => {
    const m = shake(sequential([input({ shape: [null, D] }), masking(), gru({ units: 5 }), dense({ units: 1 })]));
    const values = draw(5 * D).fill(0, 3 * D);
    const [a] = await attribute(m, tensor(values, [1, 5, D]));
    assert.deepEqual([a!.inputs[0]!.steps, a!.inputs[0]!.features], [3, D]);
    assert.ok(a!.incompleteness! <= 0.01, `${a!.incompleteness}`);
  });

  test("several inputs, one without time, and an embedding inside a model inside", async () => {
    const words = input({ shape: [null], dtype: "int32", name: "words" });
    const encoder = sequential([
      input({ shape: [null], dtype: "int32" }),
      embedding({ inputDim: 7, outputDim: 3 }),
      gru({ units: 4 }),
    ]);
    const facts = input({ shape: [2], name: "facts" });
    const joined = concatenate().apply([encoder.apply(words), facts]);
    const m = shake(model({ inputs: [words, facts], outputs: dense({ units: 2 }).apply(joined) }));
    const x = { words: tensor([[1, 2, 3, 6]], [1, 4], "int32"), facts: tensor([[0.5, -1]]) };
    const byMethod = new Map<string, Attribution>();
    for (const method of METHODS) byMethod.set(method, (await attribute(m, x, { method, baseline: { words: 0, facts: [0.1, 0.1] } }))[0]!); // prettier-ignore
    for (const a of byMethod.values()) {
      const shapes = a.inputs.map(({ name, kind, steps, features }) => [name, kind, steps, features]);
      assert.deepEqual(shapes, [["words", "tokens", 4, 1], ["facts", "vector", 1, 2]]); // prettier-ignore
    }
    assert.ok(byMethod.get("integratedGradients")!.incompleteness! <= 0.005);
    // The model is linear in the facts, so all methods agree on them.
    const [ig, occlusion, gradient] = METHODS.map((method) => byMethod.get(method)!.inputs[1]!.scores);
    assertClose(ig!, occlusion!, "facts", 1e-5);
    assertClose(ig!, gradient!, "facts", 1e-5);
  });

  test("indices that no embedding reads are held, and have no steps", async () => {
    const [words, others] = ["words", "others"].map((name) => input({ shape: [null], dtype: "int32", name }));
    const read = embedding({ inputDim: 7, outputDim: 3 }).apply(words!);
    const decoder = attentionDecoder({ vocabularySize: 5, embeddingSize: 2, units: 3, attention: "general" });
    const m = shake(
      model({
        inputs: [others!, words!],
        outputs: decoder.apply([others!, gru({ units: 3, returnSequences: true }).apply(read)]),
      }),
    );
    const x = { words: tensor([[1, 2, 3, 6]], [1, 4], "int32"), others: tensor([[1, 2]], [1, 2], "int32") };
    const [a] = await attribute(m, x, { output: 7 });
    assert.deepEqual(a!.inputs.map((i) => [i.name, i.steps, i.scores.length]), [["others", 0, 0], ["words", 4, 4]]); // prettier-ignore
    assert.ok(a!.incompleteness! <= 0.01);
  });

  test("training goes on as if nothing had been explained", async () => {
    const weights = async (explain: boolean) => {
      const m = sequential([input({ shape: [null, D] }), gru({ units: 5 }), dense({ units: 1 })], { seed: 3 });
      m.compile({ optimizer: "adam", loss: "mse" });
      const [x, y] = [tensor(draw(8 * 6 * D), [8, 6, D]), tensor(draw(8), [8, 1])];
      await m.fit(x, y, { epochs: 2, verbose: 0 });
      if (explain) for (const method of METHODS) await attribute(m, x, { method });
      if (explain) await memoryHorizon(m, x);
      await m.fit(x, y, { epochs: 2, verbose: 0 });
      return m.getWeights().flatMap((w) => [...w.data]);
    };
    assert.deepEqual(await weights(true), await weights(false));
  });

  test("errors say what is there", async () => {
    const m = shake(MODELS["gru"]!());
    const x = tensor(draw(4 * D), [1, 4, D]);
    await assert.rejects(attribute(m, x, { output: 3 }), /there are outputs 0 to 2, got 3/);
    await assert.rejects(attribute(m, x, { method: "saliency" as "occlusion" }), /method must be one of/);
    await assert.rejects(attribute(m, x, { baseline: [1, 2] }), /expected 3 numbers, or 4 × 3, got 2/);
    await assert.rejects(attribute(m, x, { baseline: { y: 0 } }), /no input "y"/);
    await assert.rejects(attribute(m, x, { baseline: "zero" as "zeros" }), /expected "zeros", "mean"/);
    await assert.rejects(attribute(m, x, { steps: 0 }), /steps must be a whole number/);
    await assert.rejects(attribute(m, x, { basline: 0 } as object), /did you mean "baseline"/);
    const stateful = sequential([input({ shape: [null, D] }), gru({ units: 2, stateful: true })]);
    await assert.rejects(attribute(stateful, x), /GRU "gru" is stateful/);
    const flat = sequential([input({ shape: [3] }), dense({ units: 1 })]);
    await assert.rejects(memoryHorizon(flat, tensor([[1, 2, 3]])), /no input over time/);
  });
});
