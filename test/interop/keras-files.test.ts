// Keras: models drawn at random go to .keras and come back with the same bits; the layers that keras-js wrote down; broken files.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { zipSync } from "fflate";
import fc from "fast-check";
import { layers, sequential, SluiceError, tensor, type Model, type Tensor } from "sluice";
import { hdf5Reader } from "#hdf5";
import { openKerasFile } from "../../src/interop/keras/archive.js";
import { fromKeras, modelOf } from "../../src/interop/keras/from-keras.js";
import { loadModel } from "../../src/interop/keras/read-model.js";
import { toKeras } from "../../src/interop/keras/to-keras.js";
import { writeHdf5 } from "../../src/interop/keras/write-hdf5.js";
import { build, drawn, inputFor } from "./drawn-model.js";
import { kerasFixture } from "./keras-fixture.js";

const { bytesOf } = kerasFixture();
const reader = hdf5Reader();
after(() => reader.close());

/** Like fromKeras, with one worker for all files. */
async function read(bytes: Uint8Array): Promise<Model> {
  return modelOf(await openKerasFile({ bytes, name: "file" }, reader)).model;
}

test("what goes to .keras and comes back has the same bits and computes the same", async () => {
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(drawn(true), async (d) => {
      const before = build(d, false);
      const bytes = await toKeras(before).catch((error: Error) => error);
      if (bytes instanceof Error) {
        // Where Keras reads masks otherwise, nothing is written.
        assert.match(bytes.message, /mask/);
        refused += 1;
        return;
      }
      const back = await read(bytes);
      assert.deepEqual(valuesOf(back.getWeights()), valuesOf(before.getWeights()));
      const x = inputFor(d);
      assert.deepEqual(valuesOf(await back.predictAll(x)), valuesOf(await before.predictAll(x)));
    }),
    { numRuns: 60, seed: 3 },
  );
  assert.ok(refused < 20);
});

const valuesOf = (tensors: readonly Tensor[]) => tensors.map(({ data }) => data);

const KERAS_JS = "../shared/data/pretrained/keras-js-fixtures";
interface Case {
  input: { data: number[]; shape: number[] };
  weights: { data: number[]; shape: number[] }[];
  expected: { data: number[] };
}

describe(
  "layers that keras-js wrote down",
  { skip: existsSync(KERAS_JS) ? false : `${KERAS_JS} is not here: 40 cases are not run` },
  () => {
    const json = (name: string) =>
      JSON.parse(readFileSync(`${KERAS_JS}/${name}.json`, "utf8")) as Record<string, unknown>;
    const attrs = existsSync(KERAS_JS)
      ? (json("attrs") as Record<string, { inputShape: number[]; attrs: object }[]>)
      : {};
    const settings = (kind: string, i: number, { weights }: Case): object => {
      if (kind === "TimeDistributed")
        return { layer: { class_name: "Dense", config: { units: weights[0]!.shape[1] } } };
      if (kind === "Embedding") return { input_dim: weights[0]!.shape[0], output_dim: weights[0]!.shape[1] };
      return attrs[kind]![i]!.attrs;
    };
    for (const kind of existsSync(KERAS_JS)
      ? ["GRU", "LSTM", "SimpleRNN", "Bidirectional", "TimeDistributed", "Embedding"]
      : []) {
      for (const [i, one] of (Object.values(json(kind)) as Case[]).entries()) {
        // The second TimeDistributed case holds a Conv2D, which Sluice does not have.
        if (kind === "TimeDistributed" && i === 1) continue;
        test(`${kind} ${i}`, async () => {
          const { input, weights, expected } = one;
          const stored = {
            class_name: kind,
            config: { batch_input_shape: [null, ...input.shape], ...settings(kind, i, one) },
          };
          const { model, layers: loaded } = loadModel(
            { class_name: "Sequential", config: [stored] } as never,
            "keras2",
            "keras-js",
          );
          const slots = loaded.flatMap((layer) => layer.slots());
          assert.equal(slots.length, weights.length);
          for (const [k, slot] of slots.entries()) slot.assign(Float32Array.from(weights[k]!.data));
          const x = tensor(kind === "Embedding" ? Int32Array.from(input.data) : Float32Array.from(input.data), [
            1,
            ...input.shape,
          ]);
          const stateful = (settings(kind, i, one) as { stateful?: boolean }).stateful === true;
          if (stateful) await model.predict(x);
          const y = await model.predict(x);
          for (const [k, value] of expected.data.entries())
            assert.ok(Math.abs(value - y.data[k]!) < 1e-5, `${value}, got ${y.data[k]}`);
        });
      }
    }
  },
);

describe("broken files", () => {
  const small = sequential([layers.simpleRnn({ units: 1, inputShape: [2, 1] }), layers.dense({ units: 1 })], {
    seed: 1,
  });
  const refused = (bytes: Uint8Array, message: RegExp) =>
    assert.rejects(fromKeras(bytes), (error: Error) => {
      assert.ok(error instanceof SluiceError, String(error.stack));
      assert.match(error.message, message);
      return true;
    });
  const weights = (arrays: [string, number[]][]) =>
    writeHdf5(
      new Map(
        arrays.map(([path, shape]) => [path, { data: new Float32Array(shape.reduce((a, b) => a * b, 1)), shape }]),
      ),
    );
  const zipped = async (change: { config?: (text: string) => string; weights?: Uint8Array }) => {
    const { unzipSync } = await import("fflate");
    const entries = unzipSync(await toKeras(small));
    const text = new TextDecoder().decode(entries["config.json"]);
    return zipSync(
      {
        ...entries,
        "config.json": new TextEncoder().encode(change.config?.(text) ?? text),
        ...(change.weights && { "model.weights.h5": change.weights }),
      },
      { level: 0 },
    );
  };

  test("neither zip nor HDF5", () => refused(new Uint8Array(20), /neither a \.keras file \(zip\) nor HDF5/));
  test("a zip bomb", async () => {
    const bytes = zipSync({
      "config.json": new Uint8Array(50e6),
      "metadata.json": new Uint8Array(2),
      "model.weights.h5": new Uint8Array(2),
    });
    await refused(bytes, /refused as a zip bomb/);
  });
  test("__proto__", async () =>
    refused(
      await zipped({ config: (s) => s.replace('"module"', '"__proto__"') }),
      /config\.json.*"__proto__" is not allowed/,
    ));
  test("a huge dimension", async () =>
    refused(
      await zipped({ config: (s) => s.replace('"units":1', '"units":1000000000') }),
      /must be \[.*1000000000.*\], got/,
    ));
  test("a negative dimension", async () =>
    refused(
      await zipped({ config: (s) => s.replace('"units":1', '"units":-1') }),
      /"simple_rnn": .*units must be a whole number/,
    ));
  test("weights that are missing", async () =>
    refused(
      await zipped({ weights: await weights([["layers/dense/vars/0", [1, 1]]]) }),
      /the array "layers\/simple_rnn\/cell\/vars\/0" \[1, 1\] is missing/,
    ));
  test("weights of another shape", async () =>
    refused(
      await zipped({ weights: await weights([["layers/simple_rnn/cell/vars/0", [2, 2]]]) }),
      /must be \[1, 1\], got \[2, 2\]/,
    ));

  test("links that lead nowhere, out of the file, and in circles", async () => {
    const { h5wasm } = await import("h5wasm");
    const { FS } = await h5wasm.ready;
    const made = (change: (file: InstanceType<typeof h5wasm.File>) => void): Uint8Array => {
      const file = new h5wasm.File("/links.h5", "w");
      change(file);
      file.close();
      return FS.readFile("/links.h5") as Uint8Array;
    };
    await refused(
      made((f) => f.create_soft_link("/nowhere", "a")),
      /"\/a": a link that leads nowhere/,
    );
    await refused(
      made((f) => f.create_external_link("/etc/passwd", "/x", "a")),
      /"\/a": a link that leads nowhere, or out of the file/,
    );
    await refused(
      made((f) => {
        f.create_group("a");
        f.create_hard_link("/a", "/a/again");
      }),
      /more than \d+ groups within each other; a link may form a cycle/,
    );
    await refused(
      made((f) => {
        f.create_group("a");
        for (let i = 0; i < 4; i++) f.create_hard_link("/a", `/a/again${i}`);
      }),
      /a link may form a cycle/,
    );
  });

  test("a graph with a cycle", async () => {
    const bytes = bytesOf("encoder_decoder.keras");
    const { unzipSync } = await import("fflate");
    const entries = unzipSync(bytes);
    const text = new TextDecoder().decode(entries["config.json"]);
    const { config } = JSON.parse(text) as { config: { layers: { name: string; class_name: string }[] } };
    const [first, second] = config.layers
      .filter((layer) => layer.class_name === "LSTM")
      .map(({ name }) => name)
      .slice(-2) as [string, string];
    const changed = text.replaceAll(`"keras_history": ["${first}", 0, 0]`, `"keras_history": ["${second}", 0, 0]`);
    await refused(zipSync({ ...entries, "config.json": new TextEncoder().encode(changed) }), /needs its own output/);
  });

  test("cut off at every byte of the small file, and 2,000 mutations: one clear error or a model", async (t) => {
    const whole = await toKeras(small);
    let state = 1;
    const next = (n: number) => (state = (state * 48271) % 0x7fffffff) % n;
    const attempt = (bytes: Uint8Array) =>
      read(bytes).then(
        () => undefined,
        (error: unknown) => {
          assert.ok(error instanceof SluiceError, String((error as Error).stack));
          return error.message;
        },
      );
    for (let n = 0; n < whole.length; n++) assert.ok(await attempt(whole.subarray(0, n)), `cut off at ${n}`);
    const h5 = bytesOf("gru_after_sigmoid.h5");
    for (let i = 0; i < 2000; i++) {
      const bytes = (i % 2 ? h5 : whole).slice();
      // The head of a file and its JSON are where most fields are.
      const reach = next(3) ? bytes.length : 3000;
      for (let k = 0; k < 1 + next(6); k++) bytes[next(reach)] = next(256);
      await attempt(bytes);
    }
    t.diagnostic(`${whole.length} prefixes, 2000 mutations`);
  });
  test("an HDF5 file cut off at every 7th byte", async () => {
    const bytes = bytesOf("gru_after_sigmoid.h5");
    for (let n = 0; n < bytes.length; n += 7) await assert.rejects(read(bytes.subarray(0, n)), SluiceError);
  });
});
