/** Spoken digits: log-mel frames of short recordings. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { tensor } from "sluice";
import { logMel, padSequences, readWav } from "sluice/data";
import { bestConstant } from "../baselines/constant.mjs";
import { applyLinear, fitLinear } from "../baselines/linear.mjs";
import { DATA, writeCsv } from "../files.mjs";
import { accuracy, classesOf } from "../scores.mjs";

const FOLDER = new URL("fsdd/recordings/", DATA);
/** Recordings 0 to 4 of each speaker and digit are the test part. */
const TEST = 5;

/** {digit}_{speaker}_{index}.wav */
const clipNames = () => readdirSync(FOLDER).filter((name) => name.endsWith(".wav")).sort(); // prettier-ignore
/** @param {string} name */
const indexOf = (name) => Number(name.replace(/^.*_|\.wav$/g, ""));

const features = logMel({
  sampleRate: 8000,
  frame: 0.025,
  hop: 0.01,
  nFft: 512,
  bands: 40,
  floor: 1e-6,
  normalize: "clip",
});

/** Clips as [T, 40], each band with mean 0 and deviation 1 over the clip. */
async function readClips() {
  const clips = [];
  for (const name of clipNames()) {
    const { samples } = await readWav(readFileSync(new URL(name, FOLDER)), { name });
    const { data, shape } = features.transform(samples);
    const frames = Array.from({ length: shape[0] }, (_, t) => Array.from(data.subarray(t * 40, (t + 1) * 40)));
    clips.push({ frames, label: Number(name[0]), test: indexOf(name) < TEST });
  }
  return clips;
}

/** Means over 8 equal parts of a clip, one after the other. @param {number[][]} frames */
function segmentMeans(frames) {
  return Array.from({ length: 8 }, (_, s) => {
    const begin = Math.min(Math.floor((s * frames.length) / 8), frames.length - 1);
    const end = Math.max(begin + 1, Math.floor(((s + 1) * frames.length) / 8));
    const part = frames.slice(begin, end);
    return part[0].map((_, d) => part.reduce((sum, frame) => sum + frame[d], 0) / part.length);
  }).flat();
}

/** @type {import("./index.mjs").Row} */
export const fsdd = {
  id: "fsdd",
  task: "spoken digits",
  metrics: [{ name: "accuracy", mode: "max", digits: 3 }],
  published: { torch: { accuracy: { mean: 0.947, n: 1 } }, trivial: { accuracy: 0.1 }, simple: { accuracy: 0.84 } },
  names: { trivial: "best constant", simple: "ridge on 8 means" },
  spec: {
    grus: [128], pool: "last", units: 10, activation: "linear", loss: "classes",
    learningRate: 1e-3, batch: 32, epochs: 20,
  }, // prettier-ignore

  async load() {
    const clips = await readClips();
    const part = (/** @type {boolean} */ test) => {
      const chosen = clips.filter((clip) => clip.test === test);
      return {
        x: padSequences(chosen.map(({ frames }) => frames), { padding: "post", dtype: "float32" }),
        y: tensor(Int32Array.from(chosen, ({ label }) => label)),
        lengths: Int32Array.from(chosen, ({ frames }) => frames.length),
      }; // prettier-ignore
    };
    return { parts: { train: part(false), test: part(true) }, clips };
  },

  defaults: {
    task: "classify",
    values: { accuracy: "accuracy" },
    async prepare(folder) {
      const [source, testData] = [false, true].map((test) => {
        const chosen = clipNames().filter((name) => indexOf(name) < TEST === test);
        const rows = chosen.map((name) => [fileURLToPath(new URL(name, FOLDER)), name[0]]);
        return writeCsv(folder, test ? "test.csv" : "train.csv", ["path", "label"], rows);
      });
      return { source, options: { audio: true, testData } };
    },
  },

  score: (outputs, { parts: { test } }) => ({ accuracy: accuracy(test.y.data, classesOf(outputs, test.y.size)) }),

  baselines({ clips }) {
    const [train, test] = [false, true].map((kind) => clips.filter((clip) => clip.test === kind));
    const oneHot = train.map(({ label }) => Array.from({ length: 10 }, (_, c) => (c === label ? 1 : 0)));
    const weights = fitLinear(train.map(({ frames }) => segmentMeans(frames)), oneHot, 1); // prettier-ignore
    const scores = test.flatMap(({ frames }) => applyLinear(weights, segmentMeans(frames)));
    const labels = test.map(({ label }) => label);
    return {
      trivial: { accuracy: bestConstant(labels) },
      simple: { accuracy: accuracy(labels, classesOf(scores, test.length)) },
    };
  },
};
