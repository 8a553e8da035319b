// ml5's charRNN: nets of TensorFlow 1 that read text of their kind far better than the frequencies of its characters do.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { tensor } from "sluice";
import { fromCharRnn } from "../../src/interop/tensorflow1/char-rnn.js";

const FOLDER = "../shared/data/pretrained/ml5-charrnn";
const TEXT = "../shared/data/tiny-shakespeare/input.txt";
const here = existsSync(FOLDER) && existsSync(TEXT);

describe("ml5's charRNN", { skip: here ? false : `${FOLDER} or ${TEXT} is not here: two nets are not read` }, () => {
  test("Shakespeare is read at least 1 nat a character better than by unigrams", async (t) => {
    const model = await fromCharRnn(`${FOLDER}/shakespeare`);
    const vocabulary = model.attachments["vocabulary"] as Record<string, number>;
    const text = readFileSync(TEXT, "utf8").slice(-40_000);
    const known = Array.from(text).filter((c) => Object.hasOwn(vocabulary, c));
    const [B, T] = [16, known.length >> 4];
    const indices = Int32Array.from(known.slice(0, B * T), (c) => vocabulary[c]!);
    const { data, shape } = await model.predict(tensor(indices, [B, T]));
    const V = shape[2]!;
    const [counts, n] = [new Float64Array(V), indices.length];
    for (const i of indices) counts[i]! += 1;
    const unigram = counts.reduce((sum, k) => (k === 0 ? sum : sum - (k / n) * Math.log(k / n)), 0);
    let [nats, seen] = [0, 0];
    for (let b = 0; b < B; b++) {
      for (let s = 0; s + 1 < T; s++, seen++) nats -= Math.log(data[(b * T + s) * V + indices[b * T + s + 1]!]!);
    }
    t.diagnostic(`${(nats / seen).toFixed(3)} nats a character, unigrams ${unigram.toFixed(3)}`);
    assert.ok(nats / seen < unigram - 1);
  });

  test("Darwin has another vocabulary", async () => {
    const model = await fromCharRnn(`${FOLDER}/darwin`);
    assert.equal(model.outputs[0]!.shape[2], Object.keys(model.attachments["vocabulary"] as object).length);
  });
});

test("a file that is missing, and one outside of the folder", async () => {
  const json = (value: object) => new TextEncoder().encode(JSON.stringify(value));
  const manifest = (filename: string) =>
    json({ embedding: { filename, shape: [2, 3] }, "rnnlm/multi_rnn_cell/cell_0/basic_lstm_cell/weights": {} });
  await assert.rejects(
    fromCharRnn(new Map([["manifest.json", manifest("embedding")]])),
    /there is no file "embedding"/,
  );
  await assert.rejects(fromCharRnn(new Map([["manifest.json", manifest("../x")]])), /outside of the folder/);
});
