// Forecasts from many moments of the past: reply, files, a run as it is, wrong use, and Ctrl-C.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { ask, runIn, workFolder } from "./program.js";
import { writePrices } from "./samples.js";

const folder = workFolder();
const COMMON = "backtest prices.csv --task forecast --target close --lookback 8 --units 4 --horizon 3 --initial 0.8";

before(() => writePrices(folder));

test("sluice backtest measures forecasts from many origins, and a run as it is", async () => {
  const reply = await ask(folder, REPLIES.backtest, `${COMMON} --epochs 1 --period 5 --refit 2`);
  assert.deepEqual(reply.fits.map(({ at }) => at), reply.byOrigin.filter((_, i) => i % 2 === 0).map(({ at }) => at)); // prettier-ignore
  assert.equal(reply.byStep.length, 3);
  const saved = JSON.parse(readFileSync(join(folder, reply.file), "utf8")) as { origins: { at: string }[] };
  assert.deepEqual(saved.origins.map(({ at }) => at), reply.byOrigin.map(({ at }) => at)); // prettier-ignore
  const page = readFileSync(join(folder, reply.report), "utf8");
  for (const text of ["forecasts from 5 origins over the truth", "by origin", "by step of the horizon"]) assert.ok(page.includes(text), text); // prettier-ignore
  const { runs } = await ask(folder, REPLIES["runs list"], "runs");
  assert.deepEqual([runs[0]!.state, runs[0]!.result!.part], ["finished", "5 origins"]);
  const replay = await ask(folder, REPLIES.backtest, `backtest ${reply.run} --data prices.csv --initial 100`);
  assert.deepEqual([replay.fits, replay.byOrigin.length], [[], 6]);
  assert.match(replay.warnings[0]!, /is what the network was trained on/);
  const { out, code } = await runIn(folder, `${COMMON} --epochs 1 --origins 2 --quiet`);
  assert.equal(code, 0);
  assert.match(out, /^On 2 forecasts of 2 origins:$/m);
  assert.match(out, /^RMSE from +network +last value/m);
  assert.match(out, /^RMSE at step +network/m);
});

test(
  "on threads the same comes out, each training is told of, and Ctrl-C stops those under way with checkpoints",
  { skip: process.platform === "win32" },
  async () => {
    const line = `${COMMON} --epochs 2 --period 6 --refit 1`;
    const { run: _, file: __, report: ___, seconds: ____, fits, ...alone } = await ask(folder, REPLIES.backtest, line);
    const { run, file: _____, report, seconds: ______, fits: own, ...shared } = await ask(folder, REPLIES.backtest, `${line} --workers 2`); // prettier-ignore
    assert.deepEqual(shared, alone);
    assert.deepEqual(own.map(({ at, epochs }) => [at, epochs]), fits.map(({ at, epochs }) => [at, epochs])); // prettier-ignore
    assert.ok(existsSync(join(folder, run, "fits")) && existsSync(join(folder, report)));
    const stopped = await runIn(
      folder,
      `${COMMON} --epochs 30 --patience 30 --period 6 --refit 1 --save-every 0 --workers 2`,
      {
        onError: (text, interrupt) => {
          if (/1\/4 {2}training \d {2}at 2024-/.test(text) && !text.includes("Finishing")) interrupt();
        },
      },
    );
    assert.equal(stopped.code, 1, stopped.err);
    assert.match(stopped.err, /Stopped after [1-3] of 4 trainings; a checkpoint is in/);
    const [, where] = /sluice backtest --resume (\S+)/.exec(stopped.err)!;
    const { out, code } = await runIn(folder, `backtest --resume ${where} --workers 2 --quiet`);
    assert.equal(code, 0);
    assert.match(out, /^Trained +4 times/m);
  },
);

test("wrong use ends with 2, data that do not fit with 1, and nothing is written", async () => {
  for (const [line, code, message] of [
    ["backtest prices.csv --task classify", 2, /a backtest is one of forecast, got classify/],
    ["backtest prices.csv --target close --test 0.2", 2, /unknown option '--test'/],
    ["backtest prices.csv --target close --window slding", 2, /--window/],
    ["backtest --target close", 2, /the data are needed/],
    ["backtest prices.csv --target close --workers 0", 2, /--workers: must be at least 1, got 0/],
    ["backtest prices.csv --target close --queue jobs", 2, /--queue: it is for workers of a queue; give --redis too/],
    [
      "backtest prices.csv --target close --redis redis://127.0.0.1:1",
      1,
      /redis:\/\/127\.0\.0\.1:1: no Redis answers there/,
    ],
    ["backtest prices.csv --target close --initial 120", 1, /prices\.csv has 120 steps; initial 120 and horizon 1 leave no origin/], // prettier-ignore
    ["backtest prices.csv --target clos", 1, /no column "clos"; did you mean "close"/],
    ["backtest --resume runs/none", 1, /there is no run/],
  ] as const) {
    const { err, code: ended } = await runIn(folder, line);
    assert.equal(ended, code, `${line}: ${err}`);
    assert.match(err, message);
  }
  const { out } = await runIn(folder, "backtest --help");
  for (const flag of ["--initial <n>", "--period <n>", "--refit <n>", "--window", "--workers <n>", "--redis", "--queue", "--quantiles", "Example"]) assert.ok(out.includes(flag), flag); // prettier-ignore
});

test("a backtest that was stopped goes on where it was", { skip: process.platform === "win32" }, async () => {
  const stopped = await runIn(folder, `${COMMON} --epochs 100000 --patience 100000 --json`, {
    onError: (text, interrupt) => {
      if (text.includes("epoch      3/") && !text.includes("Finishing")) interrupt();
    },
  });
  assert.equal(stopped.code, 1, stopped.err);
  const { error } = REPLIES.error.parse(JSON.parse(stopped.out));
  assert.equal(error.kind, "interrupted");
  const run = /sluice backtest --resume (\S+)/.exec(error.resume!)![1]!;
  assert.ok(existsSync(join(folder, run, "fits")) && !existsSync(join(folder, run, "backtest.json")));
  const again = await runIn(folder, `backtest --resume ${run}`, {
    onError: (text, interrupt) => {
      if (/epoch +\d+\//.test(text) && !text.includes("Finishing")) interrupt();
    },
  });
  assert.match(again.err, /Go on with: +sluice backtest --resume/);
  const { err, code } = await runIn(folder, `train --resume ${run}`);
  assert.equal(code, 1);
  assert.match(err, /is a backtest; go on with sluice backtest --resume/);
});
