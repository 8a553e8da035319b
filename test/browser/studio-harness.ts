// The studio on a temporary folder, in headless Chromium: what the page does besides what it is asked to is noted.
import { createRequire } from "node:module";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { startStudio, type Studio } from "../../src/studio/index.js";
import { launch } from "./harness.js";

export const DESKTOP = { width: 1280, height: 860 };
export const PHONE = { width: 390, height: 844 };

/** Everything here is local: what takes longer hangs, also on a machine that does other things. */
const TIMEOUT_MS = 20_000;
/** What Chromium says of a stream that the page itself has ended. */
const OWN_END = "net::ERR_ABORTED";

export interface StudioWorld {
  readonly folder: string;
  readonly studio: Studio;
  readonly browser: Browser;
  /** Console errors and exceptions of all pages. */
  readonly errors: string[];
  /** Requests to anything but the studio. */
  readonly foreign: string[];
  /** A page in a session of its own. */
  open(options?: { viewport?: typeof DESKTOP; language?: "en" | "zh" }): Promise<Page>;
  close(): Promise<void>;
}

/** @param prepare puts files and runs into the folder */
export async function studioWorld(
  chromium: string,
  prepare: (folder: string) => Promise<void> | void,
): Promise<StudioWorld> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-studio-"));
  await prepare(folder);
  const program = [process.execPath, "--conditions=sluice-modules", resolve("dist/cli/sluice.js")];
  const [errors, foreign, contexts]: [string[], string[], BrowserContext[]] = [[], [], []];
  const studio = await startStudio({ folder, program, log: (line) => errors.push(`studio: ${line}`) });
  const browser = await launch(chromium);
  return {
    folder,
    studio,
    browser,
    errors,
    foreign,
    async open({ viewport = DESKTOP, language = "en" } = {}) {
      const context = await browser.newContext({ viewport, reducedMotion: "reduce" });
      contexts.push(context);
      await context.addInitScript((chosen) => {
        if (localStorage.getItem("sluice.language") === null) localStorage.setItem("sluice.language", chosen);
      }, language);
      const page = await context.newPage();
      page.setDefaultTimeout(TIMEOUT_MS);
      watch(page, new URL(studio.origin).origin, errors, foreign);
      await page.goto(studio.newAddress());
      await page.locator("main h1, main h2").first().waitFor();
      return page;
    },
    async close() {
      for (const context of contexts) await context.close();
      await browser.close();
      await studio.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

function watch(page: Page, origin: string, errors: string[], foreign: string[]): void {
  page.on("pageerror", (error) => errors.push(`exception: ${error.stack ?? error.message}`));
  page.on("console", (message) => message.type() === "error" && errors.push(`console: ${message.text()}`));
  page.on("request", (request) => {
    const address = new URL(request.url());
    if (address.origin !== origin && !["data:", "blob:"].includes(address.protocol)) foreign.push(request.url());
  });
  page.on("requestfailed", (request) => {
    const text = request.failure()?.errorText ?? "";
    if (text !== OWN_END) errors.push(`request: ${request.url()} ${text}`);
  });
}

/** A weekly rhythm over two years of days, with a gap and with missing values. */
export function writeSales(folder: string, rows = 400): string {
  mkdirSync(join(folder, "data"), { recursive: true });
  const day = (i: number) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
  const lines = Array.from({ length: rows }, (_, i) => {
    const sold = 100 + 30 * Math.sin((2 * Math.PI * i) / 7) + 10 * Math.sin(i * i);
    return `${day(i)},${i % 17 === 3 ? "" : (15 + 8 * Math.cos(i / 58)).toFixed(1)},${sold.toFixed(1)}`;
  });
  writeFileSync(join(folder, "data/sales.csv"), `${["date,temperature,sold", ...lines].join("\n")}\n`);
  return "data/sales.csv";
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Axe {
  run(options: { runOnly?: string[] }): Promise<{ violations: Violation[] }>;
}

/** What axe-core finds serious or critical, one line each, by all its rules or by some. */
export async function seriousIssues(page: Page, runOnly?: string[]): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (rules) => (globalThis as unknown as { axe: Axe }).axe.run(rules ? { runOnly: rules } : {}),
    runOnly,
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} – ${node.failureSummary}`));
}

/** By how many pixels a page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** By the switch, until the page has this theme. */
export async function setTheme(page: Page, theme: "light" | "dark"): Promise<void> {
  const current = () => page.evaluate(() => document.documentElement.dataset["theme"]);
  while ((await current()) !== theme) await page.getByRole("button", { name: /^Theme/ }).click();
}
