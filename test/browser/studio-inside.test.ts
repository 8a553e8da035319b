/** Looking inside a run: gates of a typed text, scrubbing, units held and silenced, horizon, attribution, matches. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { trace } from "../../src/explain/index.js";
import { classify, forecast, openRun } from "../../src/tasks/index.js";
import { findChromium } from "./harness.js";
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

const WORDS = ["a", "film", "plot", "story", "cast", "<b>bold</b>"];
const TEXT = "a dull film with a great story";

/** Texts that are good or bad by one word in their middle. */
function writeReviews(folder: string): string {
  const lines = Array.from({ length: 80 }, (_, i) => {
    const word = (k: number) => WORDS[(i * 7 + k * 3) % WORDS.length]!;
    return `${word(0)} ${i % 2 ? "great" : "dull"} ${word(1)} with a ${word(2)}\t${i % 2 ? "good" : "bad"}`;
  });
  writeFileSync(join(folder, "data/reviews.tsv"), `review\tlabel\n${lines.join("\n")}\n`);
  return "data/reviews.tsv";
}

describe("inside a run", { skip: chromium === undefined && process.env["CI"] !== "true" ? absent : false }, () => {
  let world: StudioWorld;
  const runs = { reviews: "", sales: "" };

  before(async () => {
    assert.ok(chromium !== undefined, absent);
    world = await studioWorld(chromium, async (folder) => {
      mkdirSync(join(folder, "data"));
      const shared = { runs: join(folder, "runs"), epochs: 3 };
      const file = (path: string) => join(folder, path);
      const reviews = { ...shared, text: "review", label: "label", units: [6], name: "reviews" };
      const sales = { ...shared, target: "sold", units: [5], lookback: 14, horizon: 4, quantiles: [0.1, 0.5, 0.9] };
      const data = file(writeSales(folder, 160));
      runs.reviews = basename((await classify.train(file(writeReviews(folder)), reviews)).folder!);
      runs.sales = basename((await forecast.train(data, { ...sales, name: "sales" })).folder!);
    });
  });
  after(() => world.close());

  const folderOf = (run: string) => join(world.folder, "runs", run);

  async function visit(run: string, tab: string, options: Parameters<StudioWorld["open"]>[0] = {}): Promise<Page> {
    const page = await world.open(options);
    await page.goto(`${world.studio.origin}#/runs/${run}/${tab}`);
    await page.waitForFunction(() => document.querySelector("main .card") !== null);
    return page;
  }

  /** With a text of its own, and what came of it. */
  async function look(page: Page, text: string): Promise<void> {
    await page.locator('[data-signal="state"]').waitFor();
    await page.getByRole("textbox", { name: "Text" }).fill(text);
    const steps = text.split(" ").length;
    await page.locator(".player-at", { hasText: `/ ${steps}` }).waitFor();
  }

  const answer = (page: Page) => page.locator(".answers").innerText();

  async function changed(page: Page, before: string): Promise<string> {
    await page.waitForFunction((old) => {
      const shown = document.querySelector<HTMLElement>(".answers")?.innerText;
      return shown !== undefined && shown !== old;
    }, before);
    return answer(page);
  }

  test("gates of a typed text are those of the library", async () => {
    const page = await visit(runs.reviews, "inside");
    await look(page, TEXT);
    const signals = await page
      .locator(".signal")
      .evaluateAll((all) => all.map((one) => one.getAttribute("data-signal")));
    assert.deepEqual(signals, ["keep", "write", "reset", "candidate", "state"]);
    const run = await openRun(folderOf(runs.reviews));
    const view = await run.view([{ review: TEXT, label: "good" }]);
    const [{ layers }] = (await trace(run.model, view.x)) as [Awaited<ReturnType<typeof trace>>[number]];
    for (const name of ["keep", "state"]) {
      const map = page.locator(`[data-signal="${name}"] .heat-map-field`);
      await page.getByRole("slider", { name: "Step", exact: true }).fill("3");
      await map.focus();
      await map.press("ArrowDown");
      const told = await page.locator(`[data-signal="${name}"] .heat-map-foot`).innerText();
      const { signals, units } = layers[0]!;
      const value = signals[name]![2 * units + 1]!;
      assert.match(told, /unit 2, step 3 “film”/);
      const shown = Number(/: (−?[\d.]+)/.exec(told)![1]!.replace("−", "-"));
      assert.ok(Math.abs(shown - value) < 5e-3 * Math.abs(value) + 1e-6, `${name}: ${told} but ${value}`);
    }
    await page.close();
  });

  test("an emptied text says that the pictures are of the one before, and the horizon of what it is", async () => {
    const page = await visit(runs.reviews, "inside");
    await page.locator('[data-signal="state"]').waitFor();
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.locator(".reach").waitFor();
    const horizon = page.locator("section", { has: page.locator("#inside-horizon") });
    await horizon.getByText("It is of the sample of the run’s data").waitFor();
    await look(page, TEXT);
    await horizon.getByText("It is of the sample").waitFor({ state: "detached" });
    await page.getByRole("textbox", { name: "Text" }).fill("");
    await page.getByText("There is nothing to read. The pictures show what stood here before.").waitFor();
    assert.match(await page.locator(".player-at").innerText(), /\/ 7/);
    await look(page, "a great film");
    await page.getByText("There is nothing to read.").waitFor({ state: "detached" });
    await page.close();
  });

  test("scrubbing and playing change the step that is shown", async () => {
    const page = await visit(runs.reviews, "inside");
    await look(page, TEXT);
    const slider = page.getByRole("slider", { name: "Step", exact: true });
    assert.equal(await slider.getAttribute("aria-valuetext"), "Step 7 of 7 “story”");
    await slider.press("ArrowLeft");
    assert.equal(await page.locator(".tokens .current").first().innerText(), "great");
    await page.locator('[data-signal="keep"] .heat-map-field').press("Home");
    assert.equal(await slider.getAttribute("aria-valuetext"), "Step 1 of 7 “a”");
    const map = page.locator('[data-signal="state"] .heat-map-field');
    const { width } = (await map.boundingBox())!;
    await map.click({ position: { x: (2.5 / 7) * width, y: 4 } });
    assert.match((await slider.getAttribute("aria-valuetext"))!, /Step 3/);
    await page.getByRole("button", { name: "Play" }).click();
    await page.waitForFunction(() => document.querySelector(".player-at")?.textContent?.includes("5 / 7"));
    await page.getByRole("button", { name: "Pause" }).click();
    await page.close();
  });

  test("a unit that is held changes the answer, and let go gives it back", async () => {
    const page = await visit(runs.reviews, "inside");
    await look(page, TEXT);
    const before = await answer(page);
    const unit = page.getByRole("spinbutton", { name: "Unit" });
    await unit.fill("2");
    await unit.press("Enter");
    await page.getByRole("button", { name: "Hold at a value" }).click();
    const value = page.getByRole("slider", { name: "Value of the state" });
    await value.fill("1");
    const high = await changed(page, before);
    await value.fill("-1");
    const low = await changed(page, high);
    assert.notEqual(high, low);
    assert.match(await page.locator(".changed").innerText(), /unit 2: held at −1/);
    await page.getByRole("button", { name: "Let all go" }).click();
    assert.equal(await changed(page, low), before);
    await page.close();
  });

  test("a click silences a unit, and says what that changes", async () => {
    const page = await visit(runs.reviews, "inside");
    await look(page, TEXT);
    const before = await answer(page);
    await page.getByLabel("Units by").selectOption("effect");
    await page.getByLabel("Pointer").selectOption("silence");
    const map = page.locator('[data-signal="state"] .heat-map-field');
    await map.click({ position: { x: 20, y: 3 } });
    await page.locator(".changed", { hasText: "silent" }).waitFor();
    const after = await changed(page, before);
    assert.match(after, /[+−]\d/);
    await map.click({ position: { x: 20, y: 3 } });
    assert.equal(await changed(page, after), before);
    await page.close();
  });

  test("horizon, attribution and matches appear", async () => {
    const page = await visit(runs.reviews, "inside");
    await look(page, TEXT);
    const horizon = page.locator("section", { has: page.getByRole("heading", { name: "Memory horizon" }) });
    await horizon.scrollIntoViewIfNeeded();
    assert.match(
      await horizon.locator(".reach").innerText(),
      /^\d+% of the gradient lies within the last \d steps? of 7\.$/,
    );
    const reasons = page.locator("section", { has: page.getByRole("heading", { name: "What speaks for it" }) });
    await reasons.locator(".tokens span").first().waitFor();
    const tints = await reasons
      .locator(".tokens span")
      .evaluateAll((all) => all.map((one) => one.getAttribute("style")));
    assert.equal(tints.length, 7);
    assert.ok(tints.some((style) => style?.includes("color-mix")));
    const off = Number(/off by ([\d.]+)%/.exec(await reasons.innerText())![1]);
    assert.ok(off < 1, `integrated gradients are off by ${off} %`);
    await page.getByRole("spinbutton", { name: "From step" }).fill("2");
    await page.getByRole("spinbutton", { name: "to step" }).fill("2");
    await page.getByRole("slider", { name: "On means a state beyond" }).fill("0.05");
    await page.locator(".chips button").first().waitFor();
    await page.locator(".passages button").first().click();
    await page.close();
  });

  test("a series is changed by keys and by numbers, and the answer follows", async () => {
    const page = await visit(runs.sales, "inside");
    await page.locator('[data-signal="state"]').waitFor();
    const before = await answer(page);
    const canvas = page.locator(".draw");
    await canvas.focus();
    for (const key of [...Array<string>(9).fill("ArrowRight"), ...Array<string>(8).fill("ArrowUp")])
      await canvas.press(key);
    const drawn = await changed(page, before);
    const numbers = page.getByRole("textbox", { name: /Numbers of/ });
    await numbers.fill("1 2 x");
    await page.getByText("“x” is no number.").waitFor();
    await page.getByRole("button", { name: "As it was" }).click();
    assert.equal(await changed(page, drawn), before);
    await page.close();
  });

  for (const theme of ["light", "dark"] as const) {
    test(`everything in use is accessible in ${theme}`, async () => {
      const page = await visit(runs.reviews, "inside");
      await setTheme(page, theme);
      await page.locator('[data-signal="state"]').waitFor();
      await page.locator(".unit-pick input").fill("1");
      await page.locator(".unit-pick input").press("Enter");
      await pressBoth(page.locator("section", { has: page.locator(".unit-pick") }));
      await page.locator(".step-field").first().fill("1");
      await page.locator(".step-field").nth(1).fill("1");
      await page.locator(".step-field").nth(1).press("Enter");
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      await page.locator(".match-found, section:has(.match-tools) .small").first().waitFor();
      await page.locator(".reach").waitFor();
      assert.deepEqual(await seriousIssues(page), []);
      await page.close();
    });
  }

  test("a phone shows it all without scrolling sideways", async () => {
    const page = await visit(runs.reviews, "inside", { viewport: PHONE, language: "zh" });
    await page.getByRole("heading", { name: "门与状态" }).waitFor();
    await page.goto(`${world.studio.origin}#/runs/${runs.reviews}`);
    await page.getByText("直到第几轮").waitFor();
    assert.ok((await overflow(page)) <= 0, `run is ${await overflow(page)} pixels too wide`);
    for (const tab of ["inside", "model"]) {
      await page.goto(`${world.studio.origin}#/runs/${runs.reviews}/${tab}`);
      await page.waitForFunction(() => document.querySelector("main .card") !== null);
      assert.ok((await overflow(page)) <= 0, `${tab} is ${await overflow(page)} pixels too wide`);
    }
    await page.close();
  });

  test("nothing was said on the console, nothing was asked of others", () => {
    assert.deepEqual(world.errors, []);
    assert.deepEqual(world.foreign, []);
  });
});

/** Held at a value, so that the slider and what was changed are there too. */
async function pressBoth(section: Locator): Promise<void> {
  await section.locator("button[aria-pressed]").first().click();
  await section.locator('input[type="range"]').waitFor();
}
