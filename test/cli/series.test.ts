// A model for each series as a user makes them: the answer, what takes the run, Ctrl-C and what goes on after it, and what is wrong with its words.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { z } from "zod";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { shops, writeShops } from "../distributed/support/shops.js";
import { ask, runIn, workFolder } from "./program.js";

const folder = workFolder();
const COMMON = "train shops.csv --task forecast --target sales --id shop --per-series --lookback 8 --units 3";
const INSPECTED = z.looseObject({ run: z.string() });
let run: string;

before(() => {
  writeShops(join(folder, "shops.csv"), shops({ a: 60, b: 60, short: 6, c: 60 }));
  writeShops(join(folder, "a.csv"), shops({ a: 60 }));
});

test("sluice train --per-series answers for each series and for all", async () => {
  const reply = await ask(folder, REPLIES["train --per-series"], `${COMMON} --epochs 2 --workers 2`);
  run = reply.run;
  assert.deepEqual(reply.series.map(({ id, state }) => [id, state]), [["a", "done"], ["b", "done"], ["short", "set aside"], ["c", "done"]]); // prettier-ignore
  assert.equal(reply.evaluation.judge.name, "MASE");
  assert.deepEqual([reply.summary!.series, reply.summary!.setAside], [3, 1]);
  for (const { run: own, state } of reply.series) assert.equal(own !== null && existsSync(join(folder, own)), state === "done"); // prettier-ignore
  assert.ok(existsSync(join(folder, reply.report)));
  const { series } = JSON.parse(readFileSync(join(folder, reply.file), "utf8"));
  assert.deepEqual(series.map(({ id }: { id: string }) => id), ["a", "b", "short", "c"]); // prettier-ignore
  const text = await runIn(folder, `${COMMON} --epochs 2`);
  assert.match(text.out, /network better than \(by MASE\) +share of series/);
  assert.match(text.out, /Series short was set aside: it has 6 rows; one window needs 9/);
  assert.match(text.out, /Trained +3 of 4 series/);
});

test("the run is listed, shown, compared and asked like any other", async () => {
  const { runs } = await ask(folder, REPLIES["runs list"], "runs");
  assert.deepEqual(runs.map(({ state, result }) => [state, result!.metric]), [["finished", "MASE"], ["finished", "MASE"]]); // prettier-ignore
  const shown = await ask(folder, REPLIES["runs show"], `runs show ${run}`);
  assert.ok(shown.files.some((file) => file.endsWith("series.json")));
  await ask(folder, REPLIES["runs compare"], `runs compare ${runs.map(({ path }) => path).join(" ")}`);
  const { answers, warnings } = await ask(folder, REPLIES.predict, "predict latest --data shops.csv");
  assert.deepEqual(answers!.map(({ shop, date }) => [shop, date]), [["a", "2024-03-01"], ["b", "2024-03-01"], ["c", "2024-03-01"]]); // prettier-ignore
  assert.match(warnings[0]!, /left out 1 of 4 series of shops.csv that have no model: "short" was set aside: it has 6 rows/); // prettier-ignore
  const rows = readFileSync(join(folder, "shops.csv"), "utf8").split("\n").filter((line) => !line.includes("short")); // prettier-ignore
  const piped = await runIn(folder, `predict ${run}`, { input: rows.join("\n") });
  assert.match(piped.out, /^shop,date,sales\na,2024-03-01,/);
  const { evaluation } = await ask(folder, REPLIES.evaluate, `evaluate ${run} --data shops.csv`);
  assert.deepEqual([evaluation.part, evaluation.entries[0]!.name], ["shops.csv", "network"]);
  const [first] = await seriesOf(run);
  const own = await runIn(folder, `predict ${join(run, "series", first!)}`, { input: rows.join("\n") });
  assert.match(own.out, /^shop,date,sales\na,2024-03-01,/, "one series' model is a model like any other");
});

const seriesOf = async (path: string) =>
  (JSON.parse(readFileSync(join(folder, path, "series.json"), "utf8")) as { series: { run: string }[] }).series.map((one) => one.run); // prettier-ignore

test("what takes one model says that there are many", async () => {
  for (const words of [`serve ${run}`, `inspect ${run}`, `explain ${run} --data shops.csv`, `export ${run} --to onnx --out x.onnx`, `backtest ${run} --data shops.csv`]) {
    const { code, err } = await runIn(folder, words);
    assert.equal(code, 1, words);
    assert.match(err, /has a model for each of its series; .* the model of one: runs\/\S+\/series\/ID, such as runs\/\S+\/series\/a\b/, words);
  } // prettier-ignore
});

test("the model of one series is found by its id, also through runs/latest", async () => {
  const newest = readFileSync(join(folder, "runs/latest"), "utf8").trim();
  const [first] = await seriesOf(join("runs", newest));
  for (const path of ["runs/latest/series/a", "latest/series/a", `${newest}/series/a`, `runs/latest/series/${first}`]) {
    const { run: own } = await ask(folder, INSPECTED, `inspect ${path}`);
    assert.equal(own, join("runs", newest, "series", first!), path);
  }
  await ask(folder, REPLIES.export, "export runs/latest/series/a --to onnx --out a.onnx");
  await ask(folder, REPLIES.explain, "explain runs/latest/series/a --data a.csv");
  await ask(
    folder,
    z.looseObject({ count: z.literal(1) }),
    `predict runs/latest/series/${first}/model.safetensors --data a.csv`,
  );
  const cases: [string, RegExp][] = [
    ["inspect runs/latest/series/shortt", /has no series "shortt"; did you mean "short"\?/],
    [
      "predict runs/latest/series/short --data shops.csv",
      /series "short" of runs\/\S+ has no model: set aside: it has 6 rows/,
    ],
    ["predict runs/latest/nothing --data shops.csv", /there is no run runs\/latest\/nothing/],
  ];
  for (const [words, message] of cases) {
    const { code, err } = await runIn(folder, words);
    assert.equal(code, 1, words);
    assert.match(err, message);
  }
});

test("the model of one series takes its rows out of a file of all, and says so", async () => {
  const { answers, warnings } = await ask(folder, REPLIES.predict, "predict latest/series/a --data shops.csv");
  assert.deepEqual(answers!.map(({ shop }) => shop), ["a"]); // prettier-ignore
  assert.match(warnings.join(), /the model is that of series "a": left out 3 other series of shops.csv/);
  const all = await ask(folder, REPLIES.predict, "predict latest --data shops.csv");
  assert.deepEqual(answers, all.answers!.slice(0, 1));
  const { evaluation } = await ask(folder, REPLIES.evaluate, "evaluate latest/series/a --data shops.csv");
  const whole = await ask(folder, REPLIES.evaluate, "evaluate latest --data shops.csv");
  assert.ok(evaluation.count < whole.evaluation.count);
  writeShops(join(folder, "b.csv"), shops({ b: 40 }));
  const { code, err } = await runIn(folder, "predict latest/series/a --data b.csv");
  assert.equal(code, 1);
  assert.match(err, /the model is that of series "a", of which b.csv has no rows/);
});

test("runs show counts series, not epochs of one training", async () => {
  const shown = await ask(folder, REPLIES["runs show"], `runs show ${run}`);
  assert.deepEqual(shown.trainings, { of: "series", done: 3, failed: 1, all: 4 });
  assert.equal(shown.epochs, 6);
  const { out } = await runIn(folder, `runs show ${run}`);
  assert.match(out, /Series +3 of 4 done, 1 without a model, 6 epochs in all/);
  assert.doesNotMatch(out, /Epochs/);
});

test("Ctrl-C keeps what was learnt and says how to go on", { skip: process.platform === "win32" }, async () => {
  writeShops(join(folder, "more.csv"), shops(Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`s${i}`, 90]))));
  const words = COMMON.replace("shops.csv", "more.csv");
  const stopped = await runIn(folder, `${words} --epochs 100 --patience 100 --workers 1 --no-linear --json`, {
    onError: (text, interrupt) => {
      if (text.includes("Run folder") && !text.includes("Saving")) setTimeout(interrupt, 1500);
    },
  });
  const { error } = REPLIES.error.parse(JSON.parse(stopped.out));
  assert.equal(error.kind, "interrupted", stopped.err);
  assert.match(error.message, /Stopped after \d+ of 12 series; all that was learnt is in runs\//);
  const cut = error.resume!.split(" ").at(-1)!;
  assert.equal(error.resume, `sluice train --resume ${cut}`);
  const shown = await runIn(folder, `runs show ${cut}`);
  assert.match(shown.out, /Go on with: {2}sluice train --resume/);
  const reply = await ask(folder, REPLIES["train --per-series"], `train --resume ${cut} --workers 2`);
  assert.ok(reply.series.every(({ state, epochs }) => state === "done" && epochs === 100));
});

test("wrong words are told with what is right", async () => {
  const cases: [string, number, RegExp][] = [
    [`${COMMON.replace(" --id shop", "")}`, 2, /--per-series: which column says what series a row belongs to\? give --id/],
    [`${COMMON} --diloco --workers 2`, 2, /--per-series: --diloco goes with one model/],
    [`${COMMON} --redis redis://127.0.0.1:1 --workers 2`, 2, /--workers counts threads of this process/],
    [`${COMMON} --test-data shops.csv`, 2, /--per-series: --test-data does not go with it: measure with sluice evaluate/],
    [`${COMMON} --gradient-norms`, 2, /--per-series: --gradient-norms does not go with it/],
    ["train shops.csv --task regress --target sales --per-series", 2, /it goes with --task forecast, not with regress/],
    [`train --resume ${run} --deadline 9`, 2, /--deadline goes with one model/],
    [`train --resume ${run} --epochs 9`, 2, /--epochs: models of series are trained to their end/],
    [`train --resume ${run}`, 1, /all of its series have ended/],
  ]; // prettier-ignore
  for (const [words, code, message] of cases) {
    const outcome = await runIn(folder, words);
    assert.equal(outcome.code, code, `${words}\n${outcome.err}`);
    assert.match(outcome.err, message, words);
  }
  writeFileSync(join(folder, "new.csv"), "date,shop,sales\n2024-01-01,new,3\n");
  const { err } = await runIn(folder, `predict ${run} --data new.csv`);
  assert.match(err, /no series of new.csv has a model: "new" was not among those that were trained/);
  const help = await runIn(folder, "train --task forecast --help");
  assert.match(help.out, /--per-series +Forecasts: train a model for each series/);
});
