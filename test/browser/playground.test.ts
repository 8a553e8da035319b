// The playground as it is published: built into a folder, served as plain files below a path, used in headless Chromium.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Locator, Page } from "playwright-core";
import { findChromium, launch } from "./harness.js";
import { serve } from "./server.js";

const chromium = findChromium();
const absent = "Chromium is absent (looked for /usr/bin/chromium; SLUICE_CHROMIUM may name another)";
/** Some static servers serve a project below its name. */
const BELOW = "some/project";
const TIMEOUT_MS = 30_000;
const PHONE = { width: 390, height: 844 };

/** @returns the number in a text such as "1,234" or "26% of the baseline" */
const numberIn = (text: string) => Number(/[\d.,]+/.exec(text)![0].replaceAll(",", ""));

describe("the playground", { skip: chromium === undefined && process.env["CI"] !== "true" ? absent : false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-playground-"));
  const noticed: string[] = [];
  let server: Awaited<ReturnType<typeof serve>>;
  let browser: Browser;
  let page: Page;

  async function open(fragment: string, options: Parameters<Browser["newPage"]>[0] = {}): Promise<Page> {
    const opened = await browser.newPage({ locale: "en", viewport: { width: 1440, height: 900 }, ...options });
    opened.setDefaultTimeout(TIMEOUT_MS);
    const home = `${server.origin}/${BELOW}/`;
    opened.on("pageerror", (error) => noticed.push(`threw ${error.stack ?? error.message}`));
    opened.on("console", (message) => message.type() === "error" && noticed.push(`console: ${message.text()}`));
    opened.on("request", (request) => {
      if (!request.url().startsWith(home) && !/^(?:data|blob):/.test(request.url()))
        noticed.push(`fetched ${request.url()}`);
    });
    opened.on("response", (response) => response.status() >= 400 && noticed.push(`${response.url()} is missing`));
    await opened.goto(`${home}index.html${fragment}`);
    try {
      await opened.locator("figure canvas").first().waitFor();
    } catch (error) {
      throw new Error(`the page shows no gates; ${noticed.join("\n") || "it says nothing"}`, { cause: error });
    }
    return opened;
  }

  const steps = async () => numberIn(await page.locator(".numbers dd").first().innerText());
  /** What is chosen is there once a network without training is. */
  const choose = async (where: Locator) => {
    await where.click();
    await page.waitForFunction(() => document.querySelector(".numbers dd")?.textContent?.trim() === "0");
  };
  const train = () => page.getByRole("button", { name: "Train", exact: true }).click();
  const pause = () => page.getByRole("button", { name: "Pause" }).click();
  const untilSteps = (least: number) =>
    page.waitForFunction((n) => {
      const text = document.querySelector(".numbers dd")?.textContent ?? "";
      return Number(text.replaceAll(/\D/g, "")) >= n;
    }, least);
  const signals = () => page.locator("figure[data-signal]").evaluateAll((all) => all.map((f) => f.dataset["signal"]));

  before(async () => {
    if (chromium === undefined) assert.fail(absent);
    execFileSync(process.execPath, ["scripts/build-playground.mjs", join(folder, BELOW)]);
    server = await serve([folder], false);
    browser = await launch(chromium);
    page = await open("");
  });

  after(async () => {
    await browser?.close();
    server?.server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("opens untrained, with gates and states of a sample", async () => {
    assert.equal(await page.title(), "Sluice Playground");
    assert.equal(await steps(), 0);
    assert.deepEqual(await signals(), ["keep", "reset", "candidate", "state"]);
    const colours = await page.locator('[data-signal="state"] canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
    assert.ok(colours > 20, `the map of the states has ${colours} colours`);
  });

  test("trains the noisy sine below the forecast that repeats the last value", async () => {
    await train();
    await page.locator('.loss [data-below="true"]').waitFor();
    await untilSteps(100);
    await pause();
    const share = numberIn(await page.locator(".numbers dd small").innerText());
    assert.ok(share < 95, `the loss is ${share} % of the baseline's`);
    const [loss, baseline] = await Promise.all(
      ["fresh samples", "repeating the last value"].map(async (name) =>
        numberIn(await page.locator(".loss li", { hasText: name }).locator("b").innerText()),
      ),
    );
    assert.ok(loss! < baseline!, `${loss} against ${baseline}`);
    await page.locator(".gradient [data-verdict]").waitFor();
    await choose(page.getByRole("button", { name: "Start over" }));
    await page.getByRole("button", { name: "One step" }).click();
    await untilSteps(1);
    assert.equal(await steps(), 1);
  });

  test("trains on every problem and with every cell", async () => {
    for (const problem of ["Adding problem", "Parity", "Counting brackets", "A small text"]) {
      await choose(page.getByText(problem, { exact: true }).first());
      assert.equal(await page.locator("#problem-title").innerText(), problem);
      await train();
      await untilSteps(20);
      await pause();
    }
    const written = await page.locator(".sample").innerText();
    assert.ok(written.length > 100, `the network wrote ${JSON.stringify(written)}`);
    await choose(page.getByText("Noisy sine", { exact: true }).first());
    const shown = {
      LSTM: ["input", "forget", "candidate", "output", "cell", "state"],
      RNN: ["state"],
      minGru: ["keep", "candidate", "state"],
    };
    for (const [cell, expected] of Object.entries(shown)) {
      await choose(page.locator(".controls").getByText(cell, { exact: true }));
      await train();
      await untilSteps(20);
      await pause();
      assert.deepEqual(await signals(), expected, cell);
    }
  });

  test("says when training has exploded, and begins again", async () => {
    await page.getByText("Adding problem", { exact: true }).first().click();
    await page.getByRole("button", { name: "Without clipping" }).click();
    await page.getByRole("alert").waitFor();
    assert.match(await page.getByRole("alert").innerText(), /exploded at step \d+/);
    await page.locator(".main").getByRole("button", { name: "Start over" }).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
    assert.equal(await page.getByRole("button", { name: "Train", exact: true }).isEnabled(), true);
  });

  test("keeps the settings in the address, and says what of an address cannot be had", async () => {
    const link = new URL(page.url()).hash;
    assert.equal(link, "#problem=adding&cell=simpleRnn&optimizer=sgd&learningRate=0.3&clip=0");
    const other = await open("#problem=parity&units=4&seed=7&layers=2&length=1e9&x=%3Cimg+src=x%3E");
    assert.equal(await other.locator("#problem-title").innerText(), "Parity");
    assert.equal(await other.getByLabel("Seed", { exact: true }).inputValue(), "7");
    assert.equal(await other.locator("output").first().innerText(), "4");
    const note = await other.locator(".note").innerText();
    assert.match(note, /length=1e9, x=<img src=x>/); // as plain text
    assert.equal(await other.locator("img").count(), 0);
    await other.close();
  });

  test("is used by keyboard: a step and a unit of a heat map are reached and read out", async () => {
    const map = page.getByRole("application", { name: /^State, layer 1/ });
    await map.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    const said = await page.locator('[data-signal="state"] [aria-live]').innerText();
    assert.match(said, /^unit 2, step 3.*: −?[\d.e−]+$/);
    await page.keyboard.press("Enter");
    assert.equal(await page.locator(".unit h3").innerText(), "Unit 2");
  });

  test("speaks Chinese", async () => {
    await page.getByRole("button", { name: "中文" }).click();
    assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
    assert.equal(await page.title(), "Sluice 游乐场");
    const words = await page.locator(".main").innerText();
    assert.deepEqual(words.match(/\b(?:the|of|and|step|loss|layer|unit)\b/gi), null);
    await page.getByRole("button", { name: "English" }).click();
  });

  test("has no serious fault of access, light, dark and on a phone", async () => {
    const axe = createRequire(import.meta.url)("axe-core") as { source: string };
    for (const [fragment, options] of [
      ["#problem=text&length=10&units=8", { colorScheme: "light" }],
      ["#problem=brackets&cell=lstm&layers=2&units=4", { colorScheme: "dark" }],
      ["#problem=parity", { viewport: PHONE, colorScheme: "dark" }],
    ] as const) {
      const opened = await open(fragment, options);
      await opened.getByRole("button", { name: "One step" }).click();
      await opened.locator(".gradient [data-verdict]").waitFor();
      const width = await opened.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(width <= 0, `the page is ${width} pixels too wide`);
      await opened.evaluate(axe.source);
      const found = await opened.evaluate(async () => {
        const run = (globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }).axe.run();
        type Violation = { id: string; impact: string; nodes: { html: string; failureSummary: string }[] };
        const grave = (await run).violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        return grave.map(({ id, nodes }) => `${id}: ${nodes.map((n) => `${n.html} ${n.failureSummary}`).join("\n")}`);
      });
      assert.deepEqual(found, [], fragment);
      await opened.close();
    }
  });

  test("had no error, no missing file and no request elsewhere in all of this", () => {
    assert.deepEqual(noticed, []);
  });
});
