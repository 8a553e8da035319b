// What a user does first: train on a file, predict with the run, measure it, go on from a configuration.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { writeBeeps } from "../tasks/transcribe/support.js";
import { ask, runIn, workFolder } from "./program.js";
import { writeClips, writeHouses, writeNovel, writePairs, writePrices, writeReviews } from "./samples.js";

const folder = workFolder();
const FORECAST = "--task forecast --target close --lookback 8 --horizon 2 --units 4 --epochs 2";

before(() => {
  for (const write of [writePairs, writePrices, writeReviews, writeNovel, writeHouses, writeClips]) write(folder);
  writeBeeps(join(folder, "beeps"), 24);
});

describe("sluice train", () => {
  const calls: Record<string, string> = {
    forecast: `prices.csv ${FORECAST}`,
    classify: "reviews.tsv --task classify --text review --label label --units 4 --epochs 2",
    "classify sounds": "clips/ --task classify --audio --units 4 --epochs 2 --validation 0.25 --test 0.25",
    generate: "novel.txt --task generate --level char --units 8 --epochs 1 --steps-per-epoch 3 --embedding 4",
    regress: "houses.csv --task regress --target medv --units 4 --epochs 2",
    translate:
      "pairs.tsv --task translate --source en --target de --units 8 --embedding 4 --epochs 2 --min-count 1 --beam-width 2",
    transcribe: "beeps/clips.csv --task transcribe --audio path --text sentence --units 4 --epochs 2 --mels 12",
  };
  for (const [name, words] of Object.entries(calls)) {
    test(`${name}: one JSON object, a run folder, progress on standard error`, async () => {
      const { code, out, err } = await runIn(folder, `train ${words} --json`);
      assert.equal(code, 0, err);
      const reply = REPLIES.train.parse(JSON.parse(out));
      assert.ok(existsSync(join(folder, reply.model)));
      assert.ok(existsSync(join(folder, reply.report!)));
      assert.match(err, /epoch 1\/\d.*loss .*val_loss/);
      assert.ok(reply.evaluation.entries.length >= 3, "network, trivial and simple baseline");
    });
  }

  test("shows a table, the verdict, where the run is and what to try next, without colours", async () => {
    const { code, out } = await runIn(folder, `train prices.csv ${FORECAST} --name shown --quiet`);
    assert.equal(code, 0);
    assert.match(out, /On \d+ windows of the test part:/);
    assert.match(out, /^network .*\d/m);
    assert.match(out, /The network is (better|WORSE) than/);
    assert.match(out, /^Run +runs\/[\dT-]+-shown$/m);
    assert.match(out, /sluice predict runs\/latest --data new.csv --out predictions.csv/);
    assert.ok(!out.includes("\x1b"));
  });

  test("weights that no epoch made better are kept, and it is said", async () => {
    const { code, out } = await runIn(
      folder,
      `train prices.csv ${FORECAST} --learning-rate 100 --clip-norm 0 --name untrained`,
    );
    assert.equal(code, 0);
    assert.match(out, /^Kept +the weights before the first epoch/m);
    const path = /^Report +(.*)$/m.exec(out)![1]!;
    assert.match(
      readFileSync(join(folder, path), "utf8"),
      /The weights are those before the first epoch: no epoch had a better val_loss/,
    );
    const { evaluation } = await ask(folder, REPLIES.evaluate, "evaluate runs/latest --data prices.csv");
    const [network, simple] = ["network", "simple"].map(
      (kind) => evaluation.entries.find((entry) => entry.kind === kind)!.values["RMSE"]!,
    );
    assert.ok(Math.abs(network! / simple! - 1) < 1e-4, "the network begins as the linear autoregression");
  });

  test("--quiet says nothing on standard error", async () => {
    const { err } = await runIn(folder, `train prices.csv ${FORECAST} --quiet`);
    assert.equal(err, "");
  });
});

describe("a configuration", () => {
  const config = { task: "forecast", data: "prices.csv", target: "close", lookback: 8, units: [4], epochs: 3 };
  const settingsOf = (run: string) =>
    JSON.parse(readFileSync(join(folder, run, "config.json"), "utf8")) as typeof config;

  test("is overridden by --set, and that by flags", async () => {
    writeFileSync(join(folder, "run.json"), JSON.stringify(config));
    const line = "train --config run.json --set epochs=2 --set units=5,4 --set lookback=6 --lookback 7";
    const { run } = await ask(folder, REPLIES.train, line);
    const { epochs, units, lookback } = settingsOf(run);
    assert.deepEqual({ epochs, units, lookback }, { epochs: 2, units: [5, 4], lookback: 7 });
  });

  test("is what a run keeps: the same run again", async () => {
    const first = await ask(folder, REPLIES.train, `train prices.csv ${FORECAST}`);
    const again = await ask(folder, REPLIES.train, `train --config ${first.run}/config.json`);
    assert.deepEqual(settingsOf(again.run), settingsOf(first.run));
    assert.deepEqual(again.evaluation, first.evaluation);
  });

  test("takes lists, words and switches as the options have them", async () => {
    const line = `train prices.csv ${FORECAST} --past all --calendar hour,month --no-linear`;
    const { past, calendar, linear } = settingsOf((await ask(folder, REPLIES.train, line)).run) as unknown as Record<
      string,
      unknown
    >;
    assert.deepEqual({ past, calendar, linear }, { past: ["volume"], calendar: ["hour", "month"], linear: false });
  });
});
