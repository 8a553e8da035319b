/** Sequences of measurements, each with one label: sets of the UCR and UEA archives. */
import { tensor } from "sluice";
import { labelEncoder, padSequences, standardScaler } from "sluice/data";
import { bestConstant } from "../baselines/constant.mjs";
import { nearestNeighbour } from "../baselines/nearest-neighbour.mjs";
import { pathOf, readCases } from "../files.mjs";
import { accuracy, classesOf } from "../scores.mjs";

/** @typedef {import("./index.mjs").Row} Row */

/** @param {string} folder @param {boolean} [unequal] sequences of unequal length */
function load(folder, unequal = false) {
  const [train, test] = ["TRAIN", "TEST"].map((part) => readCases(`ucr/${folder}/${folder}_${part}.ts`));
  const steps = ({ series }) =>
    series.map((channels) => channels[0].map((_, t) => channels.map((values) => values[t])));
  const scaler = standardScaler().fit(steps(train).flat());
  const [known, unknown] = [train, test].map((part) => steps(part).map((rows) => scaler.transform(rows)));
  const classes = labelEncoder().fit(train.labels);
  const part = (sequences, labels) => ({
    x: padSequences(sequences, { padding: "post", dtype: "float32" }),
    y: tensor(Int32Array.from(classes.transform(labels))),
    ...(unequal ? { lengths: Int32Array.from(sequences, ({ length }) => length) } : {}),
  });
  const parts = { train: part(known, train.labels), test: part(unknown, test.labels) };
  const [, longest] = parts.train.x.shape;
  const stretched = (sequences) => sequences.map((rows) => stretch(rows, longest));
  return { parts, whole: { train: stretched(known), test: stretched(unknown) } };
}

/** A sequence drawn out to that many steps by linear interpolation, for the nearest neighbour. @param {number[][]} rows @param {number} steps */
function stretch(rows, steps) {
  return Array.from({ length: steps }, (_, i) => {
    const place = (i * (rows.length - 1)) / (steps - 1);
    const before = Math.floor(place);
    const after = rows[Math.min(before + 1, rows.length - 1)];
    return rows[before].map((value, d) => value + (place - before) * (after[d] - value));
  }).flat();
}

/** @type {Pick<Row, "score" | "baselines" | "metrics" | "names">} */
const common = {
  metrics: [{ name: "accuracy", mode: "max", digits: 3 }],
  names: { trivial: "best constant", simple: "1-NN" },
  score: (outputs, { parts: { test } }) => ({ accuracy: accuracy(test.y.data, classesOf(outputs, test.y.size)) }),
  baselines({ parts: { train, test }, whole }) {
    const simple = accuracy(test.y.data, nearestNeighbour(whole.train, train.y.data, whole.test));
    return { trivial: { accuracy: bestConstant(test.y.data) }, simple: { accuracy: simple } };
  },
};

/** @param {string} folder @returns {import("../defaults.mjs").Defaults} */
const classify = (folder) => ({
  task: "classify",
  values: { accuracy: "accuracy" },
  prepare: async () => {
    const [source, testData] = ["TRAIN", "TEST"].map((part) => pathOf(`ucr/${folder}/${folder}_${part}.ts`));
    return { source, options: { testData } };
  },
});

/** @param {number} mean @param {number} sd @param {number} trivial @param {number} simple */
const published = (mean, sd, trivial, simple) => ({
  torch: { accuracy: { mean, sd, n: 3 } },
  trivial: { accuracy: trivial },
  simple: { accuracy: simple },
});

const network = { grus: [64], activation: "linear", loss: "classes", learningRate: 2e-3, clip: 1 };

/** @type {Row} */
export const vowels = {
  id: "vowels",
  seeds: 10,
  task: "speakers by a vowel",
  published: published(0.958, 0.005, 0.238, 0.96),
  spec: { ...network, pool: "last", units: 9, batch: 16, epochs: 60 },
  load: () => load("JapaneseVowels", true),
  defaults: classify("JapaneseVowels"),
  ...common,
};

/** @type {Row} */
export const vowelsBoth = {
  ...vowels,
  id: "vowels-bidirectional",
  task: "the same, both directions, mean over time",
  defaults: undefined,
  published: published(0.971, 0.003, 0.238, 0.96),
  spec: { ...vowels.spec, bidirectional: true, pool: "mean", epochs: 40 },
};

/** @type {Row} */
export const motions = {
  id: "motions",
  seeds: 10,
  task: "movements of a wrist",
  published: published(1, 0, 0.25, 0.575),
  spec: { ...network, pool: "mean", units: 4, batch: 10, epochs: 40 },
  load: () => load("BasicMotions"),
  defaults: classify("BasicMotions"),
  ...common,
};

/** @type {Row} */
export const power = {
  id: "power",
  seeds: 10,
  task: "season by a day's power demand",
  published: published(0.969, 0.002, 0.5, 0.955),
  spec: { ...network, pool: "last", units: 2, batch: 16, epochs: 100 },
  load: () => load("ItalyPowerDemand"),
  defaults: classify("ItalyPowerDemand"),
  ...common,
};

/** @type {Row} */
export const gunpoint = {
  id: "gunpoint",
  seeds: 10,
  task: "gun or finger by a hand's path",
  published: published(0.911, 0.046, 0.507, 0.913),
  spec: { ...network, pool: "mean", units: 2, batch: 10, epochs: 100 },
  load: () => load("GunPoint"),
  defaults: classify("GunPoint"),
  ...common,
};
