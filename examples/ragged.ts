// Sequences of unequal length without padding: which word is being said at each moment of strings of one to six spoken commands. Inputs
// and targets are ragged, batches hold the real steps only, and the predictions come back as ragged, one answer for each frame.
// The recordings are synthetic (examples/data/spoken-commands/README.md). `node build/examples/ragged.js 8`
import { pathToFileURL } from "node:url";
import { layers, optimizers, ragged, Random, sequential, type Ragged, type Tensor } from "sluice";
import { logMel, readClips } from "sluice/data";

/** Voices of the test part: a clip belongs to it where its file's name begins so. */
const HELD_OUT = ["en-gb-x-rp-f1", "en-us-m1"];
const BANDS = 24;
const HOP = 0.02;

export async function main(epochs: number) {
  const clips = await readClips("examples/data/spoken-commands");
  const rate = clips.sampleRate;
  const hear = logMel({ sampleRate: rate, hop: HOP, frame: HOP, nFft: 256, bands: BANDS, normalize: "clip" });
  const samples = await Promise.all(clips.paths.map(async (_, i) => (await clips.read(i)).samples));
  const random = new Random(1);

  /** Strings of words, and for each frame the word that is being said, by its number. */
  function strings(count: number, heldOut: boolean): { x: Ragged; y: Ragged } {
    const isHeldOut = (path: string) => HELD_OUT.some((voice) => path.split("/").at(-1)!.startsWith(`${voice}_`));
    const own = clips.paths.flatMap((path, i) => (isHeldOut(path) === heldOut ? [i] : []));
    const drawn = Array.from({ length: count }, () => {
      const words = Array.from({ length: 1 + random.below(6) }, () => own[random.below(own.length)]!);
      const frames: Tensor = hear.transform(Float32Array.from(words.flatMap((i) => [...samples[i]!])));
      const ends = words.map((_, k) => words.slice(0, k + 1).reduce((sum, i) => sum + samples[i]!.length, 0));
      const labels = Int32Array.from({ length: frames.shape[0]! }, (_, t) => {
        const word = words[ends.findIndex((end) => (t + 0.5) * HOP * rate < end)] ?? words.at(-1)!;
        return clips.classes.indexOf(clips.labels[word]!);
      });
      return { frames, labels };
    });
    return { x: ragged(drawn.map(({ frames }) => frames)), y: ragged(drawn.map(({ labels }) => labels)) };
  }

  const [train, test] = [strings(160, false), strings(40, true)];
  const padded = train.x.shape[0]! * train.x.shape[1]!;
  console.log(`${train.x.count} strings, ${train.x.steps} frames; padded to the longest they would be ${padded}`);
  const model = sequential(
    [
      layers.bidirectional({ layer: layers.gru({ units: 32, returnSequences: true }), inputShape: [null, BANDS] }),
      layers.dense({ units: clips.classes.length, activation: "softmax" }),
    ],
    { seed: 1 },
  );
  const optimizer = optimizers.adam({ learningRate: 5e-3, globalClipNorm: 1 });
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  await model.fit(train.x, train.y, { epochs, batchSize: 16, verbose: 0 });
  const { accuracy } = await model.evaluate(test.x, test.y);
  const answers = (await model.predict(test.x)) as Ragged;
  const { shape } = answers.sequence(0);
  console.log(
    `frames of unheard voices: accuracy ${accuracy!.toFixed(3)}; answers of the first string [${shape.join(", ")}]`,
  );
  return { accuracy: accuracy!, answers, test };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 8));
