// Speech to text with CTC: strings of two to four spoken commands, of which nobody says where a word begins. A GRU that reads both
// ways learns from the strings and their words alone; voices that it has never heard are the test. The recordings are synthetic
// (examples/data/spoken-commands/README.md). `node build/examples/transcribe.js 12`
import { pathToFileURL } from "node:url";
import { layers, optimizers, Random, sequential, tensor } from "sluice";
import { ctcBeamSearch, logMel, padSequences, readClips } from "sluice/data";
import { wordErrorRate } from "sluice/tasks";

const FOLDER = "examples/data/spoken-commands";
/** Voices of the test part: a clip belongs to it where its file's name begins so. */
const HELD_OUT = ["en-gb-x-rp-f1", "en-us-m1"];
const BANDS = 24;
const FILLING = -100; // features of deviation 1 never come near it

export async function main(epochs: number) {
  const clips = await readClips(FOLDER);
  const hear = logMel({
    sampleRate: clips.sampleRate,
    hop: 0.03,
    frame: 0.03,
    nFft: 256,
    bands: BANDS,
    normalize: "clip",
  });
  const samples = await Promise.all(clips.paths.map(async (_, i) => (await clips.read(i)).samples));
  const voiceOf = (i: number) => /([^/]+)_\d+\.wav$/.exec(clips.paths[i]!)![1]!;
  const random = new Random(1);

  /** Strings of words in one voice, with silences of up to 0.1 s before each word and after the last. */
  const strings = (count: number, voices: readonly string[]) => {
    const drawn = Array.from({ length: count }, () => {
      const voice = voices[random.below(voices.length)]!;
      const own = clips.paths.flatMap((_, i) => (voiceOf(i) === voice ? [i] : []));
      const words = Array.from({ length: 2 + random.below(3) }, () => own[random.below(own.length)]!);
      const silence = () => new Float32Array(random.below(800));
      const sound = Float32Array.from(words.flatMap((i) => [...silence(), ...samples[i]!]).concat(...silence()));
      return { frames: hear.transform(sound).toArray() as number[][], words: words.map((i) => clips.labels[i]!) };
    });
    // Class 0 is CTC's blank; a text ends where its padding begins.
    const classes = drawn.map(({ words }) => words.map((word) => 1 + clips.classes.indexOf(word)));
    return {
      x: padSequences(drawn.map(({ frames }) => frames), { padding: "post", value: FILLING, dtype: "float32" }), // prettier-ignore
      y: padSequences(classes, { padding: "post", value: -1 }),
      texts: drawn.map(({ words }) => words.join(" ")),
    };
  };
  const voices = [...new Set(clips.paths.map((_, i) => voiceOf(i)))];
  const train = strings(240, voices.filter((voice) => !HELD_OUT.includes(voice))); // prettier-ignore
  const test = strings(60, HELD_OUT);

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
