import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Random, type Dataset } from "sluice";
import { attach } from "../../../src/tasks/attachment.js";
import { generateText, textOf } from "../../../src/tasks/generate/continuation.js";
import { natsOf } from "../../../src/tasks/generate/likelihood.js";
import { generateTask } from "../../../src/tasks/generate/task.js";
import { readOptions } from "../../../src/tasks/options.js";

/** Sentences of a small grammar: letters within a word are certain, words are not. */
function prose(sentences: number): string {
  const random = new Random(1);
  const pick = (words: readonly string[]) => words[random.below(words.length)]!;
  return Array.from({ length: sentences }, () => {
    return `the ${pick(["old", "small", "grey"])} ${pick(["cat", "dog", "whale"])} ${pick(["sleeps", "swims", "sings"])}.\n`;
  }).join("");
}

const bytes = (text: string) => new TextEncoder().encode(text);
const warnings: string[] = [];
const context = { warn: (message: string) => void warnings.push(message) };
const prepare = (text: string, options: object = {}) =>
  generateTask.prepare(bytes(text), readOptions("generate", generateTask.options, options), context);

const SMALL = { units: [24], embedding: 8, sequenceLength: 20, batchSize: 8, stepsPerEpoch: 60, learningRate: 0.01 };
const prepared = await prepare(prose(600), { ...SMALL, epochs: 3 });
const { model, pipeline, fit } = prepared;
const { history } = await model.fit(prepared.train as Dataset, {
  epochs: fit.epochs,
  validationData: prepared.validation,
  verbose: 0,
});
attach(model, pipeline);
const part = pipeline.vocabulary.number({
  name: "",
  ids: Uint8Array.from(prose(3), (_, i) => i),
  pieces: [...prose(3)],
});

test("it learns the words and is better than letters alone", async () => {
  const { entries, count, of, part: name, verdict, pictures } = await prepared.test(model);
  const [network, unigram, ngram] = entries;
  assert.ok(network!.values["nats"]! < 0.35 * unigram!.values["nats"]!, JSON.stringify(entries));
  assert.equal(ngram!.name, "5-gram of characters");
  assert.equal(network!.values["bits"], network!.values["nats"]! / Math.LN2);
  assert.deepEqual([of, name], ["characters", "test"]);
  assert.ok(count > 500 && verdict.includes("better than unigram"));
  const picture = pictures[0]!;
  assert.ok(picture.kind === "samples" && picture.samples.length === 3);
  assert.ok(
    picture.samples[0]!.text.split(/\s+/).filter((word) => word === "the").length > 5,
    picture.samples[0]!.text,
  );
});

test("what the n-gram model is counted in is said where that is not the whole training part", async () => {
  const long = await prepare("ab".repeat(1_100_000), { ...SMALL, units: [2], validation: 0.001, test: 0.001 });
  const { entries } = await long.test(long.model);
  assert.equal(entries[2]!.name, "5-gram of characters, counted in the last 2,000,000");
});

test("another file is the test part, and named so", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-generate-"));
  const testData = join(folder, "other.txt");
  writeFileSync(testData, prose(20));
  const made = await prepare(prose(200), { ...SMALL, testData });
  const { part: name } = await made.test(made.model);
  assert.equal(name, testData);
  assert.match(Object.fromEntries(made.facts)["test part"]!, /characters, those of .*other\.txt$/);
  rmSync(folder, { recursive: true });
});

test("the loss that decides when to stop is what the validation part is then judged by", async () => {
  const { entries } = await prepared.validate(model);
  const [loss, judged] = [history["val_loss"]!.at(-1)!, entries[0]!.values["nats"]!];
  assert.ok(Math.abs(loss - judged) < 0.01 * judged, `${loss}, ${judged}`);
});

/** Mean surprise from predictions for the whole text at once, each sequence from its beginning. */
async function natsByPredict(ids: ArrayLike<number>): Promise<number> {
  const logits = await model.predict([Array.from(ids).slice(0, -1)]);
  const V = logits.shape[2]!;
  let sum = 0;
  for (let t = 0; t < ids.length - 1; t++) {
    const row = Array.from(logits.data.subarray(t * V, (t + 1) * V));
    sum += Math.log(row.reduce((total, x) => total + Math.exp(x), 0)) - row[ids[t + 1]!]!;
  }
  return sum / (ids.length - 1);
}

test("the likelihood of a text is that of its predictions, read in one place or in many", async () => {
  assert.ok(Math.abs((await natsOf(model, part)) - (await natsByPredict(part))) < 1e-5);
  const corpus = new TextEncoder().encode(prose(200));
  const { entries, count, verdict } = await pipeline.evaluate(model, corpus);
  assert.match(verdict, /The n-gram model is too large to be saved with the network/);
  const ids = pipeline.vocabulary.encode(prose(200), "error");
  assert.equal(count, ids.length - 1);
  assert.ok(count > 3 * 1024, "long enough to be read in several places");
  const whole = await natsByPredict(ids);
  assert.ok(Math.abs(entries[0]!.values["nats"]! - whole) < 1e-4, `${entries[0]!.values["nats"]}, ${whole}`);
});

test("greedy text is what predictions on the whole prompt say, letter after letter", async () => {
  let text = "the grey ";
  const written = await textOf(generateText(model, { prompt: text, length: 30, temperature: 0 }));
  for (let n = 0; n < 30; n++) {
    const logits = await model.predict([Array.from(pipeline.vocabulary.encode(text, "error"))]);
    const V = logits.shape[2]!;
    const last = logits.data.subarray(-V);
    text += pipeline.vocabulary.decode([last.indexOf(Math.max(...last))]);
  }
  assert.equal(`the grey ${written}`, text);
});

test("a seed makes the text; without one it is another each time; it comes in pieces and ends before a stop", async () => {
  const write = (options: object) => textOf(generateText(model, { length: 120, temperature: 1, ...options }));
  const once = await write({ seed: 5 });
  assert.equal([...once].length, 120);
  assert.equal(once, await write({ seed: 5 }));
  assert.notEqual(once, await write({ seed: 6 }));
  assert.notEqual(await write({}), await write({}));
  const pieces: string[] = [];
  for await (const piece of generateText(model, { prompt: "the ", seed: 1, length: 200, stop: [".\n"] }))
    pieces.push(piece);
  assert.ok(pieces.length > 5);
  assert.ok(!pieces.join("").includes("."), pieces.join(""));
});

test("saved as JSON and revived it writes and judges the same", async () => {
  const revived = generateTask.revive(JSON.parse(JSON.stringify(pipeline.toJSON())));
  assert.deepEqual(revived.toJSON(), pipeline.toJSON());
  const rows = [{ prompt: "the old" }, { prompt: "" }];
  const options = { length: 40, temperature: 0.7 };
  assert.deepEqual(await revived.predict(model, rows, options), await pipeline.predict(model, rows, options));
  const lines = await revived.predict(model, bytes("the old\n\nthe small\n"), options);
  assert.deepEqual(lines.map(({ prompt }) => prompt), ["the old", "the small"]); // prettier-ignore
  assert.equal(lines[0]!["continuation"], (await revived.predict(model, rows, options))[0]!["continuation"]);
  const text = bytes(prose(5));
  assert.deepEqual((await revived.evaluate(model, text)).entries, (await pipeline.evaluate(model, text)).entries);
});

test("words: punctuation stays where it belongs, perplexity is the judge", async () => {
  const words = await prepare(prose(400), { ...SMALL, level: "word", sequenceLength: 8, epochs: 2, test: 0 });
  await words.model.fit(words.train as Dataset, { epochs: 2, verbose: 0 });
  const { judge, entries, part: name } = await words.test(words.model);
  assert.deepEqual([judge.name, name], ["perplexity", "validation"]);
  assert.ok(entries[0]!.values["perplexity"]! < 0.5 * entries[1]!.values["perplexity"]!, JSON.stringify(entries));
  attach(words.model, words.pipeline);
  const options = { length: 40, temperature: 0.5, seed: 2 };
  const text = await textOf(generateText(words.model, options));
  assert.match(text, /^(?:the (?:old|small|grey) (?:cat|dog|whale) \w+\.\n)+(?:[\w .]*)$/);
  assert.equal(
    await textOf(generateText(words.model, { ...options, prompt: "the " })),
    (await textOf(generateText(words.model, { ...options, prompt: "the" }))).slice(1),
  );
});

test("nothing after the training part is known to the model", async () => {
  const text = prose(300);
  const changed = text.slice(0, -200) + "Q".repeat(200);
  const [a, b] = [await prepare(text, SMALL), await prepare(changed, SMALL)];
  assert.deepEqual(a.pipeline.toJSON(), b.pipeline.toJSON());
  assert.match(warnings.at(-1)!, /^200 characters of the test part are not in the training part/);
});

test("what cannot be done is said", async () => {
  await assert.rejects(
    prepare("too short"),
    /bytes is too short: 9 characters, .* sequenceLength 100 needs at least 101/,
  );
  await assert.rejects(prepare("a".repeat(5000)), /at least 2 different pieces .*got 1/);
  await assert.rejects(prepare("ab".repeat(500), { validation: 0.6, test: 0.5 }), /leave nothing to train on/);
  assert.throws(() => prepare("ab", { bidirectional: true }), /unknown option "bidirectional"/);
  assert.throws(
    () => generateText(model, { prompt: "the\nZoo" }),
    /generate: prompt: the character "Z" .*line 2, column 1/,
  );
  assert.throws(() => generateText(model, { temperature: -1 }), /generate: option temperature/);
  assert.throws(() => generateText(model, { topp: 0.9 } as object), /unknown option "topp"; did you mean "topP"\?/);
  assert.ok((await textOf(generateText(model, { prompt: "Zoo the", unknown: "skip", length: 5 }))).length > 0);
  await assert.rejects(pipeline.predict(model, [{ text: "a", more: "b" }]), /no column "prompt"/);
  await assert.rejects(pipeline.evaluate(model, bytes("a")), /at least 2 characters or words/);
});
