// Translations by the command line: sentences from standard input, the search told anew, what inspect proposes.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { ask, runIn, workFolder } from "./program.js";
import { writePairs, writeReviews } from "./samples.js";

const folder = workFolder();

describe("sluice predict and evaluate of translations", () => {
  let pairs = "";
  let reviews = "";
  before(async () => {
    writePairs(folder);
    writeReviews(folder);
    const small = "--units 8 --embedding 4 --epochs 2 --min-count 1";
    pairs = (await ask(folder, REPLIES.train, `train pairs.tsv --task translate --source en --target de ${small}`)).run;
    const classify = "train reviews.tsv --task classify --text review --label label --units 4 --epochs 1";
    reviews = (await ask(folder, REPLIES.train, classify)).run;
  });

  test("lines of standard input are sentences, commas and all; the search may be told", async () => {
    const { code, out, err } = await runIn(folder, `predict ${pairs} --beam-width 2 --json`, {
      input: "two, red houses\n\nsix cars\n",
    });
    assert.equal(code, 0, err);
    const { answers, task } = REPLIES.predict.parse(JSON.parse(out));
    assert.equal(task, "translate");
    assert.deepEqual(answers!.map((answer) => answer["source"]), ["two, red houses", "six cars"]); // prettier-ignore
    assert.deepEqual(Object.keys(answers![0]!), ["source", "translation", "score"]);
  });

  test("evaluate measures by another search; other models do not search", async () => {
    const { evaluation } = await ask(folder, REPLIES.evaluate, `evaluate ${pairs} --data pairs.tsv --length-penalty 0`);
    assert.deepEqual(Object.keys(evaluation.entries[0]!.values), [
      "bleu",
      "chrf",
      "chrfPlusPlus",
      "tokenErrorRate",
      "sentenceErrorRate",
    ]);
    assert.equal(evaluation.entries[2]!.name, "the most similar sentence's");
    const wrong = await runIn(folder, `predict ${reviews} --data reviews.tsv --beam-width 2`);
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /--beam-width: the model was trained to classify; only one that translates searches/);
    const zero = await runIn(folder, `predict ${pairs} --data pairs.tsv --beam-width 0`);
    assert.equal(zero.code, 2);
    assert.match(zero.err, /--beam-width/);
  });

  test("explain shows what each token of a translation looked at", async () => {
    const line = `explain ${pairs} --data pairs.tsv --sample 2 --samples 3`;
    const { attention, reference } = await ask(folder, REPLIES.explain, line);
    assert.equal(attention!.weights.length, attention!.target.length);
    assert.ok(attention!.weights.every((row) => row.length === attention!.source.length));
    assert.ok(attention!.source.every((token) => String(reference["source"]).toLowerCase().includes(token)));
    const { out } = await runIn(folder, line);
    assert.match(out, /What it looked at while it wrote:\nwritten +looked at +share/);
  });

  test("inspect proposes to translate a table of two texts", async () => {
    const { proposals } = (await ask(folder, REPLIES.inspect, "inspect pairs.tsv")) as {
      proposals: { config: object }[];
    };
    assert.deepEqual(proposals[0]!.config, { task: "translate", data: "pairs.tsv", source: "en", target: "de" });
  });
});
