/** Pages of a run beside its curves: the model, texts as they are written, forecasts and their past, and sound that goes in. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import type { InsideReply, InsideRequest } from "../../src/studio/api/index.js";
import { fromPcm } from "../../src/studio/page/inside/input/pcm.js";
import { classify, forecast, generate, generateText, openRun } from "../../src/tasks/index.js";
import { findChromium, launch } from "./harness.js";
import {
  overflow,
  PHONE,
  seriousIssues,
  setTheme,
  studioWorld,
  writeSales,
  type StudioWorld,
} from "./studio-harness.js";

const chromium = findChromium();
const absent = "Chromium is absent (looked for /usr/bin/chromium; SLUICE_CHROMIUM may name another)";
/** A microphone that beeps. */
const FAKE_MICROPHONE = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"];

function writeTale(folder: string): string {
  writeFileSync(join(folder, "data/tale.txt"), "The king went to the sea.\nThe sea went to the king.\n".repeat(40));
  return "data/tale.txt";
}

/** A few recordings of each word. */
function copyWords(folder: string): string {
  for (const word of ["left", "right"]) {
    mkdirSync(join(folder, "data/words", word), { recursive: true });
    const from = join("examples/data/spoken-commands", word);
    for (const name of readdirSync(from).slice(0, 10)) cpSync(join(from, name), join(folder, "data/words", word, name));
  }
  return "data/words";
}

describe("pages of a run", { skip: chromium === undefined && process.env["CI"] !== "true" ? absent : false }, () => {
  let world: StudioWorld;
  const runs = { tale: "", words: "", sales: "", backtest: "" };

  before(async () => {
    assert.ok(chromium !== undefined, absent);
    world = await studioWorld(chromium, async (folder) => {
      mkdirSync(join(folder, "data"));
      const shared = { runs: join(folder, "runs"), epochs: 2 };
      const file = (path: string) => join(folder, path);
      const tale = { ...shared, units: [8], embedding: 4, stepsPerEpoch: 10, name: "tale" };
      const sales = { ...shared, target: "sold", units: [5], lookback: 14, horizon: 4, quantiles: [0.1, 0.5, 0.9] };
      const data = file(writeSales(folder, 160));
      const past = { ...sales, initial: 0.8, period: 8 };
      const words = { ...shared, audio: true, units: [6], name: "words" };
      runs.tale = basename((await generate.train(file(writeTale(folder)), tale)).folder!);
      runs.words = basename((await classify.train(file(copyWords(folder)), words)).folder!);
      runs.sales = basename((await forecast.train(data, { ...sales, name: "sales" })).folder!);
      runs.backtest = basename((await forecast.backtest(data, { ...past, name: "past" })).folder!);
    });
  });
  after(() => world.close());

  const folderOf = (run: string) => join(world.folder, "runs", run);
  const address = (run: string, tab: string) => `${world.studio.origin}#/runs/${run}/${tab}`;

  async function visit(run: string, tab: string, options: Parameters<StudioWorld["open"]>[0] = {}): Promise<Page> {
    const page = await world.open(options);
    await page.goto(address(run, tab));
    await page.waitForFunction(() => document.querySelector("main .card") !== null);
    return page;
  }

  test("the model page counts what the model has, with a histogram for each weight and its gates", async () => {
    const page = await visit(runs.words, "model");
    const { model } = await openRun(folderOf(runs.words));
    const figures = await page.locator(".figures").innerText();
    assert.ok(figures.includes(model.countParams().toLocaleString("en")), figures);
    const shown = await page.locator(".weight").count();
    assert.equal((await page.locator(".histogram svg rect").count()) > shown * 10, true);
    assert.match(
      await page.locator(".weight-gates").first().innerText(),
      /keep \(z\)[^]*reset \(r\)[^]*candidate \(g\)/,
    );
    await page
      .getByRole("button", { name: /^dense/ })
      .first()
      .click();
    await page.getByRole("heading", { name: /Weights of dense/ }).waitFor();
    await page.close();
  });

  test("a text is written as the library writes it, coloured, and its temperature can be changed", async () => {
    const page = await visit(runs.tale, "generate");
    const { model } = await openRun(folderOf(runs.tale));
    let expected = "";
    for await (const piece of generateText(model, { prompt: "The ", length: 60, seed: 3, temperature: 0.8 }))
      expected += piece;
    await page.getByRole("textbox", { name: "Prompt" }).fill("The ");
    await page.getByRole("spinbutton", { name: "Length" }).fill("60");
    await page.getByRole("spinbutton", { name: "Seed" }).fill("3");
    await page.getByText("fastest").click();
    await page.getByRole("button", { name: "Write" }).click();
    await page.getByText(/60 pieces in/).waitFor();
    assert.equal(await page.locator(".written").textContent(), `The ${expected}`);
    assert.match((await page.locator(".written span span").first().getAttribute("title"))!, /“.*”: [\d.]+%/s);
    await page.getByText("30 a second").click();
    await page.getByRole("spinbutton", { name: "Length" }).fill("2000");
    await page.getByRole("button", { name: "Write again" }).click();
    await page.getByText(/Writing: \d\d pieces/).waitFor();
    const told = page.waitForRequest((request) => request.url().includes("/api/generations/"));
    await page.getByRole("slider", { name: "Temperature" }).fill("0");
    assert.deepEqual((await told).postDataJSON(), { temperature: 0 });
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText(/Stopped after/).waitFor();
    await page.close();
  });

  test("a forecast has its fan, a backtest its moments and errors", async () => {
    const page = await visit(runs.sales, "forecast");
    await page.getByText("80% should lie inside").waitFor();
    await page.getByText("Forecast as a table").click();
    assert.equal(await page.locator("details tbody tr").count(), 4);
    await page.goto(`${world.studio.origin}#/runs/${runs.backtest}/forecast`);
    await page.getByRole("heading", { name: "Forecasts from the past" }).waitFor();
    const moment = page.getByRole("slider", { name: "Moment" });
    const last = await moment.getAttribute("aria-valuetext");
    await moment.press("ArrowLeft");
    assert.notEqual(await moment.getAttribute("aria-valuetext"), last);
    const rows = await page.locator(".origin-table tbody tr").count();
    assert.match(last!, new RegExp(`Moment ${rows} of ${rows}`));
    await page.locator(".origin-table tbody button").first().click();
    assert.match((await moment.getAttribute("aria-valuetext"))!, /^Moment 1 of/);
    await page.close();
  });

  test("a clip that is chosen and what the microphone hears are seen inside", async () => {
    const browser = await launch(chromium!, FAKE_MICROPHONE);
    try {
      const page = await (await browser.newContext()).newPage();
      await page.goto(world.studio.newAddress());
      await page.locator("main h1").first().waitFor();
      await page.goto(address(runs.words, "inside"));
      await page.locator('[data-signal="state"]').first().waitFor();
      await page.getByRole("button", { name: "Sound" }).click();
      const clips = join(world.folder, "data/words/right");
      await page.locator('input[type="file"]').setInputFiles(join(clips, readdirSync(clips)[0]!));
      await page.getByText(/\.wav, \d+ ms/).waitFor();
      await page.getByRole("button", { name: "Listen" }).waitFor();
      await page.getByRole("button", { name: "Record" }).click();
      await page.getByText(/Recording, 1\.\d s/).waitFor();
      const answered = page.waitForResponse((response) => response.url().endsWith("/inside"));
      await page.getByRole("button", { name: "Stop and look inside" }).click();
      const response = await answered;
      const { audio } = (response.request().postDataJSON() as InsideRequest).input;
      const samples = fromPcm(audio!.pcm);
      assert.ok(samples.length > audio!.sampleRate && samples.length < 10 * audio!.sampleRate, `${samples.length}`);
      assert.ok(
        samples.some((value) => Math.abs(value) > 0.05),
        "the beeps are not heard",
      );
      const { layers } = (await response.json()) as InsideReply;
      await page.locator(".player-at", { hasText: `/ ${layers[0]!.steps}` }).waitFor();
    } finally {
      await browser.close();
    }
  });

  for (const theme of ["light", "dark"] as const) {
    test(`all of them are accessible in ${theme}, and fit a phone`, async () => {
      const page = await world.open();
      await setTheme(page, theme);
      for (const [run, tab] of [
        [runs.words, "model"],
        [runs.words, "inside"],
        [runs.tale, "generate"],
        [runs.tale, "inside"],
        [runs.sales, "inside"],
        [runs.backtest, "forecast"],
      ] as const) {
        await page.goto(address(run, tab));
        await page.waitForFunction(() => {
          return document.querySelector("main .card") !== null && document.querySelector("main .skeleton") === null;
        });
        assert.deepEqual(await seriousIssues(page), [], `${tab} in ${theme}`);
        await page.setViewportSize(PHONE);
        assert.ok((await overflow(page)) <= 0, `${tab} is ${await overflow(page)} pixels too wide`);
        await page.setViewportSize({ width: 1280, height: 860 });
      }
      await page.close();
    });
  }

  test("nothing was said on the console, nothing was asked of others", () => {
    assert.deepEqual(world.errors, []);
    assert.deepEqual(world.foreign, []);
  });
});
