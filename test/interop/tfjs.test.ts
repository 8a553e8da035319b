// TensorFlow.js layers models: tfjs-layers itself reads what is written and computes the same; what it saves is read; broken files are refused.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { layers, sequential, SluiceError, tensor, type Model } from "sluice";
import { fromTfjs } from "../../src/interop/tfjs/from-tfjs.js";
import { toTfjs } from "../../src/interop/tfjs/to-tfjs.js";
import { build, drawn, inputFor } from "./drawn-model.js";

async function inTfjs(files: ReadonlyMap<string, Uint8Array>): Promise<tfl.LayersModel> {
  const json = JSON.parse(new TextDecoder().decode(files.get("model.json"))) as {
    modelTopology: object;
    weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
  };
  const [{ paths, weights }] = json.weightsManifest as [(typeof json.weightsManifest)[0]];
  const weightData = new Uint8Array(Buffer.concat(paths.map((path) => files.get(path)!))).buffer;
  return tfl.loadLayersModel(tf.io.fromMemory({ modelTopology: json.modelTopology, weightSpecs: weights, weightData }));
}

/** The files that `model.save` of tfjs would write. */
async function savedByTfjs(model: tfl.LayersModel): Promise<Map<string, Uint8Array>> {
  let saved!: tf.io.ModelArtifacts;
  const keep = async (artifacts: tf.io.ModelArtifacts) => {
    saved = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" as const } };
  };
  await model.save(tf.io.withSaveHandler(keep));
  const weightsManifest = [{ paths: ["a.bin", "b.bin"], weights: saved.weightSpecs }];
  const json = new TextEncoder().encode(JSON.stringify({ modelTopology: saved.modelTopology, weightsManifest }));
  const bytes = new Uint8Array(saved.weightData as ArrayBuffer);
  return new Map([
    ["model.json", json],
    ["a.bin", bytes.subarray(0, 7)],
    ["b.bin", bytes.subarray(7)],
  ]);
}

function assertClose(came: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assert.equal(came.length, expected.length, what);
  for (let i = 0; i < came.length; i++) {
    assert.ok(Math.abs(came[i]! - expected[i]!) < 1e-5, `${what}: ${came[i]} is not ${expected[i]}`);
  }
}

const weightsOf = (model: Model) => model.getWeights().map(({ data }) => data);

test("tfjs reads what is written and computes the same; read back, the weights have the same bits", async () => {
  await fc.assert(
    fc.asyncProperty(drawn(false), async (d) => {
      const before = build(d, true);
      const files = toTfjs(before);
      const x = inputFor(d);
      const expected = await before.predictAll(x);
      const theirs = await inTfjs(files);
      const output = theirs.predict(tf.tensor(x.data as Float32Array, [...x.shape], x.dtype as "float32"));
      for (const [i, y] of [output].flat().entries()) assertClose(expected[i]!.data, await y.data(), `output ${i}`);
      assert.deepEqual(weightsOf(await fromTfjs(files)), weightsOf(before));
    }),
    { numRuns: 60, seed: 11 },
  );
});

describe("what tfjs saves", () => {
  const random = {
    kernelInitializer: "randomNormal",
    recurrentInitializer: "randomNormal",
    biasInitializer: "randomNormal",
  } as const;

  test("its defaults, hardSigmoid gates among them", async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv1d({ filters: 3, kernelSize: 2, inputShape: [5, 2], activation: "hardSigmoid" }),
        tfl.layers.bidirectional({
          layer: tfl.layers.gru({ units: 3, returnSequences: true, ...random }),
          mergeMode: "concat",
        }),
        tfl.layers.lstm({ units: 2, returnSequences: true, trainable: false, ...random }),
        tfl.layers.timeDistributed({ layer: tfl.layers.dense({ units: 2 }) }),
        tfl.layers.simpleRNN({ units: 2, ...random }),
        tfl.layers.dense({ units: 2, activation: "hardSigmoid" }),
        tfl.layers.activation({ activation: "hardSigmoid" }),
      ],
    });
    const x = tf.randomNormal([3, 5, 2], 0, 1, "float32", 5);
    const ours = await fromTfjs(await savedByTfjs(model));
    const y = await ours.predict((await x.array()) as number[][][]);
    assertClose(y.data, await (model.predict(x) as tf.Tensor).data(), "output");
  });

  test("a graph with initial states and a model within it", async () => {
    const x = tfl.input({ shape: [4, 2], name: "x" });
    const s = tfl.input({ shape: [3], name: "s" });
    const [h, last] = tfl.layers
      .gru({ units: 3, returnState: true, ...random })
      .apply(x, { initialState: [s] }) as tfl.SymbolicTensor[];
    const inner = tfl.sequential({ layers: [tfl.layers.dense({ units: 2, inputShape: [3] })], name: "inner" });
    const outputs = [inner.apply(h!), tfl.layers.add().apply([last!, h!])] as tfl.SymbolicTensor[];
    const model = tfl.model({ inputs: [x, s], outputs });
    const [a, b] = [tf.randomNormal([2, 4, 2], 0, 1, "float32", 5), tf.randomNormal([2, 3], 0, 1, "float32", 6)];
    const ours = await fromTfjs(await savedByTfjs(model));
    const [tensorA, tensorB] = [
      tensor((await a.data()) as Float32Array, [2, 4, 2]),
      tensor((await b.data()) as Float32Array, [2, 3]),
    ];
    const ys = await ours.predictAll([tensorA, tensorB]);
    for (const [i, y] of (model.predict([a, b]) as tf.Tensor[]).entries())
      assertClose(ys[i]!.data, await y.data(), `output ${i}`);
  });
});

test("hardSigmoid goes to tfjs and back as weights, not as another function", async () => {
  const model = sequential(
    [
      layers.gru({ units: 3, recurrentActivation: "hardSigmoid", resetAfter: false, inputShape: [4, 2] }),
      layers.dense({ units: 2, activation: "hardSigmoid" }),
    ],
    { seed: 1 },
  );
  const x = [[[1, 2], [0, -1], [3, 1], [2, 2]]]; // prettier-ignore
  const expected = await model.predict(x);
  const files = toTfjs(model);
  assertClose(await ((await inTfjs(files)).predict(tf.tensor(x)) as tf.Tensor).data(), expected.data, "tfjs");
  assertClose((await (await fromTfjs(files)).predict(x)).data, expected.data, "and back");
});

describe("what tfjs cannot hold is named", () => {
  const refused = (layer: ReturnType<typeof layers.gru>, message: RegExp) =>
    assert.throws(() => toTfjs(sequential([layer])), message);

  test("a GRU with resetAfter", () =>
    refused(layers.gru({ units: 2, inputShape: [4, 2], name: "g" }), /GRU "g": .*resetAfter: true/));
  test("a name", () =>
    refused(
      layers.gru({ units: 2, resetAfter: false, inputShape: [4, 2], name: "a b" }),
      /GRU "a b": tfjs takes names/,
    ));
  test("an activation", () => {
    refused(
      layers.gru({ units: 2, resetAfter: false, activation: "exponential", inputShape: [4, 2] }),
      /no activation "exponential"/,
    );
  });
});

describe("broken files", () => {
  const model = sequential([layers.simpleRnn({ units: 2, inputShape: [4, 2] }), layers.dense({ units: 1 })], {
    seed: 1,
  });
  const files = toTfjs(model);
  const shard = [...files.keys()][1]!;
  const withJson = (change: (text: string) => string) => {
    const text = new TextDecoder().decode(files.get("model.json"));
    return new Map([...files, ["model.json", new TextEncoder().encode(change(text))]]);
  };
  const refused = (changed: Map<string, Uint8Array>, message: RegExp) => assert.rejects(fromTfjs(changed), message);

  test("a shard outside of the folder", () =>
    refused(
      withJson((s) => s.replace(shard, "../secret.bin")),
      /must stay in the folder/,
    ));
  test("a shard that is cut off, at every byte", async () => {
    const bytes = files.get(shard)!;
    for (let n = 0; n < bytes.length; n++)
      await refused(new Map([...files, [shard, bytes.subarray(0, n)]]), /needs bytes/);
  });
  test("more bytes than weights", () =>
    refused(new Map([...files, [shard, new Uint8Array(1000)]]), /the shards hold 1000/));
  test("__proto__", () =>
    refused(
      withJson((s) => s.replace('"format"', '"__proto__"')),
      /"__proto__" is not allowed/,
    ));
  test("a huge dimension", () =>
    refused(
      withJson((s) => s.replace('"shape":[2,2]', '"shape":[2,2000000000000]')),
      /needs bytes/,
    ));
  test("model.json cut off at every byte, and 2,000 mutations: one clear error or a model", async () => {
    const json = files.get("model.json")!;
    let state = 1;
    const next = (n: number) => (state = (state * 48271) % 0x7fffffff) % n;
    for (let i = 0; i < json.length; i++)
      await refused(new Map([...files, ["model.json", json.subarray(0, i)]]), /model\.json/);
    for (let i = 0; i < 2000; i++) {
      const bytes = json.slice();
      for (let k = 0; k < 1 + next(4); k++)
        bytes[next(bytes.length)] = next(2) ? 32 + next(95) : json[next(json.length)]!;
      await fromTfjs(new Map([...files, ["model.json", bytes]])).catch((error: unknown) => {
        assert.ok(error instanceof SluiceError, String((error as Error).stack));
      });
    }
  });
});
