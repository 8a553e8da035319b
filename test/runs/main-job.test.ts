import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { loadModel } from "../../src/index.js";
import { mainJob } from "../../src/runs/main-job.js";
import { reportPage } from "../../src/runs/report.js";
import { RunFolder } from "../../src/runs/run-folder.js";
import { listRuns } from "../../src/runs/run-list.js";
import { readDays } from "../../src/runs/weather/days.js";
import { forecast, splitDays } from "../../src/runs/weather/forecaster.js";
import { score } from "../../src/runs/weather/scores.js";
import { temporaryFolder } from "../support/temporary.js";

const root = () => temporaryFolder("sluice-runs");

test("a run folder is never one that is there already, and latest names the newest", () => {
  const [place, date] = [root(), new Date(2026, 2, 1, 14, 5, 9)];
  const [a, b] = [RunFolder.create(place, "x", date), RunFolder.create(place, "x", date)];
  assert.deepEqual([a, b].map(({ path }) => basename(path)), ["2026-03-01T14-05-09-x", "2026-03-01T14-05-09-x-2"]);
  assert.equal(readFileSync(join(place, "latest"), "utf8"), "2026-03-01T14-05-09-x-2\n");
  a.writeText("note.txt", "1");
  assert.throws(() => a.writeText("note.txt", "2"), /note\.txt is there already/);
  assert.throws(() => RunFolder.create(place, "../x", date), /run folder: name must be letters/);
});

test("the report page forbids scripts and the network, and escapes every text", () => {
  const nasty = `<img src=x onerror="alert(1)">&`;
  const page = reportPage(nasty, [{ heading: nasty }, { text: nasty }, { code: nasty }, { table: { header: [nasty], rows: [[nasty]] } }]);
  assert.equal(page.split("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;").length - 1, 7);
  assert.ok(!page.includes("<img"));
  assert.match(page, /<meta http-equiv="Content-Security-Policy" content="default-src 'none';/);
});

test("the main job trains, beats the naive forecasts, and leaves a model that repeats its figures", async () => {
  const place = root();
  const said: string[] = [];
  const folder = await mainJob(place, (text) => said.push(text));
  const files = ["config.json", "environment.json", "evaluation.json", "history.csv", "metrics.json", "model.safetensors", "report.html", "status.json"]; // prettier-ignore
  assert.deepEqual(readdirSync(folder.path).sort(), files);
  assert.deepEqual(readdirSync(place).sort(), [basename(folder.path), "latest"]);

  const [listed] = listRuns(place);
  assert.deepEqual([listed!.state, listed!.task, listed!.result?.metric], ["finished", "forecast", "mae"]);

  const metrics = JSON.parse(readFileSync(folder.file("metrics.json"), "utf8")) as Metrics;
  const [gru, linear, last, week, year] = Object.values(metrics.test);
  assert.ok(gru!.mae < 2.2 && gru!.rmse < 2.8, "about 2.0 and 2.6 °C");
  for (const other of [last, week, year]) assert.ok(gru!.mae < 0.97 * other!.mae);
  assert.ok(linear!.mae < last!.mae, "the linear model must be a fair opponent");

  const days = readDays();
  const split = splitDays(days, 912, 1096);
  const model = await loadModel(folder.file("model.safetensors"));
  const truth = days.slice(1096).map((day) => day.high);
  const { mae, rmse } = score(truth, await forecast(model, split.test, days, split.scaler));
  assert.deepEqual([mae, rmse], [gru!.mae, gru!.rmse]);

  const page = readFileSync(folder.file("report.html"), "utf8");
  assert.doesNotMatch(page, /<script|<link|<img|src=|url\(|@import/);
  assert.equal(page.match(/<svg /g)!.length, 10, "five pictures, each for wide and for narrow pages");
  for (const text of [gru!.mae.toFixed(2), "Residuals", "seattle_weather", "npm start"]) assert.ok(page.includes(text), text);
  assert.ok(said.join("\n").includes(folder.path));

  const again = await mainJob(place, () => undefined);
  const repeated = JSON.parse(readFileSync(again.file("metrics.json"), "utf8")) as Metrics;
  assert.deepEqual(repeated.test, metrics.test);
  assert.equal(readFileSync(again.file("history.csv"), "utf8"), readFileSync(folder.file("history.csv"), "utf8"));
});

interface Metrics {
  test: Record<string, { mae: number; rmse: number }>;
}
