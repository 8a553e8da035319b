/** Texts with a label: sentences, reviews, and reviews in Chinese by character. */
import { tensor } from "sluice";
import { padSequences, tokenizer } from "sluice/data";
import { bestConstant } from "../baselines/constant.mjs";
import { naiveBayes } from "../baselines/naive-bayes.mjs";
import { pathOf, readCells, readSplit, readText, writeCsv } from "../files.mjs";
import { accuracy, classesOf, f1 } from "../scores.mjs";

/** @typedef {import("./index.mjs").Row} Row @typedef {{ words: string[][], labels: number[] }} Texts */

/** Index 0 fills up, 1 stands for unknown words, which the tokenizer counts among its numWords. */
const WORDS = 10_000;

/** @type {Row["spec"]} */
const spec = {
  embedding: { words: WORDS, size: 64, initial: "normal" },
  grus: [64], bidirectional: true, pool: "max", dropout: 0.5, units: 1, activation: "linear",
  loss: "binary", learningRate: 1e-3, batch: 64, epochs: 8, bestEpoch: true,
}; // prettier-ignore

/**
 * @param {{ train: Texts, validation: Texts, test: Texts }} texts @param {number} length
 * @param {"pre" | "post"} truncating where longer texts lose words
 */
function prepare(texts, length, truncating) {
  const numbers = tokenizer({ numWords: WORDS, oovToken: "[UNK]", lower: false });
  numbers.fitOnTexts(texts.train.words);
  const part = ({ words, labels }) => ({
    x: padSequences(numbers.textsToSequences(words), { maxLen: length, padding: "post", truncating }),
    y: tensor(Float32Array.from(labels), [labels.length, 1]),
  });
  return { parts: { train: part(texts.train), validation: part(texts.validation), test: part(texts.test) } };
}

/** @param {Texts} texts @param {number[]} order @returns {Texts} */
const take = ({ words, labels }, order) => ({ words: order.map((i) => words[i]), labels: order.map((i) => labels[i]) });

/** @param {import("sluice").Tensor} x [N, T] */
const rowsOf = ({ data, shape: [N, T] }) => Array.from({ length: N }, (_, i) => data.subarray(i * T, (i + 1) * T));

/** @param {ArrayLike<number>} labels @param {ArrayLike<number>} predicted */
const judge = (labels, predicted) => ({ accuracy: accuracy(labels, predicted), F1: f1(labels, predicted) });

/** @type {Pick<Row, "score" | "baselines" | "metrics" | "names">} */
const common = {
  metrics: [{ name: "accuracy", mode: "max", digits: 3 }],
  names: { trivial: "best constant", simple: "naive Bayes" },
  score: (outputs, { parts: { test } }) => judge(test.y.data, classesOf(outputs, test.y.size)),
  baselines({ parts: { train, test } }) {
    const classify = naiveBayes(rowsOf(train.x), train.y.data, WORDS);
    return {
      trivial: { accuracy: bestConstant(test.y.data) },
      simple: judge(test.y.data, rowsOf(test.x).map(classify)),
    };
  },
};

/**
 * @param {(folder: string) => { source: string, testData: string }} files with the columns text and label
 * @returns {import("../defaults.mjs").Defaults}
 */
const classify = (files) => ({
  task: "classify",
  values: { accuracy: "accuracy" },
  async prepare(folder) {
    const { source, testData } = files(folder);
    return { source, options: { text: "text", label: "label", testData } };
  },
});

/** Rows of text and label, the first ones of an order for the test. @param {string} folder @param {string[][]} rows @param {number[]} order @param {number} test */
function writeParts(folder, rows, order, test) {
  const write = (/** @type {string} */ name, /** @type {number[]} */ part) =>
    writeCsv(folder, `${name}.csv`, ["text", "label"], part.map((i) => rows[i])); // prettier-ignore
  return { source: write("train", order.slice(test)), testData: write("test", order.slice(0, test)) };
}

const readSentences = () =>
  ["pos", "neg"].flatMap((kind) => {
    const lines = readText(`rt-polarity/rt-polarity.${kind}`).trimEnd().split("\n");
    return lines.map((line) => [line.trim(), kind === "pos" ? "1" : "0"]);
  });

/** @type {Row} */
export const rtPolarity = {
  id: "rt-polarity",
  task: "sentences of film reviews",
  published: {
    torch: { accuracy: { mean: 0.729, sd: 0.011, n: 3 } },
    trivial: { accuracy: 0.515 },
    simple: { accuracy: 0.77 },
  },
  spec,
  defaults: classify((folder) => writeParts(folder, readSentences(), readSplit("rt_perm"), 1066)),
  load() {
    const sentences = readSentences();
    const words = sentences.map(([text]) => text.split(/\s+/));
    const labels = sentences.map(([, label]) => Number(label));
    const order = readSplit("rt_perm");
    const part = (first, end) => take({ words, labels }, order.slice(first, end));
    return prepare({ test: part(0, 1066), validation: part(1066, 2026), train: part(2026) }, 40, "post");
  },
  ...common,
};

/** @type {Row} */
export const rtPolarityUniform = {
  ...rtPolarity,
  id: "rt-polarity-uniform",
  task: "the same, embedding from U(±0.05)",
  defaults: undefined,
  published: { ...rtPolarity.published, torch: { accuracy: { mean: 0.742, n: 2 } } },
  spec: { ...spec, embedding: { ...spec.embedding, initial: "uniform" } },
};

/** @type {Row} */
export const imdb = {
  id: "imdb",
  task: "film reviews",
  published: { torch: { accuracy: { mean: 0.832, n: 1 } }, trivial: { accuracy: 0.5 }, simple: { accuracy: 0.824 } },
  spec: rtPolarityUniform.spec,
  defaults: classify(() => ({ source: pathOf("imdb/train.tsv"), testData: pathOf("imdb/test.tsv") })),
  load() {
    const [all, test] = ["train", "test"].map((part) => {
      const lines = readText(`imdb/${part}.tsv`).trimEnd().split("\n").slice(1);
      const cells = lines.map((line) => line.split("\t"));
      const words = cells.map(
        ([, , , text]) =>
          text
            .replaceAll("<br />", " ")
            .toLowerCase()
            .match(/[a-z0-9']+/g) ?? [],
      );
      return { words, labels: cells.map(([, label]) => Number(label)) };
    });
    const order = readSplit("imdb_perm");
    return prepare(
      { test, validation: take(all, order.slice(0, 400)), train: take(all, order.slice(400)) },
      200,
      "pre",
    );
  },
  ...common,
};

/** @type {Row} */
export const waimai = {
  id: "waimai",
  task: "reviews in Chinese",
  published: {
    torch: { accuracy: { mean: 0.887, n: 1 }, F1: { mean: 0.826, n: 1 } },
    trivial: { accuracy: 0.663 },
    simple: { accuracy: 0.858, F1: 0.794 },
  },
  spec,
  defaults: classify((folder) => {
    const rows = readCells("zh-sentiment/waimai_10k.csv").slice(1).map(([label, text]) => [text, label]); // prettier-ignore
    return writeParts(folder, rows, readSplit("waimai_perm"), 1198);
  }),
  load() {
    const rows = readCells("zh-sentiment/waimai_10k.csv").slice(1);
    const texts = { words: rows.map(([, text]) => [...text]), labels: rows.map(([label]) => Number(label)) };
    const order = readSplit("waimai_perm");
    const part = (first, end) => take(texts, order.slice(first, end));
    return prepare({ test: part(0, 1198), validation: part(1198, 2396), train: part(2396) }, 80, "post");
  },
  ...common,
  metrics: ["accuracy", "F1"].map((name) => ({ name, mode: "max", digits: 3 })),
};
