// Files of Keras that begin with a TextVectorization, and what they say of compile(): against Keras's own ids and outputs.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { inflateSync } from "node:zlib";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { loadModel, tensor } from "sluice";
import { TextVectorization } from "../../src/data/text/text-vectorization.js";
import { reviveText } from "../../src/data/text/index.js";
import { fromKeras } from "../../src/interop/keras/from-keras.js";
import { inspectKeras } from "../../src/interop/keras/inspect-keras.js";

interface Values {
  shape: number[];
  data: number[];
}
const { cases, files } = JSON.parse(readFileSync("test/fixtures/keras/text-model.json", "utf8")) as {
  cases: { file: string; vocabulary: string[]; texts: string[]; ids: Values; outputs: Values }[];
  files: Record<string, string>;
};
const bytesOf = (file: string) => new Uint8Array(inflateSync(Buffer.from(files[file]!, "base64")));

/** The file with its config.json changed, and without its assets where told so. */
function changed(file: string, change: (config: string) => string, assets = true): Uint8Array {
  const entries = Object.entries(unzipSync(bytesOf(file))).filter(([name]) => assets || !name.startsWith("assets/"));
  const text = change(strFromU8(Object.fromEntries(entries)["config.json"]!));
  return zipSync({ ...Object.fromEntries(entries), "config.json": strToU8(text) });
}

describe("TextVectorization", () => {
  for (const { file, vocabulary, texts, ids, outputs } of cases) {
    test(`${file}: the attached step gives Keras's ids, the model its outputs`, async () => {
      const path = join(mkdtempSync(join(tmpdir(), "sluice-text-")), "model.safetensors");
      await (await fromKeras(bytesOf(file))).save(path);
      const model = await loadModel(path);
      rmSync(dirname(path), { recursive: true });
      const step = reviveText(model.attachments["textVectorization"]);
      assert.ok(step instanceof TextVectorization);
      assert.deepEqual(step.getVocabulary(), vocabulary);
      const came = step.call(texts);
      assert.deepEqual([...came.shape], ids.shape);
      assert.deepEqual([...came.data], ids.data);
      const y = await model.predict(came);
      assert.deepEqual([...y.shape], outputs.shape);
      for (const [i, value] of outputs.data.entries()) assert.ok(Math.abs(value - y.data[i]!) < 1e-5);
    });
  }

  test("what Sluice has no form for is named and refused", async () => {
    const refused = (bytes: Uint8Array, message: RegExp) =>
      assert.rejects(fromKeras(bytes), (error: Error) => error.name === "SluiceError" && message.test(error.message));
    await refused(bytesOf("ngrams.keras"), /TextVectorization "text_vectorization_\d+": ngrams must be null, got 2/);
    await refused(bytesOf("multi_hot.keras"), /output_mode must be "int", got "multi_hot"/);
    await refused(changed("given.keras", (s) => s.replace('"ragged": false, "vocabulary"', '"ragged": true, "vocabulary"')), /ragged must be false, got true/); // prettier-ignore
    await refused(changed("given.keras", (s) => s.replace('"split": "whitespace"', '"split": {"class_name": "function"}')), /split is a function/); // prettier-ignore
    await refused(
      changed("adapted.keras", (s) => s, false),
      /the file holds no vocabulary/,
    );
    await refused(changed("adapted.keras", (s) => s.replace('"vocabulary_size": 9', '"vocabulary_size": 8')), /expected 8 words, .* got 9/); // prettier-ignore
    await refused(changed("adapted.keras", (s) => s.replace('"dtype": "string"', '"dtype": "int32"')), /it must take texts, got "int32"/); // prettier-ignore
  });

  test("inspectKeras tells it", async () => {
    const { unsupported, conventions, architecture } = await inspectKeras(bytesOf("adapted.keras"));
    assert.deepEqual(unsupported, []);
    assert.equal(architecture![1]!.className, "TextVectorization");
    assert.ok(conventions.some((text) => text.includes("textVectorization")));
    assert.match((await inspectKeras(bytesOf("ngrams.keras"))).unsupported.join(), /ngrams must be null/);
  });
});

describe("compile configuration", () => {
  /** [optimizer, its options, loss, the loss's options, names of metrics] */
  const expected: Record<string, [string, object, string, object, string[]]> = {
    adamw: ["adamW", { learningRate: Math.fround(3e-4), beta1: 0.8, beta2: 0.99, epsilon: 1e-6, clipNorm: 1, clipValue: null, globalClipNorm: null, weightDecay: 0.01 }, "binaryCrossentropy", { fromLogits: false }, ["accuracy", "area"]],
    adam: ["adam", { learningRate: Math.fround(1e-3), beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }, "meanSquaredError", {}, ["mae"]],
    sgd: ["sgd", { learningRate: { className: "exponentialDecay", config: { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.9, staircase: false } }, momentum: 0.9, nesterov: true, clipValue: 0.5 }, "binaryCrossentropy", { labelSmoothing: 0.1 }, ["binary_accuracy"]],
    rmsprop: ["rmsprop", { learningRate: Math.fround(0.01), rho: 0.8, centered: true, globalClipNorm: 2 }, "huber", { delta: 1 }, []],
    nadam: ["nadam", { learningRate: Math.fround(0.02), beta1: 0.7, beta2: 0.999 }, "meanAbsoluteError", {}, []],
    adagrad: ["adagrad", { learningRate: Math.fround(0.03), initialAccumulatorValue: 0.2 }, "meanSquaredError", {}, []],
  }; // prettier-ignore
  for (const [name, [optimizer, options, loss, lossOptions, metrics]] of Object.entries(expected)) {
    test(`${name} comes with the file`, async () => {
      const model = await fromKeras(bytesOf(`${name}.keras`));
      const { compiled } = model;
      assert.equal(compiled.optimizer.className, optimizer);
      assert.deepEqual({ ...compiled.optimizer.config, ...options }, compiled.optimizer.config);
      const [output] = compiled.outputs;
      assert.equal(output!.loss.className, loss);
      assert.deepEqual({ ...output!.loss.config, ...lossOptions }, output!.loss.config);
      assert.deepEqual(
        output!.metrics.map((metric) => metric.name),
        metrics,
      );
      assert.equal(output!.weight, name === "sgd" ? 0.5 : 1);
      const x = tensor(new Float32Array(6).fill(0.3), [2, 3, 1]);
      await model.fit(x, tensor(new Float32Array([0, 1]), [2, 1]), { epochs: 1, verbose: 0 });
    });
  }

  test("what is not known leaves the model uncompiled", async () => {
    for (const name of ["amsgrad", "lion", "cosine_metric", "own_loss"]) {
      const model = await fromKeras(bytesOf(`${name}.keras`));
      assert.equal(model.isCompiled, false, name);
      await model.predict(tensor(new Float32Array(3), [1, 3, 1]));
    }
    for (const broken of [
      "null",
      "[]",
      "3",
      '{"loss": 3}',
      '{"loss": "mse", "optimizer": {"class_name": "Adam", "config": {"learning_rate": "x"}}}',
    ]) {
      // prettier-ignore
      const bytes = changed("adam.keras", (s) => s.replace(/"compile_config": /, `"compile_config": ${broken}, "old": `));
      assert.equal((await fromKeras(bytes)).isCompiled, false, broken);
    }
  });
});
