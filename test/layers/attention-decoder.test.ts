/** The decoder against PyTorch (scripts/oracles/torch_seq2seq.py): logits, attention, gradients; steps, sampling, storage. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { input, layers, loadModel, model, tensor, type Layer, type Tensor } from "../../src/index.js";
import { allLayers } from "../../src/layers/all-layers.js";
import type { AttentionDecoder } from "../../src/layers/decoder/attention-decoder.js";
import type { AttentionDecoderConfig } from "../../src/layers/decoder/options.js";
import { makeGradient } from "../../src/layers/parameter.js";
import { LayerRegistry } from "../../src/layers/registry.js";
import { add, mul } from "../../src/ops/arithmetic.js";
import { kernelsFor } from "../../src/ops/backend.js";
import { concat } from "../../src/ops/concat.js";
import { sum } from "../../src/ops/reduce.js";
import { withScope, type Scope } from "../../src/ops/scope.js";
import { slice } from "../../src/ops/slice.js";
import type { FloatDType } from "../../src/tensor/dtype.js";
import { Random } from "../../src/util/random.js";
import { assertClose } from "../reference/numeric.js";
import { assertNear, drawn } from "./check-layer.js";

interface Packed {
  shape: number[];
  data: number[];
}

interface DecoderCase {
  name: string;
  config: AttentionDecoderConfig;
  tokens: number[][];
  mask: number[][];
  values: Packed;
  summary: Packed;
  weights: Packed[];
  outputs: Packed[];
  upstream: Packed[];
  gradients: Packed[];
}

const url = new URL("../../../test/fixtures/torch-seq2seq.json", import.meta.url);
const { torch, cases } = JSON.parse(readFileSync(url, "utf8")) as { torch: string; cases: DecoderCase[] };

function decoderOf(c: DecoderCase, changes: Partial<AttentionDecoderConfig> = {}): AttentionDecoder {
  const config = { ...c.config, ...changes };
  const decoder = new LayerRegistry(allLayers).revive({ className: "AttentionDecoder", config }) as AttentionDecoder;
  decoder.ensureBuilt([[null, null], [null, null, c.values.shape[2]!], c.summary.shape]); // prettier-ignore
  const weights = decoder.parameters.filter((p) => p.trainable);
  assert.deepEqual(weights.map((p) => p.shape), c.weights.map((w) => w.shape)); // prettier-ignore
  for (const [i, p] of weights.entries()) p.assign(c.weights[i]!.data);
  decoder.parameters.find((p) => p.name === "batches")?.assign([0]);
  return decoder;
}

interface Placed {
  tokens: Tensor;
  values: Tensor;
  summary: Tensor;
  mask: Tensor;
}

function place(c: DecoderCase, decoder: Layer, scope: Scope, float: FloatDType): Placed {
  for (const p of decoder.parameters) p.place(scope.kernels);
  const [values, summary] = [c.values, c.summary].map((x) => {
    const leaf = scope.alloc(x.shape);
    leaf.data.set(x.data);
    leaf.tracked = scope.recording && float === "float64";
    return leaf;
  });
  const [tokens, mask] = [c.tokens, c.mask].map((x) => scope.place(tensor(x, undefined, "int32")));
  return { tokens: tokens!, values: values!, summary: summary!, mask: mask! };
}

const contextOf = (mask: Tensor, training = false) => {
  return { training, random: new Random(5), masks: [null, mask, null], addLoss: () => undefined };
};

function outputsOf(
  c: DecoderCase,
  decoder: AttentionDecoder,
  float: FloatDType = "float64",
  training = false,
): Tensor[] {
  return withScope(kernelsFor(float), false, (scope) => {
    const { tokens, values, summary, mask } = place(c, decoder, scope, float);
    return decoder.call([tokens, values, summary], contextOf(mask, training)).map((y) => y.toHost());
  });
}

for (const c of cases) {
  test(`as in PyTorch ${torch}: ${c.name}`, () => {
    const outputs = outputsOf(c, decoderOf(c));
    for (const [i, y] of outputs.entries()) assertNear(y.data, c.outputs[i]!.data, 1e-10, `output ${i}`);
    const fast = outputsOf(c, decoderOf(c), "float32");
    for (const [i, y] of fast.entries())
      assertNear(y.data, c.outputs[i]!.data, 1e-5, `output ${i} on the fast kernels`);
  });

  test(`has PyTorch's gradients: ${c.name}`, () => {
    const decoder = decoderOf(c);
    const kernels = kernelsFor("float64");
    const gradients = withScope(kernels, true, (scope) => {
      const { tokens, values, summary, mask } = place(c, decoder, scope, "float64");
      for (const p of decoder.parameters) {
        p.tracked = true;
        makeGradient(p, kernels);
        kernels.fill(p.grad!.ptr, 0, p.size);
      }
      const outputs = decoder.call([tokens, values, summary], contextOf(mask));
      const terms = outputs.map((y, i) => sum(mul(y, tensor(c.upstream[i]!.data, y.shape, "float64"))));
      scope.backward(terms.reduce((a, b) => add(a, b)));
      return [values, summary, ...decoder.parameters].map((x) => Array.from(x.grad!.data));
    });
    for (const [i, g] of gradients.entries()) assertClose(g, c.gradients[i]!.data, `gradient ${i}`, 1e-9, 1);
  });

  test(`one step after the other gives the same: ${c.name}`, () => {
    const decoder = decoderOf(c);
    const stepped = withScope(kernelsFor("float64"), false, (scope) => {
      const { tokens, values, summary, mask } = place(c, decoder, scope, "float64");
      const context = contextOf(mask);
      const memory = decoder.remember(values, mask, context);
      let states = decoder.begin(2, summary, context);
      const logits = [0, 1, 2].map((t) => {
        const step = decoder.steps(slice(tokens, [0, t], [2, 1]), states, memory, context);
        states = step.states;
        return step.logits;
      });
      return concat(logits, 1).toHost();
    });
    assertNear(stepped.data, outputsOf(c, decoder)[0]!.data, 1e-12, "logits");
  });

  test(`scheduled sampling replaces tokens in training alone, more of them with time: ${c.name}`, () => {
    const decoder = decoderOf(c, { samplingProbability: 1, samplingSteps: 2 });
    const plain = c.outputs[0]!.data;
    const V = c.config.vocabularySize;
    const same = (y: Tensor) => Array.from(y.data).every((v, i) => Math.abs(v - plain[i]!) < 1e-9);
    assert.ok(same(outputsOf(c, decoder)[0]!), "not in prediction");
    assert.ok(same(outputsOf(c, decoder, "float64", true)[0]!), "the first batch is fed what is given");
    assert.equal(decoder.parameters.find((p) => p.name === "batches")!.data[0], 1);
    outputsOf(c, decoder, "float64", true);
    const sampled = outputsOf(c, decoder, "float64", true)[0]!;
    assert.ok(!same(sampled));
    for (const b of [0, 1]) {
      const first = sampled.data.subarray(b * 3 * V, b * 3 * V + V);
      assertNear(first, plain.slice(b * 3 * V, b * 3 * V + V), 1e-10, "the first token is the beginning, which stays");
    }
  });
}

test("a decoder comes back from a model file, with the count of its batches", async () => {
  const config = { vocabularySize: 6, embeddingSize: 2, units: 3, samplingProbability: 0.5, samplingSteps: 4, returnAttentionScores: true };
  const [x, tokens] = [input({ shape: [null, 3] }), input({ shape: [null], dtype: "int32" })];
  const decoder = layers.attentionDecoder(config);
  const original = model({ inputs: [tokens, x], outputs: decoder.apply([tokens, x], "all"), seed: 1 });
  original.initialize();
  decoder.parameters.find((p) => p.name === "batches")!.assign([3]);
  const loaded = await loadModel(original.toBytes());
  assert.deepEqual(loaded.getLayer("attention_decoder").getConfig(), decoder.getConfig());
  assert.deepEqual(loaded.getWeights().map((w) => w.toArray()), original.getWeights().map((w) => w.toArray())); // prettier-ignore
  const data = [tensor([[1, 3], [1, 4]], undefined, "int32"), tensor(drawn(24, new Random(1)), [2, 4, 3])]; // prettier-ignore
  const [before, after] = [await original.predictAll(data), await loaded.predictAll(data)];
  assert.deepEqual(after.map((y) => y.shape), [[2, 2, 6], [2, 2, 4]]); // prettier-ignore
  assert.deepEqual(after.map((y) => y.toArray()), before.map((y) => y.toArray())); // prettier-ignore
  assert.throws(() => loaded.stream(), /looks at all steps of the encoder; use decodeSequences/);
}); // prettier-ignore

test("wrong options and shapes are named", () => {
  const config = { vocabularySize: 6, embeddingSize: 2, units: 3 };
  const make = (changes: object) => () => layers.attentionDecoder({ ...config, ...changes });
  assert.throws(make({ units: 0 }), /AttentionDecoder: units/);
  assert.throws(make({ attention: "luong" }), /attention must be one of general, dot, scaled, additive, got "luong"/);
  assert.throws(make({ samplingProbability: 1.5 }), /samplingProbability/);
  assert.throws(make({ attendFirst: 1 }), /attendFirst must be true or false, got 1/);
  assert.throws(make({ beams: 1 }), /unknown option "?beams/);
  const dot = layers.attentionDecoder({ ...config, attention: "dot" });
  assert.throws(() => dot.ensureBuilt([[null, null], [null, null, 4]]), /"dot" needs encoder outputs of 3 features \(units\), got 4/); // prettier-ignore
  assert.throws(() => dot.computeOutputShape([[null, null, 3]]), /inputs must be tokens \[B, T\], encoder outputs/);
});
