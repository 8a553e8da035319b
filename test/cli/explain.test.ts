// From a run and raw data to a page, JSON and words about what an answer hangs on.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { ask, runIn, workFolder } from "./program.js";
import { writePrices, writeReviews } from "./samples.js";

const folder = workFolder();

before(async () => {
  writeReviews(folder);
  writePrices(folder);
  await runIn(folder, "train reviews.tsv --task classify --text review --name reviews --epochs 3 --quiet");
  await runIn(
    folder,
    "train prices.csv --task forecast --target close --horizon 3 --lookback 8 --name prices --epochs 1 --quiet",
  );
});

const nameOf = async (part: string) => {
  const { runs } = await ask(folder, REPLIES["runs list"], "runs");
  return runs.find(({ name }) => name.endsWith(part))!.path;
};

test("a text: words with their scores, a page and JSON in the run's folder", async () => {
  const run = await nameOf("reviews");
  const { code, out } = await runIn(folder, `explain ${run} --input "A superb film with a dull plot" --method all`);
  assert.equal(code, 0, out);
  assert.match(out, /^“good” is 0\.\d+/);
  assert.match(out, /superb▲/);
  assert.match(out, /dull▼/);
  assert.match(out, /The network does not know: a, with\./);
  for (const text of [
    "By integrated gradients:",
    "By occlusion:",
    "By gradient × input:",
    "How far back it looks:",
    "Gates and units:",
  ])
    assert.ok(out.includes(text), text);
  const page = readFileSync(join(folder, run, "explain.html"), "utf8");
  assert.match(page, /<mark class="for" style="--share:[\d.]+">superb<\/mark>/);
  assert.ok(!page.includes("<script"));
  const saved = JSON.parse(readFileSync(join(folder, run, "explain.json"), "utf8")) as {
    command: string;
    layers: { signals: object }[];
  };
  assert.match(saved.command, /^sluice explain .* --input 'A superb film with a dull plot'/);
  assert.deepEqual(Object.keys(saved.layers[0]!.signals), ["keep", "write", "reset", "candidate", "state"]);
});

test("--json: gates over the run's own data, and units of a selection elsewhere", async () => {
  const run = await nameOf("reviews");
  const reply = await ask(
    folder,
    REPLIES.explain,
    `explain ${run} --data reviews.tsv --sample 3 --select 1-2 --threshold 0.02 --samples 20 --out explained`,
  );
  assert.deepEqual([reply.count, reply.sample, reply.task], [80, 2, "classify"]);
  assert.equal(reply.saturation.samples, 20);
  assert.deepEqual(Object.keys(reply.layers[0]!.signals).length, 5);
  assert.equal(reply.attributions[0]!.method, "integratedGradients");
  assert.deepEqual([reply.matches!.from, reply.matches!.to], [0, 2]);
  assert.equal(reply.files!.html, join("explained", "explain.html"));
  assert.ok(existsSync(join(folder, reply.files!.json)));
});

test("a forecast without further words: the run's own data, an output by name", async () => {
  const reply = await ask(folder, REPLIES.explain, `explain ${await nameOf("prices")} --output "close +3"`);
  assert.deepEqual([reply.output.name, reply.output.scale, reply.answers.length], ["close +3", "output", 3]);
  assert.equal(reply.attributions[0]!.inputs[0]!.steps.at(-1), "2024-04-29");
  assert.equal(reply.horizon!.gradient.length, 8);
  assert.ok(reply.attributions[0]!.incompleteness! < 0.01);
});

test("the other of two classes by its name", async () => {
  const run = await nameOf("reviews");
  const { code, out } = await runIn(folder, `explain ${run} --input "A superb film with a dull plot" --output bad`);
  assert.equal(code, 0, out);
  assert.match(out, /^“bad” is 0\.\d+/);
  assert.match(out, /superb▼/);
  assert.match(out, /dull▲/);
});

test("what cannot be explained is said in a line", async () => {
  const [reviews, prices] = [await nameOf("reviews"), await nameOf("prices")];
  for (const [words, code, message] of [
    [`explain ${reviews} --input a --data b`, 2, /give one of --input, --data and --audio/],
    [`explain ${reviews} --input a --method lime`, 2, /--method must be one of integratedGradients, occlusion/],
    [`explain ${reviews} --input a --sample 0`, 2, /--sample must be a whole number of at least 1, got 0/],
    [`explain ${reviews} --input a --select 5-2`, 2, /--select must be steps such as 3-7, got 5-2/],
    [`explain ${reviews} --input a --threshold 0.2`, 2, /--threshold goes with --select/],
    [`explain ${prices} --input a`, 1, /trained to forecast rows, not texts; give data/],
    [`explain ${prices} --output "close +9"`, 1, /no output "close \+9"; did you mean "close \+1"/],
    [`explain ${reviews} --input a --layer gruu`, 1, /gruu/],
    [`explain ${join(reviews, "model.safetensors")}`, 1, /does not say what it was trained on/],
  ] as const) {
    const { code: came, err } = await runIn(folder, words);
    assert.match(err, message);
    assert.equal(came, code, words);
  }
});
