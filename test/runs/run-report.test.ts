import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { verdictOf, type Entry, type Evaluation, type Judge } from "../../src/runs/evaluation.js";
import { runReport, type RunReport } from "../../src/runs/run-report.js";
import { findChromium, launch } from "../browser/harness.js";
import { NASTY } from "./svg.js";
import { temporaryFolder } from "../support/temporary.js";

const judge: Judge = { name: "mae", mode: "min", unit: "°C" };
const entries: Entry[] = [
  { name: "GRU", kind: "network", values: { mae: 2, rmse: 3 } },
  { name: "last value", kind: "trivial", values: { mae: 2.5 } },
  { name: "linear autoregression", kind: "simple", values: { mae: 1.5, rmse: 123456.7 } },
];
const evaluation: Evaluation = {
  count: 3,
  of: "windows",
  part: "test",
  judge,
  entries,
  verdict: verdictOf(judge, entries),
  pictures: [{ kind: "scatter", title: "Predicted against actual", label: "°C", actual: [1, 2], predicted: [1, 3] }],
};
const input: RunReport = {
  title: "Forecast of close",
  task: "forecast",
  command: "npx sluice train prices.csv --task forecast",
  evaluation,
  history: { epoch: [0, 1, 2], history: { loss: [3, 2, 1], val_loss: [3, 1, 2] }, stopReason: null },
  monitor: { monitor: "val_loss", mode: "min" },
  summary: "gru (GRU)   [null, 64]",
  facts: [["file", "prices.csv"]],
  settings: { units: [64, 32], cell: "gru", testData: undefined },
  environment: { sluice: "0.1.0", node: "v20", platform: "linux", cpu: "CPU", cores: 2, kernels: "wasm", date: "2026-03-01" },
  seconds: 12.34,
  model: { parameters: 13381, bytes: 60123 },
};

test("more metrics than stand beside each other are rows, each with its unit said once", async () => {
  const nats: Judge = { name: "nats", mode: "min", unit: "nats a character" };
  const classes = Object.fromEntries(Array.from({ length: 12 }, (_, k) => [`recall ${k}`, k / 12]));
  const many = { ...evaluation, judge: nats, entries: [
    { name: "GRU", kind: "network", values: { nats: 2, ...classes } },
    { name: "unigram", kind: "trivial", values: { nats: 3 } },
  ] } satisfies Evaluation; // prettier-ignore
  const page = await runReport({ ...input, evaluation: many });
  assert.match(page, /<th><\/th><th class="number">GRU<\/th><th class="number">unigram<\/th>/);
  assert.match(page, /<td>nats a character<\/td><td class="number"><b>2\.000<\/b><\/td><td class="number">3\.000<\/td>/);
  assert.match(page, /<td>recall 6<\/td><td class="number">0\.5000<\/td><td class="number">–<\/td>/);
});

test("the weights before the first epoch are named where no epoch did better", async () => {
  const started = (start: number) => runReport({ ...input, monitor: { monitor: "val_loss", mode: "min", start } });
  assert.match(await started(1), /The weights are those before the first epoch: no epoch had a better val_loss/);
  assert.match(await started(1.5), /The weights are those of epoch 2,/);
});

test("the report begins with the verdict, and has everything that made the run", async () => {
  const page = await runReport(input);
  assert.ok(page.indexOf("WORSE than linear autoregression") < page.indexOf("<h2>"), "the verdict first");
  assert.match(page, /class="verdict bad"/);
  assert.match(page, /<b>linear autoregression<\/b>.*<b>1\.500<\/b>/);
  for (const text of ["<td>GRU</td>", "mae (°C)", "123,457", "Predicted against actual", "best: epoch 2", "prices.csv", "[64,32]", "13,381 parameters; the file has 60.1 kB", "npx sluice train prices.csv --task forecast", "12.3 s", "whose val_loss was best"]) {
    assert.ok(page.includes(text), text);
  }
  assert.doesNotMatch(page, /<script|<link|<img|<iframe|src=|url\(|@import|href=|undefined|NaN/);
  assert.match(page, /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">/);
  const won = { ...evaluation, entries: entries.slice(0, 2), verdict: verdictOf(judge, entries.slice(0, 2)) };
  assert.doesNotMatch(await runReport({ ...input, evaluation: won }), /class="verdict bad"/);
});

test("a training that was interrupted has a page with the curves, and one that has not begun has one without", async () => {
  const page = await runReport({ ...input, evaluation: null, interrupted: "Ctrl-C in epoch 4" });
  assert.ok(page.includes("Training was interrupted: Ctrl-C in epoch 4") && page.includes("best: epoch 2"));
  assert.ok(!page.includes("<h2>Result</h2>"));
  const none = await runReport({ ...input, evaluation: null, history: { epoch: [], history: {}, stopReason: null } });
  assert.ok(!none.includes("<svg") && none.includes("prices.csv"));
});

/** Everything that comes from data is as nasty as can be. */
function nastyReport(): RunReport {
  const nasty = NASTY.join(" ");
  const values = NASTY.map((_, i) => i);
  const forecasts = NASTY.map((name) => ({ name, values }));
  const own = NASTY.map((name, i): Entry => ({ name, kind: "simple", values: { [nasty]: i } }));
  return {
    ...input,
    title: nasty,
    command: nasty,
    summary: nasty,
    interrupted: nasty,
    facts: NASTY.map((text) => [text, text]),
    settings: Object.fromEntries(NASTY.map((text) => [text, text])),
    history: { epoch: [0, 1], history: { [nasty]: [1, 2] }, stopReason: nasty },
    evaluation: {
      ...evaluation,
      of: nasty,
      part: nasty,
      judge: { name: nasty, mode: "min", unit: nasty },
      entries: own,
      verdict: nasty,
      pictures: [
        { kind: "forecast", title: nasty, x: values, yLabel: nasty, truth: values, forecasts },
        { kind: "confusion", classes: NASTY, counts: NASTY.map((_, i) => NASTY.map((_, j) => (i * j) % 3)) },
        { kind: "samples", samples: NASTY.map((text) => ({ title: text, text })) },
      ],
    },
  };
}

test("in a browser no text becomes markup, nothing is fetched, and a phone needs no scrolling sideways", async (t) => {
  const chromium = findChromium();
  if (!chromium) return t.skip("no Chromium found; SLUICE_CHROMIUM names one");
  const path = join(temporaryFolder("sluice-report"), "report.html");
  writeFileSync(path, await runReport(nastyReport()));
  const browser = await launch(chromium);
  try {
    for (const width of [1000, 400]) {
      const page = await browser.newPage({ viewport: { width, height: 800 } });
      const said: string[] = [];
      page.on("console", (message) => said.push(message.text()));
      page.on("pageerror", (error) => said.push(error.message));
      page.on("request", (request) => request.url().startsWith("file:") || said.push(request.url()));
      await page.goto(pathToFileURL(path).href);
      // The browser's own reading of each picture, as XML, where the least error counts.
      const found = await page.evaluate(() => ({
        hacked: "hacked" in globalThis,
        strange: document.querySelectorAll("script, img, a, iframe, object, foreignObject, [onerror]").length,
        broken: [...document.querySelectorAll("svg")]
          .map((svg) => new DOMParser().parseFromString(svg.outerHTML, "image/svg+xml"))
          .filter((xml) => xml.querySelector("parsererror")).length,
        seen: [...document.querySelectorAll("svg")].filter((svg) => svg.getBoundingClientRect().width > 0).length,
        sideways: document.documentElement.scrollWidth - innerWidth,
      }));
      assert.deepEqual(found, { hacked: false, strange: 0, broken: 0, seen: 4, sideways: 0 }, `at ${width} pixels`);
      assert.deepEqual(said, []);
      await page.close();
    }
  } finally {
    await browser.close();
  }
});
