// A sweep as a user makes it: its answer, its files, Ctrl-C and what goes on after it, and what is wrong with its words.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { readSpace } from "../../src/distributed/search/task-space.js";
import { taskNamed } from "../../src/tasks/registry.js";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { ask, runIn, workFolder } from "./program.js";
import { writePrices } from "./samples.js";

const folder = workFolder();
const COMMON = "sweep prices.csv --task forecast --target close --lookback 8 --no-linear --workers 2";

before(() => writePrices(folder));

test("sluice sweep tries points, measures the best, and its folder predicts", async () => {
  const words = `${COMMON} --epochs 2 --trials 5 --space units=2,4 layers=1..2 rate=log:1e-3..1e-1`;
  const reply = await ask(folder, REPLIES.sweep, words);
  assert.equal(reply.trials.length, 5);
  const values = reply.trials.map(({ value }) => value!);
  assert.equal(reply.best.value, Math.min(...values));
  assert.equal(reply.trials[reply.best.trial - 1]!.run, reply.best.run);
  assert.deepEqual(Object.keys(reply.best.values), ["units", "layers", "learningRate"]);
  assert.equal(reply.test.part, "test");
  assert.ok(existsSync(join(folder, reply.report)) && existsSync(join(folder, reply.file)));
  const again = await runIn(folder, words);
  assert.match(
    again.out,
    /On the validation part, the best first:\n\ntrial +units +layers +learningRate +RMSE +epochs/,
  );
  assert.match(again.out, /The best on the validation part is units \d, layers \d, learningRate [\d.]+/);
  assert.match(again.err, /^5\/5 {2}trial \d {2}units \d, layers/m);
  const { answers } = await ask(folder, REPLIES.predict, `predict ${reply.run} --data prices.csv`);
  assert.equal(answers!.length, 1);
  const { runs } = await ask(folder, REPLIES["runs list"], "runs");
  assert.deepEqual(runs.map(({ result }) => result!.part), ["test", "test"]); // prettier-ignore
});

test("Ctrl-C keeps what was learnt and says how to go on", { skip: process.platform === "win32" }, async () => {
  const words = `${COMMON} --epochs 15 --patience 15 --trials 14 --method random --space units=4,8 rate=log:1e-3..1e-1`;
  const stopped = await runIn(folder, `${words} --json`, {
    onError: (text, interrupt) => {
      if (/^ 3\/14 /m.test(text) && !text.includes("Finishing")) interrupt();
    },
  });
  const { error } = REPLIES.error.parse(JSON.parse(stopped.out));
  assert.equal(error.kind, "interrupted");
  assert.match(error.message, /Stopped after \d+ of 14 trainings; all that was learnt is in runs\//);
  assert.match(error.resume!, /^sluice sweep --resume runs\/\S+-prices-sweep$/);
  const run = error.resume!.split(" ").at(-1)!;
  const shown = await runIn(folder, `runs show ${run}`);
  assert.match(shown.out, /Go on with: {2}sluice sweep --resume/);
  const wrong = await runIn(folder, `train --resume ${run}`);
  assert.match(wrong.err, /it is a sweep; go on with sluice sweep --resume/);
  const { trials } = JSON.parse(readFileSync(join(folder, run, "sweep.json"), "utf8"));
  const done = trials.filter(({ state }: { state: string }) => state === "done").length;
  assert.ok(done >= 3 && done < 14, String(done));
  const reply = await ask(folder, REPLIES.sweep, `sweep --resume ${run} --workers 2`);
  assert.deepEqual([reply.run, reply.trials.length], [run, 14]);
  assert.ok(reply.trials.every(({ state }) => state === "done"));
});

test("wrong words are named before anything is written", async () => {
  const cases: [string, RegExp][] = [
    ["", /nothing to search: give --space/],
    ["--space unit=2,4", /unknown option "unit"; did you mean "units"\?/],
    ["--space units=2,4 --units 8", /units is in the space and given besides/],
    ["--space units=2,4 --method tep", /--method/],
    ["--space units=2,4 --trials 0", /--trials: must be at least 1, got 0/],
    ["--space rate=log:0..1", /a range of logarithms must be above 0/],
    ["--space units", /expected NAME=VALUE,VALUE or NAME=LOW\.\.HIGH/],
    ["--space layers=1..99", /layers: must be at most 16, got 99/],
  ];
  for (const [words, message] of cases) {
    const { code, err } = await runIn(folder, `${COMMON} --runs elsewhere ${words}`);
    assert.match(err, message);
    assert.notEqual(code, 0);
  }
  // What the help shows can be asked for.
  const { out } = await runIn(folder, "sweep --help");
  const [, example] = /Options to search: (.*?)\. /.exec(`${out.replaceAll(/\s+/g, " ")} `) ?? [];
  assert.equal(readSpace(taskNamed("test", "forecast"), example!.split(" ")).length, 4, example);
  assert.match((await runIn(folder, "sweep --resume runs/none")).err, /there is no run/);
  assert.ok(!existsSync(join(folder, "elsewhere")));
});
