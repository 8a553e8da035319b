// Candidates are judged on the validation part; the test part is seen by the best alone.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { ask, runIn, workFolder } from "./program.js";
import { writePrices } from "./samples.js";

const folder = workFolder();
const COMMON = "compare prices.csv --task forecast --target close --lookback 8 --epochs 1";
const json = <T>(path: string) => JSON.parse(readFileSync(join(folder, path), "utf8")) as T;

before(() => writePrices(folder));

test("sluice compare trains every combination and measures the best on the test part", async () => {
  const reply = await ask(folder, REPLIES.compare, `${COMMON} --cells gru,simpleRnn --units 2,3+2`);
  const values = reply.candidates.map((candidate) => candidate.values);
  assert.deepEqual(values, [
    { cell: "gru", units: [2] },
    { cell: "gru", units: [3, 2] },
    { cell: "simpleRnn", units: [2] },
    { cell: "simpleRnn", units: [3, 2] },
  ]);
  const { name } = reply.test.judge;
  const errors = reply.candidates.map(({ evaluation }) => evaluation.entries[0]!.values[name]!);
  const best = reply.candidates[errors.indexOf(Math.min(...errors))]!;
  assert.deepEqual(reply.best.values, best.values);
  for (const { run } of reply.candidates) {
    const { part } = json<{ part: string }>(`${run}/evaluation.json`);
    assert.equal(part, run === reply.best.run ? "test" : "validation");
  }
  assert.deepEqual(json<{ best: unknown }>(reply.files.json).best, reply.best);
  for (const { epochSeconds, seconds, stepMicroseconds, validationLoss, evaluation } of reply.candidates) {
    assert.ok(epochSeconds! > 0 && epochSeconds! < seconds, `${epochSeconds} of ${seconds} s`);
    assert.ok(stepMicroseconds! > 0.05 && stepMicroseconds! < 5000, `${stepMicroseconds} µs`);
    assert.equal(validationLoss.length, 1);
    assert.ok(evaluation.entries.length > 2);
  }
  const page = readFileSync(join(folder, reply.files.html), "utf8");
  for (const text of ["simpleRnn", "µs/step", "s/epoch", "Loss on the validation part by epoch", reply.best.run])
    assert.ok(page.includes(text), text);
  for (const { name: baseline } of reply.test.entries.slice(1)) assert.ok(page.split(baseline).length > 2, baseline);
  const { runs } = await ask(folder, REPLIES["runs list"], "runs");
  assert.deepEqual(runs.map(({ result }) => result!.part).sort(), ["test", "validation", "validation", "validation"]);
  assert.match((await runIn(folder, "runs")).out, /^run +state +task +part +metric/m);
});

test("other options are compared with --vary", async () => {
  const { out, code } = await runIn(folder, `${COMMON} --units 2 --vary dropout=0,0.5`);
  assert.equal(code, 0);
  assert.match(out, /^units +dropout +parameters/m);
  assert.match(out, /parameters +epochs +seconds +s\/epoch +µs\/step/);
  assert.match(out, /^last value/m);
  assert.match(out, /The best on the validation part is units 2, dropout (0|0\.5)\./);
});

test("those that are judged by different measures are not compared", async () => {
  const line = `${COMMON} --units 2 --vary loss=meanSquaredError,meanAbsoluteError`;
  const { err, code } = await runIn(folder, line);
  assert.equal(code, 1, err);
  assert.match(
    err,
    /loss meanAbsoluteError is judged by MAE, and .*loss meanSquaredError by RMSE; compare those of one/,
  );
});

test("nothing is trained when one of the combinations is not possible", async () => {
  for (const [flags, message] of [
    ["--cells gru,gruu", /cell/],
    ["--units 4,-1", /units/],
    ["--vary dropot=1,2", /did you mean "dropout"/],
    ["--vary dropout=0,2", /dropout/],
    ["--units 4,4", /twice/],
    ["", /nothing to compare/],
  ] as const) {
    const { code, err } = await runIn(folder, `${COMMON} --runs elsewhere ${flags}`);
    assert.match(err, message);
    assert.notEqual(code, 0);
    assert.ok(!existsSync(join(folder, "elsewhere")), flags);
  }
});
