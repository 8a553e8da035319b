// Speech to text with CTC: strings of two to four spoken commands, of which nobody says where a word begins. A GRU that reads both
// ways learns from the strings and their words alone; voices that it has never heard are the test. The recordings are synthetic
// (examples/data/spoken-commands/README.md). `node build/examples/transcribe.js 12`
import { pathToFileURL } from "node:url";
import { layers, optimizers, Random, sequential, tensor } from "sluice";
import { ctcBeamSearch, logMel, readClips } from "sluice/data";
import { wordErrorRate } from "sluice/tasks";
import { FILLING, stringsOf } from "./parts/spoken-strings.js";

const FOLDER = "examples/data/spoken-commands";
/** Voices of the test part: a clip belongs to it where its file's name begins so. */
const HELD_OUT = ["en-gb-x-rp-f1", "en-us-m1"];
const BANDS = 24;

export async function main(epochs: number) {
  const clips = await readClips(FOLDER);
  const { sampleRate } = clips;
  const hear = logMel({ sampleRate, hop: 0.03, frame: 0.03, nFft: 256, bands: BANDS, normalize: "clip" });
  const samples = await Promise.all(clips.paths.map(async (_, i) => (await clips.read(i)).samples));
  const voices = clips.paths.map((path) => /([^/]+)_\d+\.wav$/.exec(path)![1]!);
  const [random, speech] = [new Random(1), { clips, samples, voices, hear }];
  const heardVoices = [...new Set(voices)].filter((voice) => !HELD_OUT.includes(voice));
  const train = stringsOf(speech, 240, heardVoices, random);
  const test = stringsOf(speech, 60, HELD_OUT, random);

  const model = sequential(
    [
      layers.masking({ maskValue: FILLING, inputShape: [null, BANDS] }),
      layers.bidirectional({ layer: layers.gru({ units: 48, returnSequences: true, dropout: 0.2 }) }),
      layers.dense({ units: clips.classes.length + 1 }),
    ],
    { seed: 1 },
  );
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.01, globalClipNorm: 1 }), loss: "ctc" });
  await model.fit(train.x, train.y, { epochs, batchSize: 12, verbose: 0 });

  const mask = tensor(Int32Array.from({ length: test.x.size / BANDS }, (_, i) => Number(test.x.data[i * BANDS] !== FILLING)), test.x.shape.slice(0, 2)); // prettier-ignore
  const heard = ctcBeamSearch(await model.predict(test.x), { beams: 8, mask }).map(([best]) =>
    best!.labels.map((k) => clips.classes[k - 1]!).join(" "),
  );
  const rate = wordErrorRate(test.texts, heard);
  for (let i = 0; i < 3; i++) console.log(`said: ${test.texts[i]} | heard: ${heard[i]}`);
  console.log(`unheard voices: word error rate ${rate.toFixed(3)}`);
  return { rate, texts: test.texts, heard };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 12));
