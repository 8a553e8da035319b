// Spotting words in sound that never ends: a GRU hears strings of spoken digits among pauses and hiss, frame by frame, and says which
// one it is hearing now. Measured on voices that it has never heard, as a microphone would bring them: 20 ms at a time. The model's
// file holds all that `soundStream` needs; examples/microphone.ts lets a page listen with it. The recordings are synthetic; name a
// folder of your own, with one sub-folder per word. `node build/examples/spot-digits.js 20 [folder]`
import { mkdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { layers, optimizers, Random, sequential } from "sluice";
import { readClips } from "sluice/data";
import { attachSound, fitSoundFeatures, SoundFeatures, soundStream, type Decision } from "sluice/streaming";
import { batchOf, stringsOf } from "./parts/streams-of-words.js";

const HELD_OUT = ["en-gb-x-rp-f1", "en-us-m1"];
const NOTHING = "–";

export async function main(epochs: number, folder = "examples/data/spoken-digits", file?: string) {
  const clips = await readClips(folder);
  const { sampleRate, classes } = clips;
  const words = await Promise.all(
    clips.paths.map(async (_, i) => ({ label: clips.labels[i]!, ...(await clips.read(i)) })),
  );
  const isTest = (i: number) => HELD_OUT.some((voice) => clips.paths[i]!.split("/").at(-1)!.startsWith(`${voice}_`));
  const random = new Random(1);
  const part = (test: boolean, count: number) => stringsOf(words.filter((_, i) => isTest(i) === test), count, sampleRate, random); // prettier-ignore
  const [train, test] = [part(false, 200), part(true, 20)];

  // What is fitted is fitted on the training part; the mean then follows the room within two seconds.
  const logMel = { sampleRate, bands: 24, hop: 0.02, frame: 0.032, nFft: 256 };
  const features = new SoundFeatures(fitSoundFeatures(train.map(({ samples }) => samples), logMel, 2)); // prettier-ignore
  const labels = [NOTHING, ...classes];
  const model = sequential(
    [
      layers.gru({ units: 64, returnSequences: true, dropout: 0.2, inputShape: [null, features.size] }),
      layers.dense({ units: labels.length, activation: "softmax" }),
    ],
    { seed: 1 },
  );
  const optimizer = optimizers.adam({ learningRate: 0.005, globalClipNorm: 1 });
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
  const { x, y } = batchOf(train, features, labels);
  await model.fit(x, y, { epochs, batchSize: 10, verbose: 0 });
  attachSound(model, { features: features.config, labels, background: NOTHING, decision: { smooth: 0.1, on: 0.5, off: 0.3 } }); // prettier-ignore
  if (file !== undefined) await model.save(file);

  let [said, heard, wrong] = [0, 0, 0];
  for (const { samples, words } of test) {
    const decided: Decision[] = [];
    const ears = soundStream(model, { onDecision: (d) => d.kind === "on" && decided.push(d) });
    for (let at = 0; at < samples.length; at += 160) ears.push(samples.subarray(at, at + 160));
    ears.end();
    // Right is a word that is decided while it is said or within 0.3 s after it.
    const right = words.filter((w) =>
      decided.some((d) => d.label === w.label && d.time > w.from && d.time < w.to + 0.3),
    );
    [said, heard, wrong] = [said + words.length, heard + right.length, wrong + decided.length - right.length];
    if (said === words.length) console.log(`said:  ${words.map((w) => w.label).join(" ")}\nheard: ${decided.map((d) => d.label).join(" ")}`); // prettier-ignore
  }
  const seconds = test.reduce((sum, { samples }) => sum + samples.length / sampleRate, 0);
  console.log(`unheard voices: ${heard} of ${said} digits spotted, ${((60 * wrong) / seconds).toFixed(1)} false alarms a minute`); // prettier-ignore
  return { spotted: heard / said, falseAlarms: (60 * wrong) / seconds };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  mkdirSync("build", { recursive: true });
  await main(Number(process.argv[2] ?? 20), process.argv[3], "build/spot-digits.safetensors");
}
