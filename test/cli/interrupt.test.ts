// Ctrl-C: the first saves a checkpoint and says how to go on, the second ends at once.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { ask, runIn, workFolder } from "./program.js";
import { writePrices } from "./samples.js";

const folder = workFolder();
const LONG = "train prices.csv --task forecast --target close --lookback 8 --units 8 --epochs 100000 --patience 100000";

before(() => writePrices(folder, "prices.csv", 300));

test("the run that was stopped goes on where it was", { skip: process.platform === "win32" }, async () => {
  const stopped = await runIn(folder, `${LONG} --json`, {
    onError: (text, interrupt) => {
      if (text.includes("epoch      3/") && !text.includes("Finishing")) interrupt();
    },
  });
  assert.equal(stopped.code, 1, stopped.err);
  const { error } = REPLIES.error.parse(JSON.parse(stopped.out));
  assert.equal(error.kind, "interrupted");
  assert.match(stopped.err, /Go on with: +sluice train --resume runs\//);
  const run = /--resume (\S+)/.exec(error.resume!)![1]!;
  assert.ok(existsSync(join(folder, run, "checkpoints/last.safetensors")));
  const shown = await ask(folder, REPLIES["runs show"], `runs show ${run}`);
  assert.equal(shown.state, "interrupted");
  const epochs = shown.epochs + 3;
  const resumed = await ask(folder, REPLIES.train, `train --resume ${run} --epochs ${epochs}`);
  assert.deepEqual([resumed.run, resumed.data], [run, "prices.csv"]);
  assert.ok(resumed.epochs > shown.epochs && resumed.epochs <= epochs);
  assert.equal((await ask(folder, REPLIES["runs show"], `runs show ${run}`)).state, "finished");
});

test("the second ends at once", { skip: process.platform === "win32" }, async () => {
  let sent = 0;
  const { code, out } = await runIn(folder, `${LONG} --json`, {
    onError: (text, interrupt) => {
      if (text.includes("epoch      1/") && sent++ < 1) {
        interrupt();
        interrupt();
      }
    },
  });
  // Two signals that come together may be delivered as one.
  assert.ok(code === 130 || code === 1, String(code));
  const { error } = REPLIES.error.parse(JSON.parse(out));
  assert.deepEqual([error.kind, error.exitCode], ["interrupted", code]);
  assert.ok(readdirSync(join(folder, "runs")).length > 1);
});
