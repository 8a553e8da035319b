/** A text by characters: what comes next. */
import { losses, Random, sequential, tensor } from "sluice";
import { charTokenizer } from "sluice/data";
import { trigrams, unigrams } from "../baselines/ngrams.mjs";
import { pathOf, readText } from "../files.mjs";
import { adam, timed, torchDense, torchEmbedding, torchGru } from "../network.mjs";

/** @param {any} spec @param {number} seed @param {boolean} stateful the state is carried from one piece of text to the next */
function build({ embedding, units }, seed, stateful) {
  const gru = torchGru(units, { returnSequences: true, stateful });
  return sequential([torchEmbedding(embedding), gru, torchDense(units, embedding.words)], { seed });
}

/** Windows of T characters with the characters after each, from random places. */
function* batchesOf({ T, batch, steps }, text, seed) {
  const random = new Random(seed);
  for (let step = 0; step < steps; step++) {
    const offsets = Array.from({ length: batch }, () => random.below(text.length - T));
    yield pairs(text, offsets, T);
  }
}

/** @param {Int32Array} text @param {number[]} offsets @param {number} T */
function pairs(text, offsets, T) {
  const [x, y] = [new Int32Array(offsets.length * T), new Int32Array(offsets.length * T)];
  offsets.forEach((offset, b) => {
    x.set(text.subarray(offset, offset + T), b * T);
    y.set(text.subarray(offset + 1, offset + T + 1), b * T);
  });
  return { x: tensor(x, [offsets.length, T]), y: tensor(y, [offsets.length, T]) };
}

/** Σ −log p of the characters after each, over logits [N, T, V]. */
function nats(logits, { data }) {
  const V = logits.length / data.length;
  let sum = 0;
  for (let i = 0; i < data.length; i++) {
    const row = logits.subarray(i * V, (i + 1) * V);
    const most = row.reduce((a, b) => Math.max(a, b));
    sum += most + Math.log(row.reduce((total, logit) => total + Math.exp(logit - most), 0)) - row[data[i]];
  }
  return sum;
}

/** Characters of one step of the evaluation with carried state. */
const PIECE = 1000;

async function evaluateCarried(model, text) {
  let sum = 0;
  for (let start = 0; start < text.length - 1; start += PIECE) {
    const { x, y } = pairs(text, [start], Math.min(PIECE, text.length - 1 - start));
    sum += nats((await model.predict(x)).data, y);
  }
  return sum / (text.length - 1);
}

async function evaluateWindows(model, text, T) {
  const offsets = Array.from({ length: Math.floor((text.length - 1) / T) }, (_, i) => i * T);
  const { x, y } = pairs(text, offsets, T);
  return nats((await model.predict(x)).data, y) / y.size;
}

/** @type {import("./index.mjs").Row} */
export const shakespeare = {
  id: "shakespeare",
  task: "text by characters",
  metrics: ["nats, carried", "nats, windows"].map((name) => ({ name, mode: "min", digits: 3 })),
  published: {
    torch: { "nats, carried": { mean: 1.551, n: 1 }, "nats, windows": { mean: 1.583, n: 1 } },
    trivial: { "nats, carried": 3.347 },
    simple: { "nats, carried": 2.046 },
  },
  names: { trivial: "unigram", simple: "trigram" },
  spec: {
    kind: "language", embedding: { words: 65, size: 64, initial: "normal" }, units: 256,
    batch: 32, T: 100, steps: 1500, learningRate: 2e-3, clip: 1,
  }, // prettier-ignore

  load() {
    const text = readText("tiny-shakespeare/input.txt");
    const characters = charTokenizer();
    characters.fit(text);
    const numbers = characters.encode(text);
    const [train, test] = [numbers.subarray(0, 1_003_854), numbers.subarray(1_003_854)];
    return { parts: { train: { x: tensor(train) }, test: { x: tensor(test) } }, train, test };
  },

  defaults: {
    task: "generate",
    values: { "nats, carried": "nats" },
    prepare: async () => {
      return { source: pathOf("tiny-shakespeare/input.txt"), options: { level: "char", test: 111_540 / 1_115_394 } };
    },
  },

  async train(spec, { train, test }, seed) {
    const model = build(spec, seed, false);
    model.compile({ optimizer: adam(spec), loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }) });
    const times = await timed(() => model.fit(() => batchesOf(spec, train, seed), { epochs: 1, verbose: 0 }));
    const carrying = build(spec, seed, true);
    carrying.setWeights(model.getWeights());
    const values = {
      "nats, carried": await evaluateCarried(carrying, test),
      "nats, windows": await evaluateWindows(model, test, spec.T),
    };
    return { values, ...times };
  },

  baselines({ train, test }) {
    return { trivial: { "nats, carried": unigrams(train, test) }, simple: { "nats, carried": trigrams(train, test) } };
  },
};
