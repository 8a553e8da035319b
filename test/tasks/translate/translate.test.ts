/** The task translate: tokens, parts, baselines, a run from pairs to answers, and what is wrong with data. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { openRun, resumeRun, translate } from "sluice/tasks";
import { trainingBatches } from "../../../src/tasks/translate/batches.js";
import { Codec } from "../../../src/tasks/translate/codec.js";
import { grouped } from "../../../src/tasks/translate/judge.js";
import { readPairs, readSources } from "../../../src/tasks/translate/pairs.js";
import { prepareTranslate } from "../../../src/tasks/translate/prepare.js";
import { Nearest } from "../../../src/tasks/translate/rivals.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-translate-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const rules = { level: "word", lower: false, writes: true } as const;
const all = { minCount: 1, most: 1000 };

test("texts come back from their tokens", () => {
  const texts = ["Hello, world!", "Don't go: it's 3.14 (well-known).", "我不知道。", "他说: “Hello, 你好!”", "a  b", "dog 狗 cat"];
  const codec = Codec.fit(texts, rules, all);
  for (const text of texts) assert.equal(codec.decode(codec.encode(text)), text);
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (given) => {
      const text = given.normalize("NFC").trim();
      if (text === "") return;
      for (const level of ["word", "char"] as const) {
        const own = Codec.fit([text], { ...rules, level }, all);
        assert.equal(own.decode(own.encode(text)), text);
        assert.deepEqual(Codec.revive(JSON.parse(JSON.stringify(own))).encode(text), own.encode(text));
      }
    }),
  );
  const spaced = Codec.fit(["HH AH0  L OW1"], { ...rules, level: "space" }, all);
  assert.equal(spaced.decode(spaced.encode("OW1 HH")), "OW1 HH");
}); // prettier-ignore

test("rare tokens are unknown, a source without white space has no tokens for it", () => {
  const codec = Codec.fit(["a b a. B", "a c"], { level: "word", lower: true, writes: false }, { minCount: 2, most: 9 });
  assert.deepEqual(codec.pieces, ["a", "b"]);
  assert.deepEqual(codec.encode("A b c. a"), [4, 5, 3, 3, 4]);
  assert.equal(codec.size, 6);
  assert.throws(() => Codec.fit(["a b"], rules, { minCount: 2, most: 9 }), /no token came 2 times/);
  assert.throws(() => Codec.revive({ level: "letters" }), /level must be one of word, char, space/);
});

test("columns by name and by number, with the header or without; cells are texts whatever they look like", async () => {
  writeFileSync(at("plain.tsv"), 'Hi.\t嗨。\tCC-BY\n12\t十二\tCC-BY\n"No," he said.\t他说“不”。\tCC-BY\nNA\t不适用\tx\n');
  const pairs = await readPairs("t", at("plain.tsv"), { source: "1", target: "2" }, {});
  assert.deepEqual(pairs.sources, ["Hi.", "12", '"No," he said.', "NA"]);
  assert.deepEqual(pairs.targets, ["嗨。", "十二", "他说“不”。", "不适用"]);
  writeFileSync(at("named.tsv"), "en\tzh\n007\t零零七\nYes\t是\n");
  const named = await readPairs("t", at("named.tsv"), { source: "en", target: "zh" }, {});
  assert.deepEqual(named.sources, ["007", "Yes"]);
  const rows = [{ en: "a", de: "b" }]; // prettier-ignore
  await assert.rejects(readPairs("t", rows, { source: "en", target: "dee" }, {}), /no column "dee"; did you mean "de"/);
  await assert.rejects(readPairs("t", at("plain.tsv"), { source: "1", target: "7" }, {}), /has 3 columns, no column 7/);
  writeFileSync(at("gap.tsv"), "en\tzh\nYes\t是\nNo\t\n");
  await assert.rejects(readPairs("t", at("gap.tsv"), { source: "en", target: "zh" }, {}), /gap\.tsv, line 3: column "zh" has no sentence/);
}); // prettier-ignore

test("what is to be translated: lines of a text, the column of the source, or the only one", async () => {
  const columns = { source: "en", target: "zh" };
  writeFileSync(at("new.txt"), "Hello, you.\n\nBye.\n");
  assert.deepEqual(await readSources("t", at("new.txt"), columns, { format: "tsv" }, false), ["Hello, you.", "Bye."]);
  writeFileSync(at("table.txt"), "en\tzh\nBye.\t再见。\n");
  assert.deepEqual(await readSources("t", at("table.txt"), columns, { format: "tsv" }, true), ["Bye."]);
  assert.deepEqual(await readSources("t", [{ zh: "x", en: "y" }], columns, {}, false), ["y"]); // prettier-ignore
  assert.deepEqual(await readSources("t", [{ any: "y" }], columns, {}, false), ["y"]); // prettier-ignore
});

/** Digits and their names, each number twice, once in capitals; some with a second translation. */
function numbers(): { digits: string; words: string }[] {
  const names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
  return Array.from({ length: 300 }, (_, i) => i).flatMap((i) => {
    const digits = `n ${[...String(i)].join(" ")}`;
    const words = [...String(i)].map((d) => names[Number(d)]!).join(" ");
    return [{ digits, words }, { digits: digits.toUpperCase(), words }, ...(i % 10 === 0 ? [{ digits, words: `number ${words}` }] : [])];
  });
} // prettier-ignore

const options = {
  source: "digits", target: "words", sourceLevel: "word", targetLevel: "word", units: 24, embedding: 12, batchSize: 16, dropout: 0,
  learningRate: 0.02, epochs: 4, minCount: 1, beamWidth: 3, maxTargetLength: 3, runs: folder,
} as const; // prettier-ignore

test("no source stands in two parts, too long pairs are left out, and batches hold each pair once", async () => {
  const warnings: string[] = [];
  const parsed = translate.options.parse({ ...options, maxTargetLength: 2 });
  const prepared = await prepareTranslate(numbers(), parsed, { warn: (text) => warnings.push(text) });
  assert.match(warnings.join(), /of \d+ training pairs are longer than 80 and 2 tokens; they are left out/);
  const facts = Object.fromEntries(prepared.facts);
  const counts = facts["pairs (training / validation / test)"]!.split(" / ").map(Number);
  assert.equal(counts.reduce((a, b) => a + b), 630); // prettier-ignore
  // In capitals and not, each number is one source: 15 and 30 of 300 in the two small parts.
  assert.deepEqual(facts["different sources"]!.split(" / ").slice(1), ["30", "60"]);
  const lengths = Array.from({ length: 100 }, (_, i) => 1 + ((i * 7) % 13));
  const pairs = { sources: lengths.map((n) => new Array<number>(n).fill(4)), targets: lengths.map((n) => new Array<number>(n).fill(5)) };
  const seen = [...trainingBatches(pairs, { batchSize: 8, seed: 1 }, 0)] as unknown as { x: { source: { shape: number[]; data: Int32Array } } }[];
  assert.equal(seen.reduce((sum, { x }) => sum + x.source.shape[0]!, 0), 100);
  assert.equal(seen.reduce((sum, { x }) => sum + x.source.data.filter((id) => id !== 0).length, 0), lengths.reduce((a, b) => a + b));
}); // prettier-ignore

test("translations of one source are all right", () => {
  const groups = grouped({ sources: ["a", "b", "a"], targets: ["x", "y", "z"] });
  assert.deepEqual(groups, { sources: ["a", "b"], references: [["x", "z"], ["y"]] }); // prettier-ignore
});

test("the most similar sentence by tf-idf, which a file keeps", () => {
  const sources = ["the cat sat", "the dog ran", "the the the", "a bird"];
  const codec = Codec.fit(sources, { ...rules, writes: false }, all);
  const nearest = new Nearest(sources, ["1", "2", "3", "4"], codec);
  // By hand: "the" is in three of four sentences and weighs ln(5/3); "dog" is in one and weighs ln 5.
  assert.equal(nearest.translate("the dog"), "2");
  assert.equal(nearest.translate("the the"), "3");
  assert.equal(nearest.translate("nothing known"), "1");
  const again = Nearest.revive(JSON.parse(JSON.stringify(nearest.saved())), codec);
  assert.equal(again.translate("bird song"), "4");
});

test("a run learns, is saved, measured again, and goes on as if it had not stopped", async () => {
  const data = at("numbers.jsonl");
  writeFileSync(data, numbers().map((row) => JSON.stringify(row)).join("\n"));
  const hooks = { verbose: 0 } as const;
  const run = await translate.train(data, { ...options, name: "whole" }, hooks);
  const [network, copy, nearest] = run.evaluation!.entries;
  assert.ok(network!.values["chrf"]! > nearest!.values["chrf"]! + 20, JSON.stringify(run.evaluation!.entries));
  assert.ok(copy!.values["chrf"]! < 5);
  assert.equal(run.evaluation!.judge.name, "chrf", "texts of three words have no runs of four");
  const kinds = run.evaluation!.pictures.map(({ kind }) => kind);
  assert.deepEqual(kinds, ["samples", "heat", "heat"]);
  for (const picture of run.evaluation!.pictures) {
    if (picture.kind === "heat") assert.ok(picture.values.length === picture.y.length && picture.values.every((row) => row.length === picture.x.length));
  }
  assert.match(readFileSync(join(run.folder!, "report.html"), "utf8"), /What was looked at/);

  const opened = await openRun(run.folder!);
  const asked = [{ digits: "n 1 7" }, { digits: "N 2 5 ?" }];
  const answers = await opened.predict(asked);
  assert.deepEqual(answers, await run.predict(asked), "the saved model answers the same");
  assert.equal(answers[0]!["translation"], "one seven");
  assert.ok(Number((await opened.predict(asked, { lengthPenalty: 2 }))[0]!["score"]) > Number(answers[0]!["score"]));
  await assert.rejects(opened.predict(asked, { beams: 2 }), /translate\.predict: .*unknown option "beams"|beams/);
  const measured = await opened.evaluate(numbers().slice(0, 40));
  assert.equal(measured.count, 38, "two of the sources have two translations");

  const half = await translate.train(data, { ...options, decay: "none", epochs: 2, name: "half" }, hooks);
  const resumed = await resumeRun(half.folder!, { epochs: 4, verbose: 0 });
  const straight = await translate.train(data, { ...options, decay: "none", name: "straight" }, hooks);
  assert.deepEqual(resumed.history.history["loss"], straight.history.history["loss"]);
}); // prettier-ignore

test("phonemes are judged by their errors; scheduled sampling and Bahdanau's order can be asked for", async () => {
  const spoken = numbers().map(({ digits, words }) => ({ digits, words: words.toUpperCase() }));
  const settings = { ...options, targetLevel: "space", sampling: 0.3, samplingSteps: 50, attendFirst: true, attention: "additive", epochs: 2 } as const;
  const run = await translate.train(spoken, { ...settings, name: "spoken" }, { verbose: 0, report: false });
  assert.equal(run.evaluation!.judge.name, "tokenErrorRate");
  assert.deepEqual(Object.keys(run.metrics), ["tokenErrorRate", "sentenceErrorRate"]);
  const decoder = run.model.getLayer("decoder");
  assert.ok(decoder.parameters.find((p) => p.name === "batches")!.data[0]! > 50);
}); // prettier-ignore

test("what cannot be is named", async () => {
  const train = (changes: object, data = numbers()) => translate.train(data, { ...options, ...changes }, { verbose: 0 });
  await assert.rejects(train({ target: "digits" }), /source and target are both the column digits/);
  await assert.rejects(train({ beamWidth: 0 }), /beamWidth/);
  await assert.rejects(train({ maxTargetLength: 0 }), /maxTargetLength/);
  await assert.rejects(train({ maxSourceLength: 1 }), /no training pair is short enough/);
  await assert.rejects(train({}, numbers().slice(0, 4)), /2 different sentences, too few for a training, a validation and a test part/);
}); // prettier-ignore
