/** The studio as a visitor meets it: every page, a run from the form to its curve, two languages, the keyboard, a phone. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { forecast } from "../../src/tasks/index.js";
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

/** What a first visit may fetch, gzipped: code, styles, the font. */
const FIRST_LOAD_BYTES = 300_000;
/** Markup where names are expected: it must be shown, not run. */
const MARKUP = "<img src=x onerror=alert(1)>";

const chromium = findChromium();
const absent = "Chromium is absent (looked for /usr/bin/chromium; SLUICE_CHROMIUM may name another)";

describe("the studio", { skip: chromium === undefined && process.env["CI"] !== "true" ? absent : false }, () => {
  let world: StudioWorld;
  let run: string;

  before(async () => {
    assert.ok(chromium !== undefined, absent);
    world = await studioWorld(chromium, async (folder) => {
      const data = writeSales(folder);
      writeFileSync(join(folder, `${MARKUP.replaceAll("/", "")}.csv`), `a,${MARKUP}\n1,<b>bold</b>\n2,<i>x</i>\n3,y\n`);
      const options = { target: "sold", epochs: 3, units: [6], lookback: 14, horizon: 3, gradientNorms: true };
      const trained = await forecast.train(join(folder, data), {
        ...options,
        runs: join(folder, "runs"),
        name: "small",
      });
      run = basename(trained.folder!);
    });
  });
  after(() => world.close());

  /** Goes to a page and waits until it shows what was fetched for it. */
  async function visit(page: Page, path: string): Promise<void> {
    await page.goto(`${world.studio.origin}#/${path}`);
    const shown = () => document.querySelector("main h1") !== null && document.querySelector("main .skeleton") === null;
    await page.waitForFunction(shown).catch(async (error: unknown) => {
      throw new Error(`${path} is not ready: ${await page.locator("main").innerHTML()}`, { cause: error });
    });
  }

  const places = () => [
    "runs",
    `runs/${run}`,
    ...["inside", "model", "forecast"].map((tab) => `runs/${run}/${tab}`),
    `compare?runs=${run}`,
    "data",
    "data?path=data%2Fsales.csv",
    "new",
    "new?path=data%2Fsales.csv",
    "nowhere",
  ];

  test("a first visit fetches little, all of it from the studio", async () => {
    const page = await world.open();
    const sizes = new Map<string, number>();
    const reads: Promise<void>[] = [];
    page.on("response", (response) => {
      const { pathname } = new URL(response.url());
      if (pathname.startsWith("/api/") || response.status() !== 200) return;
      reads.push(response.body().then((body) => void sizes.set(pathname, gzipSync(body).length)));
    });
    await page.reload();
    await page.getByRole("link", { name: run }).waitFor();
    await Promise.all(reads);
    const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    console.log(`first load: ${(total / 1000).toFixed(1)} kB gzipped in ${sizes.size} files`);
    assert.ok(sizes.size > 3 && total > 20_000 && total < FIRST_LOAD_BYTES, `${total} bytes in ${sizes.size} files`);
    await page.close();
  });

  test("every page opens and is accessible, in light and in dark", { timeout: 60_000 }, async () => {
    const page = await world.open();
    for (const path of places()) {
      await visit(page, path);
      assert.equal(
        await page.locator("main .note.bad").count(),
        0,
        `${path}: ${await page.locator("main").innerText()}`,
      );
      await setTheme(page, "light");
      assert.deepEqual(await seriousIssues(page), [], `${path} in light`);
      await setTheme(page, "dark");
      assert.deepEqual(await seriousIssues(page, ["color-contrast"]), [], `${path} in dark`);
    }
    await page.close();
  });

  test("a phone shows every page without scrolling sideways", async () => {
    const page = await world.open({ viewport: PHONE });
    for (const path of places()) {
      await visit(page, path);
      assert.ok((await overflow(page)) <= 0, `${path} is ${await overflow(page)} pixels too wide`);
    }
    await page.close();
  });

  test("a run is started from the form, its curve grows, it stops, and it goes on", { timeout: 60_000 }, async () => {
    const page = await world.open();
    await page.getByRole("link", { name: "New run" }).first().click();
    await page.locator(".files").getByRole("link", { name: "data" }).click();
    await page.getByRole("link", { name: "sales.csv" }).click();
    const epochs = page.getByRole("textbox", { name: "Epochs" });
    await epochs.fill("-3");
    await page.getByText("at least 1").waitFor();
    assert.ok(await page.getByRole("button", { name: "Start training" }).isDisabled());
    await epochs.fill("5000");
    await page.getByRole("textbox", { name: "Patience" }).fill("5000");
    await page.getByRole("textbox", { name: "Units" }).fill("4, 3");
    await page.getByRole("textbox", { name: "Lookback" }).fill("14");
    await page.getByRole("button", { name: "Start training" }).click();
    await page.waitForURL(/#\/runs\/.+/);
    await page.getByText("running").first().waitFor();
    const shown = () =>
      Number(page.url() && page.locator(".figures dt:text-is('Epochs') + dd").innerText().then(parseInt));
    void shown;
    const trained = async () => Number.parseInt(await page.locator("dt:text-is('Epochs') + dd").innerText(), 10);
    await page.locator(".curve-chart canvas").first().waitFor();
    const first = await trained();
    await page.waitForFunction((least) => {
      const term = [...document.querySelectorAll("dt")].find((dt) => dt.textContent === "Epochs");
      return Number.parseInt(term?.nextElementSibling?.textContent ?? "0", 10) > least + 2;
    }, first);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Go on training" }).waitFor();
    await page.locator(".badge", { hasText: "stopped" }).waitFor();
    const stopped = await trained();
    await page.getByLabel("Up to epoch").fill(String(stopped + 4));
    await page.getByRole("button", { name: "Go on training" }).click();
    await page.locator(".badge", { hasText: "finished" }).waitFor();
    assert.equal(await trained(), stopped + 4);
    await page.getByText("Beside simpler ways").waitFor();
    await page.close();
  });

  test("runs are chosen in the list and stand side by side", async () => {
    const page = await world.open();
    await page.getByRole("checkbox").first().waitFor();
    for (const box of await page.getByRole("checkbox").all()) await box.check();
    await page.getByRole("link", { name: /^Compare \d/ }).click();
    await page.getByText("Settings that differ").waitFor();
    assert.ok(await page.getByRole("rowheader", { name: "units" }).isVisible());
    await page.close();
  });

  test("the list follows what happens elsewhere, also after its connection broke off", async () => {
    const page = await world.open();
    let refused = 0;
    await page.route("**/api/events*", async (route) => {
      if (refused++ === 0) await route.fulfill({ status: 503 });
      else await route.continue();
    });
    await page.reload();
    await page.getByRole("link", { name: run }).waitFor();
    const options = { target: "sold", epochs: 1, units: [2], lookback: 7, runs: join(world.folder, "runs") };
    await forecast.train(join(world.folder, "data/sales.csv"), { ...options, name: "elsewhere" });
    await page.getByRole("link", { name: /elsewhere/ }).waitFor();
    assert.ok(refused > 1, "it did not connect again");
    await page.close();
  });

  test("Chinese is chosen, kept, and spoken on every page", async () => {
    const page = await world.open();
    await page.getByRole("button", { name: "中文" }).click();
    await page.getByRole("heading", { name: "训练记录" }).waitFor();
    await page.reload();
    assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
    for (const path of ["runs", `runs/${run}`, "compare", "data", "data?path=data%2Fsales.csv", "nowhere"]) {
      await visit(page, path);
      assert.match(await page.locator("main").innerText(), /[\u4e00-\u9fff]/, path);
    }
    await visit(page, "new?path=data%2Fsales.csv");
    await page.getByRole("textbox", { name: "学习率" }).waitFor();
    assert.deepEqual(await seriousIssues(page), []);
    await page.close();
  });

  test("the keyboard alone leads to the form", async () => {
    const page = await world.open();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Skip to content");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
    await tabTo(page, "New run");
    await page.keyboard.press("Enter");
    await tabTo(page, "data");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "sales.csv" }).waitFor();
    await tabTo(page, "sales.csv");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Start training" }).waitFor();
    await tabTo(page, "Start training");
    const ring = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
    assert.equal(ring, "solid");
    await page.close();
  });

  test("markup in names is text", async () => {
    const page = await world.open();
    let alerts = 0;
    page.on("dialog", (dialog) => {
      alerts++;
      void dialog.dismiss();
    });
    await visit(page, "data");
    await page.getByText(MARKUP, { exact: false }).first().click();
    await page.getByRole("rowheader", { name: MARKUP }).waitFor();
    await page.getByRole("cell", { name: "<b>bold</b>" }).first().waitFor();
    await page.goto(`${world.studio.origin}#/runs/${encodeURIComponent(MARKUP)}`);
    await page.locator("main .note.bad", { hasText: MARKUP }).waitFor();
    assert.equal(await page.locator("main img, main b:text-is('bold')").count(), 0);
    assert.equal(alerts, 0);
    await page.close();
  });

  test("no page logged an error or asked anything of other machines", () => {
    // A run with markup for a name is none, and events were refused once: the browser itself notes such answers.
    const expected = /the server responded with a status of (?:404|503)/;
    assert.deepEqual(
      world.errors.filter((error) => !expected.test(error)),
      [],
    );
    assert.deepEqual(world.foreign, []);
  });
});

/** Presses Tab until what is focused has this text. */
async function tabTo(page: Page, text: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
    if (focused === text || focused.startsWith(`${text}`)) return;
  }
  assert.fail(`Tab never reached ${text}`);
}
