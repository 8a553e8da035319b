// Sentiment of about a hundred sentences, each step in the open: Tokenizer, padSequences, Embedding, GRU.
// The sentences were written for this example. `node build/examples/sentiment.js 30`
import { pathToFileURL } from "node:url";
import { layers, optimizers, sequential, tensor } from "sluice";
import { padSequences, readTable, stratifiedSplit, textsOf, tokenizer } from "sluice/data";

const [WORDS, LENGTH] = [300, 12];

export async function main(epochs: number, file = "examples/data/sentences.tsv") {
  const table = await readTable(file);
  const texts = textsOf("sentiment", table, "text") as string[];
  const labels = textsOf("sentiment", table, "label") as string[];
  const [train, test] = stratifiedSplit(labels, [0.75, 0.25], 1) as [Int32Array, Int32Array];
  const textsIn = (rows: Int32Array) => Array.from(rows, (row) => texts[row]!);

  // The words are those of the training part: what stands in the test part must not be known before.
  const words = tokenizer({ numWords: WORDS, oovToken: "[UNK]" });
  words.fitOnTexts(textsIn(train));
  const encode = (sentences: string[]) =>
    padSequences(words.textsToSequences(sentences), { maxLen: LENGTH, padding: "post" });
  const targets = (rows: Int32Array) =>
    tensor(
      Array.from(rows, (row) => (labels[row] === "good" ? 1 : 0)),
      [rows.length, 1],
    );

  const model = sequential(
    [
      layers.embedding({ inputDim: WORDS, outputDim: 32, maskZero: true }),
      layers.dropout({ rate: 0.3 }),
      layers.gru({ units: 32 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed: 1 },
  );
  const optimizer = optimizers.adam({ learningRate: 5e-3, globalClipNorm: 1 });
  model.compile({ optimizer, loss: "binaryCrossentropy", metrics: ["accuracy"] });
  model.summary();
  await model.fit(encode(textsIn(train)), targets(train), { epochs, batchSize: 8, verbose: 0 });
  const { accuracy } = await model.evaluate(encode(textsIn(test)), targets(test));
  console.log(`held-out sentences: ${test.length}, accuracy ${accuracy!.toFixed(3)}`);

  const own = ["The staff were friendly and the room was lovely", "A boring evening and a cold, horrible dinner"];
  const { data } = await model.predict(encode(own));
  for (const [i, sentence] of own.entries()) console.log(`${data[i]!.toFixed(2)}  ${sentence}`);
  return { accuracy: accuracy!, good: Array.from(data) };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 30));
