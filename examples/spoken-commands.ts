// Spoken commands: log-mel features of short recordings, a GRU that reads them frame by frame, and voices that it has never heard
// as the test. The recordings are synthetic (examples/data/spoken-commands/README.md); name a folder of your own, with one
// sub-folder per word. `node build/examples/spoken-commands.js 30`
import { pathToFileURL } from "node:url";
import { layers, optimizers, sequential, tensor } from "sluice";
import { logMel, padSequences, readClips } from "sluice/data";

/** Voices of the test part: a clip belongs to it where its file's name begins so. */
const HELD_OUT = ["en-gb-x-rp-f1", "en-us-m1"];
const BANDS = 40;
const FILLING = -100; // features of deviation 1 never come near it

export async function main(epochs: number, folder = "examples/data/spoken-commands") {
  const clips = await readClips(folder);
  const features = logMel({ sampleRate: clips.sampleRate, bands: BANDS, normalize: "clip" });
  const frames: number[][][] = [];
  for (let i = 0; i < clips.length; i++) {
    const { samples } = await clips.read(i);
    frames.push(features.transform(samples).toArray() as number[][]);
  }

  const isTest = (i: number) => HELD_OUT.some((voice) => clips.paths[i]!.split("/").at(-1)!.startsWith(`${voice}_`));
  const numbers = clips.paths.map((_, i) => i);
  const part = (indices: number[]) => ({
    x: padSequences(
      indices.map((i) => frames[i]!),
      { padding: "post", value: FILLING, dtype: "float32" },
    ),
    y: tensor(
      Int32Array.from(indices, (i) => clips.classes.indexOf(clips.labels[i]!)),
      [indices.length],
    ),
  });
  const [train, test] = [part(numbers.filter((i) => !isTest(i))), part(numbers.filter(isTest))];
  console.log(
    `${clips.classes.join(", ")}: ${train.x.shape[0]} clips to learn from, ${test.x.shape[0]} of unheard voices`,
  );

  const model = sequential(
    [
      layers.masking({ maskValue: FILLING, inputShape: [null, BANDS] }),
      layers.gru({ units: 48, dropout: 0.2 }),
      layers.dense({ units: clips.classes.length, activation: "softmax" }),
    ],
    { seed: 1 },
  );
  model.compile({
    optimizer: optimizers.adam({ learningRate: 5e-3, globalClipNorm: 1 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  await model.fit(train.x, train.y, { epochs, batchSize: 12, verbose: 0 });
  const { accuracy } = await model.evaluate(test.x, test.y, { verbose: 0 });
  console.log(`unheard voices: accuracy ${accuracy!.toFixed(3)}; by chance ${(1 / clips.classes.length).toFixed(3)}`);
  return { accuracy: accuracy!, clips, test };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 30), process.argv[3]);
