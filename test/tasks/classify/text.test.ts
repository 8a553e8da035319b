import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tensor } from "sluice";
import { classifyTask } from "../../../src/tasks/classify/task.js";
import { prepare, reviews, SMALL, trained, type Row } from "./support.js";

const TEXT = { text: "text" };
const pipelineOf = (saved: object) => classifyTask.revive(JSON.parse(JSON.stringify(saved)));

test("texts that a word tells apart are learnt, and beat the trivial baseline", async () => {
  const { model, pipeline, test: measure, validate } = await trained(reviews(200), TEXT);
  const result = await measure(model);
  const [network, trivial, simple] = result.entries;
  assert.ok(network!.values["accuracy"]! >= 0.95, JSON.stringify(network));
  assert.equal(trivial!.kind, "trivial");
  assert.ok(Math.abs(trivial!.values["accuracy"]! - 0.5) < 0.06);
  assert.match(simple!.name, /^naive Bayes on words/);
  assert.ok(simple!.values["accuracy"]! >= 0.95);
  assert.equal(result.count, 20);
  assert.deepEqual(result.pictures.map(({ kind }) => kind), ["confusion", "roc"]); // prettier-ignore
  assert.equal((await validate(model)).part, "validation");

  const answers = await pipeline.predict(model, [{ text: "the plot was superb" }, { text: "the music was dull" }]);
  assert.deepEqual(answers.map(({ text, label }) => [text, label]), [["the plot was superb", "good"], ["the music was dull", "bad"]]); // prettier-ignore
  for (const { probability, p_good, p_bad } of answers as Record<string, number>[]) {
    assert.ok(Math.abs(p_good! + p_bad! - 1) < 1e-6);
    assert.equal(probability, Math.max(p_good!, p_bad!));
  }
});

test("a pipeline that was read back from JSON gives the same answers, and takes a list of texts", async () => {
  const { model, pipeline } = await trained(reviews(80), TEXT, 2);
  const again = pipelineOf(pipeline.toJSON());
  assert.deepEqual(again.toJSON(), pipeline.toJSON());
  const rows = reviews(12, 7).map(({ text }) => ({ text }));
  const answers = await pipeline.predict(model, rows);
  assert.deepEqual(await again.predict(model, rows), answers);
  assert.deepEqual(
    await again.predict(
      model,
      rows.map(({ text }) => String(text)),
    ),
    answers,
  );
  const evaluated = await again.evaluate(model, reviews(12, 7));
  assert.deepEqual(evaluated.entries.map(({ kind }) => kind), ["network", "trivial", "simple"]); // prettier-ignore
  assert.deepEqual(evaluated.entries, (await pipeline.evaluate(model, reviews(12, 7))).entries);
  assert.match(evaluated.verdict, /always (good|bad)/);
});

test("what stands in the test and validation parts changes neither vocabulary nor lengths nor training data", async () => {
  const rows = reviews(100);
  const first = await prepare(rows, { ...TEXT, ...SMALL });
  const [x] = first.train as readonly [Tensor, Tensor];
  // The parts are drawn by labels and seed alone, so that rows that training cannot see are found by changing them.
  const seen = new Set<number>();
  for (const [i, row] of rows.entries()) {
    const changed = rows.with(i, { ...row, text: `${row["text"]} extraordinary extraordinary` });
    const again = await prepare(changed, { ...TEXT, ...SMALL });
    const same = JSON.stringify(again.pipeline) === JSON.stringify(first.pipeline);
    if (same) {
      seen.add(i);
      assert.deepEqual((again.train as readonly [Tensor])[0].data, x.data);
    }
  }
  assert.equal(seen.size, 20, "a fifth of the rows is kept from training");
});

test("Chinese is read by character, other texts by word", async () => {
  const pieces = [["好", "快", "香"], ["差", "慢", "冷"], [..."菜饭店员送餐味道面包装盒"]]; // prettier-ignore
  const chinese = await trained(reviews(160, 3, pieces), TEXT);
  assert.equal(chinese.settings["level"], "char");
  const { entries } = await chinese.test(chinese.model);
  assert.ok(entries[0]!.values["accuracy"]! >= 0.9, JSON.stringify(entries[0]));
  assert.match(entries[2]!.name, /characters/);
  assert.equal((await prepare(reviews(40), TEXT)).settings["level"], "word");
  assert.equal((await prepare(reviews(40), { ...TEXT, level: "char" })).settings["level"], "char");
});

test("padding does not change a prediction", async () => {
  const { model, pipeline } = await trained(reviews(60), TEXT, 2);
  const long = { text: "the film was rather dull and its plot with the cast and the music and the scenes was tedious" };
  const [alone] = await pipeline.predict(model, [{ text: "superb" }]);
  const [beside] = await pipeline.predict(model, [{ text: "superb" }, long]);
  assert.ok(Math.abs((alone!["p_good"] as number) - (beside!["p_good"] as number)) < 1e-6);
});

test("several labels", async () => {
  const random = reviews(240, 5);
  const rows = random.map(({ text, label }, i): Row => {
    const other = i % 3 === 0;
    return { text: other ? `${text} comedy` : text!, label: [label === "good" && "good", other && "funny"].filter(Boolean).join("|") || null }; // prettier-ignore
  });
  const { model, pipeline, test: measure } = await trained(rows, { ...TEXT, multiLabel: "|" }, 15);
  const { entries, pictures } = await measure(model);
  assert.ok(entries[0]!.values["accuracy"]! >= 0.9, JSON.stringify(entries));
  assert.ok(entries[0]!.values["hammingAccuracy"]! >= entries[0]!.values["accuracy"]!);
  assert.equal(entries[1]!.name, "always the frequent labels");
  assert.deepEqual(pictures.map(({ kind }) => kind), ["roc"]); // prettier-ignore
  const given = [{ text: "the film was lovely comedy" }, { text: "the story was dull" }];
  const answers = await pipelineOf(pipeline.toJSON()).predict(model, given);
  assert.deepEqual(answers.map(({ label }) => label), [["funny", "good"], []]); // prettier-ignore
});

test("more than two classes, with numbers as labels", async () => {
  const words = ["red", "green", "blue"];
  const rows = Array.from({ length: 150 }, (_, i) => ({ text: `it is ${words[i % 3]} today`, label: 10 * (i % 3) }));
  const { model, pipeline, test: measure } = await trained(rows, { ...TEXT, classWeight: "balanced" });
  assert.equal((await measure(model)).entries[0]!.values["accuracy"], 1);
  const answers = await pipeline.predict(model, words.map((word) => ({ text: `it is ${word} today` }))); // prettier-ignore
  assert.deepEqual(answers.map(({ label }) => label), [0, 10, 20]); // prettier-ignore
});

test("labels that JSON has no number for stay texts", async () => {
  const names = ["NaN", "Infinity", "7"];
  const rows = Array.from({ length: 60 }, (_, i) => ({ text: `a film of kind${i % 3}`, label: names[i % 3]! }));
  const { pipeline, model } = await prepare(rows, { text: "text", ...SMALL });
  const revived = classifyTask.revive(JSON.parse(JSON.stringify(pipeline)));
  const [answer] = await revived.predict(model, ["a film of kind2"]);
  assert.deepEqual(Object.keys(answer!).slice(3), ["p_7", "p_Infinity", "p_NaN"]);
});

test("another file can be the test part", async () => {
  const rows = reviews(60);
  const bad: [Row, RegExp][] = [[{ text: "so so", label: "middling" }, /label "middling" is not in the training part \(rows, row 1\); known: "bad", "good"/]]; // prettier-ignore
  const { pipeline, model } = await prepare(rows, { ...TEXT, ...SMALL });
  for (const [row, message] of bad) await assert.rejects(pipeline.evaluate(model, [row]), message);
});
