import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { classify, forecast, generate, type Run } from "sluice/tasks";
import { writeNovel, writePrices, writeReviews } from "../cli/samples.js";
import { servedRun, serverFolder } from "./http-support.js";
import { appWith, type Made } from "./session-support.js";

const folder = serverFolder();
const hooks = { warn: () => undefined };
const at = (name: string) => join(folder, name);
const runs: Record<string, Run> = {};
let made: Made;

before(async () => {
  for (const write of [writePrices, writeReviews, writeNovel]) write(folder);
  const common = { runs: at("runs"), epochs: 1, units: 8 };
  runs["prices"] = await forecast.train(at("prices.csv"), { ...common, target: "close", time: "date", lookback: 20, horizon: 3, linear: false }, hooks); // prettier-ignore
  runs["reviews"] = await classify.train(at("reviews.tsv"), { ...common, text: "review", label: "label", bidirectional: false }, hooks); // prettier-ignore
  runs["both"] = await classify.train(at("reviews.tsv"), { ...common, text: "review", label: "label", bidirectional: true }, hooks); // prettier-ignore
  runs["novel"] = await generate.train(at("novel.txt"), { ...common, stepsPerEpoch: 5 }, hooks);
  made = appWith(await Promise.all(Object.entries(runs).map(([name, run]) => servedRun(run, name))));
});

const close = (a: readonly unknown[], b: readonly unknown[]) => {
  assert.equal(a.length, b.length);
  for (const [i, value] of a.entries()) {
    if (typeof value !== "number") assert.equal(value, b[i]);
    else assert.ok(Math.abs(value - Number(b[i])) <= 1e-4 * (1 + Math.abs(value)), `${value} is not ${String(b[i])}`);
  }
};

test("forecast: after as many rows as a prediction looks at, a session foresees what predict does", async () => {
  const lines = readFileSync(at("prices.csv"), "utf8").trim().split("\n").slice(1, 41);
  const rows = lines.map((line) => line.split(",")).map(([date, price]) => ({ date: date!, close: Number(price) }));
  const { least } = runs["prices"]!.stepper().rows;
  const wanted = await runs["prices"]!.predict(rows.slice(0, least));
  const created = await made.ask("POST", "/v1/sessions", { model: "prices", rows: rows.slice(0, least - 1) });
  assert.equal(created.status, 201, JSON.stringify(created.json));
  assert.equal(created.json.answers.length, least - 1);
  const { json } = await made.ask("POST", `/v1/sessions/${created.json.session}/step`, { row: rows[least - 1] });
  assert.equal(json.step, least);
  const foreseen = Object.keys(json.answer).filter((name) => name.startsWith("close"));
  close(foreseen.map((name) => json.answer[name]), wanted.map((answer) => answer["close"])); // prettier-ignore
});

test("classify: word by word, the answer after each word is that of the text so far", async () => {
  const words = ["great", "fine", "film"];
  const [field] = runs["reviews"]!.stepper().fields;
  const rows = words.map((word) => ({ [field!.name]: word }));
  const { json } = await made.ask("POST", "/v1/sessions", { model: "reviews", state: "token", rows });
  const { least } = runs["reviews"]!.stepper().rows;
  for (let n = least; n <= words.length; n++) {
    const [wanted] = await runs["reviews"]!.predict([words.slice(0, n).join(" ")] as never);
    const answer = json.answers[n - 1];
    const names = Object.keys(answer).filter((name) => name in wanted!);
    assert.ok(names.length > 0);
    close(names.map((name) => answer[name]), names.map((name) => wanted![name])); // prettier-ignore
  }
  const refused = await made.ask("POST", "/v1/sessions", { model: "both" });
  assert.deepEqual([refused.status, refused.json.type], [422, "/problems/not-supported"]);
});

test("generate: character by character, the likeliest next one and how probable it is", async () => {
  const stepper = runs["novel"]!.stepper();
  const stream = runs["novel"]!.model.stream();
  const frame = new Float32Array(1);
  const { session } = (await made.ask("POST", "/v1/sessions", { model: "novel" })).json;
  for (const character of "the ") {
    const row = { [stepper.fields[0]!.name]: character };
    const { json } = await made.ask("POST", `/v1/sessions/${session}/step`, { row });
    stepper.encode(row, frame);
    assert.deepEqual(json.answer, stepper.decode(stream.step(frame).data, 0, row));
  }
  const { status, json } = await made.ask("POST", `/v1/sessions/${session}/step`, { row: { character: "the" } });
  assert.equal(status, 422);
  assert.match(json.detail, /character must hold one character, got "the"/);
});

test("what a session takes stands in /v1/models and the description, with an example that it takes", async () => {
  const { models } = (await made.ask("GET", "/v1/models")).json;
  const { components } = (await made.ask("GET", "/openapi.json")).json;
  for (const { name, step } of models) {
    if (name === "both") {
      assert.equal(step, null);
      continue;
    }
    const stepper = runs[name]!.stepper();
    assert.deepEqual([step.fields, step.outputs], [stepper.fields, stepper.outputs]);
    assert.deepEqual(components.schemas[`${name}.StepRequest`].examples, [{ row: step.example }]);
    const { status, json } = await made.ask("POST", "/v1/sessions", { model: name, row: step.example });
    assert.equal(status, 201, JSON.stringify([step.example, json]));
    assert.deepEqual(Object.keys(json.answer), step.outputs.map((field: { name: string }) => field.name)); // prettier-ignore
  }
  const { step } = (await made.ask("GET", "/v1/models/novel")).json;
  assert.deepEqual(step.fields.map((field: { name: string }) => field.name), ["character"]); // prettier-ignore
  assert.match(step.example.character, /^\p{L}$/u);
  const page = await (await made.app.fetch(new Request("http://localhost/"))).text();
  assert.ok(page.includes("A step takes") && page.includes("<code>character</code>"));
});
