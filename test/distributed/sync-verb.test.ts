/** `sluice train … --workers`: the bits of a run depend on its shards, however many threads train it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { ask, runIn, workFolder } from "../cli/program.js";
import { writePrices } from "../cli/samples.js";

const folder = workFolder();
const TRAIN = "train prices.csv --task forecast --target close --lookback 8 --units 8 --dropout 0.2";

before(() => writePrices(folder, "prices.csv", 300));

const json = (run: string, file: string) => JSON.parse(readFileSync(join(folder, run, file), "utf8"));
const weights = (run: string) => readFileSync(join(folder, run, "model.safetensors"));

test("any number of workers, and a run that goes on with another one, give the same file", async () => {
  const two = await ask(folder, REPLIES.train, `${TRAIN} --epochs 4 --name two --workers 2`);
  assert.equal(json(two.run!, "config.json").shards, 4);
  assert.equal(json(two.run!, "environment.json").workers, 2);
  assert.match(readFileSync(join(folder, two.run!, "report.html"), "utf8"), /2, for shards of each batch/);
  const one = await ask(folder, REPLIES.train, `${TRAIN} --epochs 4 --name one --shards 4`);
  assert.deepEqual(weights(one.run!), weights(two.run!));
  const begun = await ask(folder, REPLIES.train, `${TRAIN} --epochs 2 --name begun --workers 3 --shards 4`);
  await ask(folder, REPLIES.train, `train --resume ${begun.run} --epochs 4 --workers 2`);
  assert.deepEqual(weights(begun.run!), weights(two.run!));
  assert.equal(json(begun.run!, "environment.json").workers, 2);
});

test("what does not go together is said in one line", async () => {
  const plain = await ask(folder, REPLIES.train, `${TRAIN} --epochs 1 --name plain`);
  const text = await runIn(folder, `train --resume ${plain.run} --epochs 2 --workers 2`);
  assert.equal(text.code, 1);
  assert.match(text.err, /^Error: resume runs\/\S+: it was begun without shards, which workers need/m);
  const none = await runIn(folder, `${TRAIN} --workers 0`);
  assert.equal(none.code, 2);
  assert.match(none.err, /--workers/);
  const many = await runIn(folder, `${TRAIN} --workers 2 --shards 65`);
  assert.equal(many.code, 2);
  assert.match(many.err, /--shards/);
});
