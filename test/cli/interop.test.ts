// import, export, check and inspect on files of other systems: from every format and to every format, with the same numbers.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { layers, loadModel, sequential } from "sluice";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { EXPORTS } from "../../src/interop/write.js";
import { ask, runIn, workFolder } from "./program.js";
import { writePrices } from "./samples.js";

const folder = workFolder();
const inFolder = (name: string) => join(folder, name);

before(async () => {
  mkdirSync(inFolder("out"));
  const make = (seed: number, resetAfter = true) =>
    sequential(
      [
        layers.gru({ units: 5, resetAfter, returnSequences: true, inputShape: [null, 4] }),
        layers.lstm({ units: 3 }),
        layers.dense({ units: 2, activation: "softmax" }),
      ],
      { seed },
    );
  await make(1).save(inFolder("model.safetensors"));
  await make(2).save(inFolder("other.safetensors"));
  await make(3, false).save(inFolder("before.safetensors"));
  const embedding = sequential([
    layers.embedding({ inputDim: 9, outputDim: 4, inputShape: [null], name: "table" }),
    layers.gru({ units: 3, name: "rnn" }),
    layers.dense({ units: 1, name: "fc" }),
  ]);
  await embedding.save(inFolder("embedding.safetensors"));
});

/** TensorFlow.js has the reset gate before the product only. */
const SOURCES: Readonly<Record<string, string>> = { tfjs: "before.safetensors" };
/** A state_dict does not tell what follows a module. */
const MORE: Readonly<Record<string, string>> = { pytorch: "--activations dense=softmax" };

describe("there and back", () => {
  for (const [to, name] of Object.entries(EXPORTS)) {
    test(to, async () => {
      const [out, from] = [`out/${to}/${name}`, SOURCES[to] ?? "model.safetensors"];
      const written = await ask(folder, REPLIES.export, `export ${from} --to ${to} --out ${out}`);
      assert.deepEqual([written.to, written.files[0]!.path], [to, out]);
      for (const { path, bytes } of written.files) assert.equal(statSync(inFolder(path)).size, bytes);
      const compared = await ask(folder, REPLIES.check, `check ${out} --against ${from} ${MORE[to] ?? ""}`);
      assert.ok(compared.same && compared.difference! < 1e-5, String(compared.difference));
      const described = await ask(folder, REPLIES.inspect, `inspect ${out}`);
      assert.ok(described.kind === "model-file" && described.format === to);
      assert.deepEqual(described.unsupported, []);
      assert.ok(described.conventions.some((line) => line.includes("GRU")));
      const refused = await runIn(folder, `export ${from} --to ${to} --out ${out}`);
      assert.equal(refused.code, 1);
      assert.match(refused.err, /is there already; --force overwrites it/);
      assert.equal((await runIn(folder, `export ${from} --to ${to} --out ${out} --force`)).code, 0);
    });
  }

  for (const to of Object.keys(EXPORTS)) {
    test(`import ${to}`, async () => {
      const from = SOURCES[to] ?? "model.safetensors";
      const file = `out/${to}/${EXPORTS[to as keyof typeof EXPORTS]}`;
      const reply = await ask(folder, REPLIES.import, `import ${file} --out back-${to}.safetensors ${MORE[to] ?? ""}`);
      assert.deepEqual([reply.format, reply.out], [to, `back-${to}.safetensors`]);
      assert.equal(reply.parameters, (await loadModel(inFolder(from))).countParams());
      const compared = await ask(folder, REPLIES.check, `check ${reply.out} --against ${from}`);
      assert.ok(compared.same);
    });
  }
});

test("a network that is another one is not the same, and the exit code says so", async () => {
  const { code, out } = await runIn(folder, "check other.safetensors --against model.safetensors --json");
  assert.equal(code, 1);
  const reply = REPLIES.check.parse(JSON.parse(out));
  assert.ok(!reply.same && reply.difference! > 1e-3);
  const shown = await runIn(folder, "check other.safetensors --against model.safetensors --tolerance 2");
  assert.equal(shown.code, 0);
  assert.match(shown.out, /The same within 2e\+0\./);
});

test("indices are drawn where an embedding begins, and PyTorch's missing names come from flags", async () => {
  await ask(folder, REPLIES.export, "export embedding.safetensors --to pytorch --out out/emb.safetensors");
  const wrong = await runIn(folder, "import out/emb.safetensors --out emb.safetensors");
  assert.equal(wrong.code, 1);
  assert.ok(!existsSync(inFolder("emb.safetensors")));
  const { layers: names } = await ask(
    folder,
    REPLIES.import,
    "import out/emb.safetensors --embeddings table --order table,rnn,fc --out emb.safetensors",
  );
  assert.ok(names.includes("table (Embedding)"));
  const { same, inputs } = await ask(folder, REPLIES.check, "check emb.safetensors --against embedding.safetensors");
  assert.ok(same);
  assert.deepEqual(inputs[0]!.shape, [3, 7]);
});

test("sequences of several lengths go to a model that leaves padding out, their lengths to one that is told them", async () => {
  const ragged = sequential([
    layers.embedding({ inputDim: 9, outputDim: 4, maskZero: true, inputShape: [null] }),
    layers.gru({ units: 3, returnSequences: true }),
    layers.gru({ units: 2 }),
  ]);
  await ragged.save(inFolder("ragged.safetensors"));
  await ask(folder, REPLIES.export, "export ragged.safetensors --to onnx --sequence-lengths --out out/ragged.onnx");
  const compared = await ask(folder, REPLIES.check, "check out/ragged.onnx --against ragged.safetensors");
  assert.ok(compared.same && compared.inputs.length === 2, JSON.stringify(compared));
  await ask(folder, REPLIES.export, "export ragged.safetensors --to keras --out out/ragged.keras");
  assert.ok((await ask(folder, REPLIES.check, "check out/ragged.keras --against ragged.safetensors")).same);
});

test("a run is exported with its best weights, and a warning that its scalers are not", async () => {
  writePrices(folder);
  const train = "train prices.csv --task forecast --target close --lookback 8 --units 4 --epochs 2 --json";
  const { run } = REPLIES.train.parse(JSON.parse((await runIn(folder, train)).out));
  const { code, err } = await runIn(folder, `export ${run} --to onnx --out out/run.onnx`);
  assert.equal(code, 0, err);
  assert.match(err, /Warning: the network alone is exported/);
  const best = join(run, "model.safetensors");
  assert.equal((await ask(folder, REPLIES.check, `check out/run.onnx --against ${best}`)).same, true);
  assert.equal((await ask(folder, REPLIES.check, `check out/run.onnx --against ${run}`)).same, true);
});

describe("what is wrong is said in one line", () => {
  const FAILURES: Record<string, [line: string, code: number, message: RegExp]> = {
    "no such file": ["import missing.keras --out x.safetensors", 1, /missing\.keras/],
    "not a model": ["import prices.csv --out x.safetensors", 1, /prices\.csv: no model that is known here/],
    "an empty file": ["import empty.onnx --out x.safetensors", 1, /empty\.onnx/],
    "half a file": ["import half.safetensors --out x.safetensors", 1, /half\.safetensors/],
    "Sluice's own": ["import model.safetensors --out x.safetensors", 1, /is Sluice's own already/],
    "another ending": ["import model.safetensors --out x.keras", 2, /must end in \.safetensors/],
    "no --out": ["export model.safetensors --to pytorch", 2, /--out is needed/],
    "an unknown system": ["export model.safetensors --to caffe --out x", 2, /pytorch/],
    "a wrong ending": ["export model.safetensors --to pytorch --out x.onnx", 2, /must end in \.safetensors/],
    "an architecture that is broken": [
      "import out/keras/model.keras --out x.safetensors --architecture bad.json",
      1,
      /bad\.json/,
    ],
    "an architecture for others": [
      "import out/onnx/model.onnx --out x.safetensors --architecture m.json",
      2,
      /for files of Keras/,
    ],
    "another reset gate": ["export model.safetensors --to tfjs --out x.json", 1, /resetAfter: true/],
    "no number": ["check model.safetensors --against model.safetensors --tolerance much", 2, /expected a number/],
    "other inputs": ["check model.safetensors --against embedding.safetensors", 1, /compare: input/],
    "a flag of PyTorch's": ["check model.safetensors --against model.safetensors --output final", 2, /PyTorch only/],
  };
  before(() => {
    writePrices(folder);
    writeFileSync(inFolder("empty.onnx"), "");
    writeFileSync(inFolder("bad.json"), '{"class_name":');
    writeFileSync(inFolder("m.json"), "{}");
    writeFileSync(inFolder("half.safetensors"), readFileSync(inFolder("model.safetensors")).subarray(0, 500));
  });
  for (const [name, [line, code, message]] of Object.entries(FAILURES)) {
    test(name, async () => {
      const outcome = await runIn(folder, `${line} --json`);
      assert.equal(outcome.code, code, outcome.err);
      assert.match(REPLIES.error.parse(JSON.parse(outcome.out)).error.message, message);
      assert.ok(!readdirSync(folder).some((file) => file.startsWith("x")));
    });
  }
});
