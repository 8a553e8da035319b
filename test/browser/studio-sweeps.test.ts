/** Sweeps as a visitor meets them: the list, the picture with its brushes and the table that follows, by mouse and by keys. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { SERIES, SHARDS, writeSeries, writeShards } from "../studio/parallel-folder.js";
import { madeTrials, waiting, writeSweep, writeTraining } from "../studio/sweep-folder.js";
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

describe("sweeps", { skip: chromium === undefined && process.env["CI"] !== "true" ? absent : false }, () => {
  let world: StudioWorld;
  const runs = { large: "", halving: "", live: "", begin: "", one: "", lost: "" };

  before(async () => {
    assert.ok(chromium !== undefined, absent);
    world = await studioWorld(chromium, (folder) => {
      writeSales(folder);
      mkdirSync(join(folder, "runs"));
      const failed = madeTrials(20).filter(({ state }) => state === "failed");
      runs.large = writeSweep(folder, { name: "large", trials: madeTrials(400) });
      const halving = { halving: true, rungs: 3 };
      runs.halving = writeSweep(folder, {
        name: "halving",
        trials: madeTrials(27, { rungs: [1, 4, 12] }),
        options: halving,
      });
      runs.one = writeSweep(folder, { name: "one", trials: madeTrials(1) });
      const lost = failed.map((own, trial) => ({ ...own, trial }));
      runs.lost = writeSweep(folder, { name: "lost", state: "failed", reason: "none came to an end", trials: lost });
      const next = waiting(0, { units: [8], cell: "gru", learningRate: 0.01 });
      runs.begin = writeSweep(folder, { name: "begin", state: "running", allowed: 40, trials: [next] });
      writeTraining(folder, runs.begin, 0);
      writeLive(folder, 6);
      writeSeries(folder);
      writeShards(folder);
    });
  });
  after(() => world.close());

  function writeLive(folder: string, ended: number): void {
    const trials = [...madeTrials(ended), waiting(ended, { units: [8], cell: "gru", learningRate: 0.01 })];
    runs.live = writeSweep(folder, { name: "live", state: "running", allowed: 40, trials });
    writeTraining(folder, runs.live, ended);
  }

  async function visit(run: string, options: Parameters<StudioWorld["open"]>[0] = {}): Promise<Page> {
    const page = await world.open(options);
    await go(page, `runs/${run}`);
    return page;
  }

  async function go(page: Page, path: string): Promise<void> {
    await page.goto(`${world.studio.origin}#/${path}`);
    await page.waitForFunction(() => document.querySelector("main .card") && !document.querySelector("main .skeleton"));
  }

  const kept = (page: Page) => page.getByRole("status").filter({ hasText: /of \d+ trials/ });
  const rows = (page: Page) => page.getByRole("region", { name: "Trials" }).locator("tbody tr");

  test("the list has a line for each sweep, with trials and the best", async () => {
    const page = await world.open();
    const row = page.getByRole("row").filter({ hasText: "large-sweep" });
    await row.waitFor();
    assert.match(await row.innerText(), /400\/400\s+trials · 44 set aside/);
    assert.equal(await page.locator("tbody tr").count(), 8);
    await page.getByRole("link", { name: runs.large }).click();
    await page.getByRole("heading", { name: "What the options matter" }).waitFor();
    await page.close();
  });

  test("a stroke along an axis keeps the trials that pass there, and a click takes it away", async () => {
    const page = await visit(runs.large);
    await kept(page).filter({ hasText: "400 of 400" }).waitFor();
    const box = (await page.locator(".parallel-field").boundingBox())!;
    const track = (await page.locator(".parallel-track").last().boundingBox())!;
    const x = track.x + track.width / 2;
    await page.mouse.move(x, track.y + 40);
    await page.mouse.down();
    await page.mouse.move(x, track.y + 90, { steps: 3 });
    await page.mouse.up();
    const some = Number.parseInt(await kept(page).innerText(), 10);
    assert.ok(some > 0 && some < 400, `${some}`);
    assert.equal(await rows(page).count(), some);
    assert.equal(await page.locator(".parallel-lines path:not(.out)").count(), some);
    await page.mouse.click(x, box.y + box.height - 80);
    await kept(page).filter({ hasText: "400 of 400" }).waitFor();
    await page.close();
  });

  test("so do the arrow keys, and the table is sorted by its heads", async () => {
    const page = await visit(runs.large);
    const least = page.getByRole("slider", { name: "Cell: from" });
    await least.press("ArrowUp");
    assert.equal(await least.getAttribute("aria-valuetext"), "lstm");
    const cells = await page.getByRole("region", { name: "Trials" }).locator("tbody td:nth-child(5)").allInnerTexts();
    assert.ok(cells.length > 100 && cells.every((cell) => cell === "lstm"));
    await least.press("Escape");
    await kept(page).filter({ hasText: "400 of 400" }).waitFor();
    const head = page.getByRole("columnheader", { name: "Learning rate" });
    await head.getByRole("button").click();
    assert.equal(await head.getAttribute("aria-sort"), "ascending");
    const rates = await page.getByRole("region", { name: "Trials" }).locator("tbody td:nth-child(6)").allInnerTexts();
    const numbers = rates.map(Number);
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
    await page.close();
  });

  test("a trial that is pointed at is told of, in the picture and in the table", async () => {
    const page = await visit(runs.halving);
    await rows(page).first().hover();
    await page.locator(".coordinates-said", { hasText: /^Trial \d+: Units .* → MAE/ }).waitFor();
    assert.equal(await page.locator(".parallel-lines .pointed").count(), 1);
    await page.getByRole("region", { name: "Rungs" }).getByRole("row").nth(3).waitFor();
    await page.getByRole("radiogroup", { name: "Axis of the result" }).getByText("Order").click();
    await page.close();
  });

  test("one that is running grows as its trials end", async () => {
    const page = await visit(runs.live);
    await page.getByText("6 of 40 trainings").waitFor();
    await page.getByRole("list", { name: "Training now" }).getByRole("link", { name: "Trial 7" }).waitFor();
    writeLive(world.folder, 9);
    await page.getByText("9 of 40 trainings").waitFor();
    await page.getByRole("list", { name: "Training now" }).getByRole("link", { name: "Trial 10" }).click();
    await page.getByRole("heading", { name: /trial-010$/ }).waitFor();
    await page.getByRole("navigation", { name: "Where this is" }).getByRole("link", { name: runs.live }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Stop" }).count(), 0, "it ends with its sweep");
    await page.close();
  });

  test("a search is put together in the form", async () => {
    const page = await world.open();
    await go(page, "new?path=data%2Fsales.csv");
    await page.getByText("Search for good settings").click();
    await page.getByLabel("Add a setting to search").selectOption("units");
    await page.getByLabel("Add a setting to search").selectOption("learningRate");
    const part = page.locator(".space");
    await part.getByLabel("Units", { exact: true }).fill("2,3");
    await page.getByRole("spinbutton", { name: "Trials, at most" }).fill("2");
    await page.getByRole("textbox", { name: "Epochs" }).fill("1");
    await page.getByText("The same in a terminal").click();
    const command = page.locator(".start-side pre");
    await command.filter({ hasText: "--space=units=2,3 --space=learningRate=log:1e-4..1e-2 --trials=2" }).waitFor();
    await part.getByLabel("Learning rate", { exact: true }).fill("1e-2..1e-4");
    await page.getByRole("button", { name: "Start the search" }).click();
    await page.locator(".note.bad", { hasText: "low end" }).waitFor();
    await part.getByLabel("Learning rate", { exact: true }).fill("1e-3,1e-2");
    await page.getByRole("button", { name: "Start the search" }).click();
    await page.waitForURL(/#\/runs\/.+-sweep/);
    await page.locator(".badge", { hasText: "finished" }).waitFor({ timeout: 60_000 });
    await kept(page).filter({ hasText: "2 of 2" }).waitFor();
    await page.getByRole("link", { name: "Open its run" }).click();
    await page.getByRole("heading", { name: /trial-00\d$/ }).waitFor();
    await page.close();
  });

  test("a run of many series is a table in which one is found, and rounds on shards are drawn", async () => {
    const page = await visit(SERIES);
    await page.getByText("2 of 500 series").waitFor();
    const table = page.getByRole("region", { name: "Series", exact: true });
    assert.equal(await table.locator("tbody tr").count(), 200, "nobody reads more at once");
    await page.getByRole("searchbox", { name: "Find a series" }).fill("> 49");
    await page.getByRole("status").filter({ hasText: "11 of 500" }).waitFor();
    await table.getByRole("rowheader", { name: "<store> 499" }).waitFor();
    await page.getByRole("searchbox", { name: "Find a series" }).fill("store> 1");
    await table.getByRole("link", { name: "<store> 1", exact: true }).click();
    await page.getByRole("heading", { name: "<store> 1", exact: true }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Go on training" }).count(), 0);
    for (const own of ["forecast", "model", "inside"]) {
      await page.goto(`${world.studio.origin}#/runs/${SERIES}/${own}`);
      await page.getByRole("heading", { name: "This run has one model for each series" }).waitFor();
    }
    await page.getByRole("link", { name: "To the series" }).click();
    await table.waitFor();
    assert.deepEqual(await seriousIssues(page), []);
    await go(page, `runs/${SHARDS}`);
    await page.getByRole("heading", { name: "Rounds" }).waitFor();
    assert.deepEqual(await seriousIssues(page), []);
    await page.getByText("Rounds as a table").click();
    await page.getByRole("row", { name: /^778 389 1\/2/ }).waitFor();
    await page.close();
  });

  test("side by side, searches and models of series are counted by their own parts", async () => {
    const page = await world.open();
    await go(page, `compare?runs=${runs.large},${SERIES},${SHARDS}`);
    await page.getByRole("columnheader", { name: "Epochs, trials or series" }).waitFor();
    const row = (name: string) =>
      page.getByRole("region", { name: "Results" }).getByRole("row").filter({ hasText: name });
    await row(runs.large).getByText("400/400").waitFor();
    assert.match(await row(SERIES).innerText(), /2\/500\s+series · 1 set aside\s+0\.8000\s+median MASE/);
    await page.close();
  });

  test("they are accessible in both themes, fit a phone, and speak Chinese", { timeout: 60_000 }, async () => {
    const page = await world.open();
    for (const run of [runs.live, runs.halving, runs.lost]) {
      await go(page, `runs/${run}`);
      await setTheme(page, "light");
      assert.deepEqual(await seriousIssues(page), [], `${run} in light`);
      await setTheme(page, "dark");
      assert.deepEqual(await seriousIssues(page, ["color-contrast"]), [], `${run} in dark`);
    }
    await page.close();
    const phone = await world.open({ viewport: PHONE, language: "zh" });
    for (const run of [runs.begin, runs.large, runs.one]) {
      await go(phone, `runs/${run}`);
      assert.ok((await overflow(phone)) <= 0, `${run} is ${await overflow(phone)} pixels too wide`);
      assert.match(await phone.locator("main").innerText(), /试验/);
    }
    await go(phone, `runs/${runs.large}`);
    const axes = await phone.locator(".parallel-name").count();
    await phone.getByText(`左右滑动图形可查看全部 ${axes} 条轴。`).waitFor();
    await phone.close();
  });

  test("no page logged an error or asked anything of other machines", () => {
    // A search with a wrong range was refused: the browser notes such answers.
    const expected = /the server responded with a status of 422/;
    assert.deepEqual(
      world.errors.filter((error) => !expected.test(error)),
      [],
    );
    assert.deepEqual(world.foreign, []);
  });
});
