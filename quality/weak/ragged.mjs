/**
 * What packing saves: training steps and predictions on random batches of 32 sequences as they are (`ragged`), against the same
 * batches padded to their longest sequence and masked, with the networks of docs/quality.md on Japanese vowels, spoken digits and
 * film reviews. No machine can be faster than the ratio of padded to real steps, which stands beside; the aim is 0.8 of it.
 *
 *   node quality/weak/ragged.mjs [--batches=20] [--rounds=9] [--threads=1] [--seed=1] [--only=vowels,digits,reviews] [--quick]
 *
 * In each round every batch is computed by both ways in turn, the first of them changing from batch to batch; a figure is the median
 * over rounds of masked time / packed time, by the clock and, for a busy machine, by processor time (one thread). Data: ../shared/data or SLUICE_DATA; a set that is not there is left out, and said so.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { layers, optimizers, ragged, Random, sequential, setThreads, tensor } from "sluice";
import { logMel, readTs, readWav, standardScaler, tokenizer } from "sluice/data";

const { values } = parseArgs({
  options: {
    batches: { type: "string", default: "20" },
    rounds: { type: "string", default: "9" },
    threads: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    quick: { type: "boolean", default: false },
  },
});
const data = process.env.SLUICE_DATA ?? join(import.meta.dirname, "../../../shared/data");
const [batches, rounds] = values.quick ? [4, 3] : [Number(values.batches), Number(values.rounds)];
const B = 32;
/** Batches of each way before the clock counts. */
const WARM = values.quick ? 20 : 300;
const { gru, dense, masking, embedding, dropout, bidirectional, globalMaxPooling1d } = layers;

/** GRU(64) on 12 features, z-scores. */
async function vowels() {
  const files = ["TRAIN", "TEST"].map((part) => join(data, `ucr/JapaneseVowels/JapaneseVowels_${part}.ts`));
  const parts = await Promise.all(files.map((file) => readTs(file)));
  const all = parts.flatMap(({ series, labels }) => series.map(({ values: v, length, D }, i) => ({ v, length, D, label: labels[i] })));
  const D = all[0].D;
  const rows = (s) => tensor(Float32Array.from(s.v), [s.length, D]);
  const scaler = standardScaler().fit(all.flatMap((s) => rows(s).toArray()));
  return {
    sequences: all.map((s) => scaler.transform(rows(s))),
    labels: all.map(({ label }) => Number(label) - 1),
    net: () => [gru({ units: 64 }), dropout({ rate: 0.2 }), dense({ units: 9, activation: "softmax" })],
    mask: () => [masking()],
    shape: [null, D],
  };
} // prettier-ignore

/** GRU(128) on log-mel frames of 10 ms, 40 bands, each with mean 0 and deviation 1 over the clip. */
async function digits() {
  const folder = join(data, "fsdd/recordings");
  const features = logMel({ sampleRate: 8000, frame: 0.025, hop: 0.01, nFft: 512, bands: 40, floor: 1e-6, normalize: "clip" });
  const names = readdirSync(folder).filter((name) => name.endsWith(".wav")).sort();
  const sequences = [];
  for (const name of names) {
    const { samples } = await readWav(readFileSync(join(folder, name)), { name });
    sequences.push(features.transform(samples));
  }
  return {
    sequences,
    labels: names.map((name) => Number(name[0])),
    net: () => [gru({ units: 128 }), dense({ units: 10, activation: "softmax" })],
    mask: () => [masking()],
    shape: [null, 40],
  };
} // prettier-ignore

/** Vectors of 10,000 words, a bidirectional GRU(64), its largest values; 0 is padding, 1 the unknown word. */
async function reviews() {
  const texts = ["pos", "neg"].map((part) => readFileSync(join(data, `rt-polarity/rt-polarity.${part}`), "latin1").trim().split(/\r?\n/));
  const words = texts.flat().map((text) => text.split(/\s+/).filter(Boolean));
  const numbers = tokenizer({ numWords: 10_000, oovToken: "[UNK]", lower: false });
  numbers.fitOnTexts(words);
  return {
    sequences: numbers.textsToSequences(words).map((s) => tensor(Int32Array.from(s))),
    labels: texts.flatMap((part, k) => part.map(() => 1 - k)),
    net: () => [
      embedding({ inputDim: 10_000, outputDim: 64, maskZero: true }),
      bidirectional({ layer: gru({ units: 64, returnSequences: true }) }),
      globalMaxPooling1d(), dropout({ rate: 0.5 }), dense({ units: 2, activation: "softmax" }),
    ],
    mask: () => [],
    shape: [null],
  };
} // prettier-ignore

/** The same network twice with the same weights: on sequences as they are, and on padded ones with masks. */
function twins(set) {
  const input = () => layers.input({ shape: set.shape, dtype: set.shape.length === 1 ? "int32" : "float32" });
  const made = [set.net(), [...set.mask(), ...set.net()]].map((list) => sequential([input(), ...list], { seed: 1 }));
  made[1].setWeights(made[0].getWeights());
  for (const net of made) {
    const optimizer = optimizers.adam({ learningRate: 1e-3 });
    net.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  }
  return { packed: made[0], masked: made[1] };
}

/** Random batches, each as it is and padded with zeros to its longest sequence. */
function draw({ sequences, labels }, random) {
  const order = Int32Array.from(sequences.keys());
  random.shuffle(order);
  return Array.from({ length: batches }, (_, k) => {
    const chosen = Array.from({ length: B }, (_, i) => order[(k * B + i) % order.length]);
    const x = ragged(chosen.map((i) => sequences[i]));
    const [N, T] = x.shape;
    return {
      packed: x,
      masked: x.pad().values,
      y: Int32Array.from(chosen, (i) => labels[i]),
      padded: N * T,
      real: x.steps,
    };
  });
}

/** Milliseconds by the clock and of the processor, of each way over all batches; the ways take turns. */
async function round(run, drawn) {
  const times = { packed: { wall: 0, cpu: 0 }, masked: { wall: 0, cpu: 0 } };
  for (const [k, batch] of drawn.entries()) {
    for (const name of k % 2 === 0 ? ["packed", "masked"] : ["masked", "packed"]) {
      const [begin, used] = [performance.now(), process.cpuUsage()];
      await run(name, batch);
      const { user, system } = process.cpuUsage(used);
      times[name].wall += performance.now() - begin;
      times[name].cpu += (user + system) / 1000;
    }
  }
  return times;
}

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

async function measure(title, set) {
  const nets = twins(set);
  const drawn = draw(set, new Random(Number(values.seed)));
  const ratio = drawn.reduce((sum, b) => sum + b.padded, 0) / drawn.reduce((sum, b) => sum + b.real, 0);
  const [a, b] = await Promise.all(["packed", "masked"].map((name) => nets[name].predict(drawn[0][name])));
  const off = a.data.reduce((most, v, i) => Math.max(most, Math.abs(v - b.data[i])), 0);
  if (off > 1e-5) throw new Error(`${title}: packed and masked outputs differ by ${off}`);
  const ways = {
    training: (name, batch) => nets[name].trainOnBatch(batch[name], batch.y),
    inference: (name, batch) => nets[name].predictOnBatch(batch[name]),
  };
  for (const [what, run] of Object.entries(ways)) {
    for (let i = 0; i < WARM / drawn.length; i++) await round(run, drawn); // compiled, and the memory has grown
    const all = [];
    for (let i = 0; i < rounds; i++) all.push(await round(run, drawn));
    const speedUp = (clock) => median(all.map(({ packed, masked }) => masked[clock] / packed[clock]));
    const ms = (name) => (median(all.map((times) => times[name].wall)) / drawn.length).toFixed(2);
    const of = (clock) => [speedUp(clock).toFixed(2), (speedUp(clock) / ratio).toFixed(2)];
    const cells = [title, what, ratio.toFixed(2), ms("masked"), ms("packed"), ...of("wall"), ...of("cpu")];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

await setThreads(Number(values.threads));
console.log(
  `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.version}; ${values.threads} thread(s), ` +
    `${batches} random batches of ${B}, ${rounds} rounds, seed ${values.seed}`,
);
console.log(
  "\n| data | work | padded/real | masked, ms | packed, ms | speed-up | of the ratio | by processor time | of the ratio |",
);
console.log(`|${" --- |".repeat(9)}`);
const begin = performance.now();
const left = [];
for (const [name, load] of Object.entries({ vowels, digits, reviews })) {
  if (values.only && !values.only.split(",").includes(name)) continue;
  const folder = { vowels: "ucr/JapaneseVowels", digits: "fsdd/recordings", reviews: "rt-polarity" }[name];
  if (!existsSync(join(data, folder))) left.push(`left out: there is no ${folder} in ${data}`);
  else await measure(name, await load());
}
for (const line of left) console.log(line);
console.log(`\n${((performance.now() - begin) / 1000).toFixed(0)} s`);
process.exit(0);
