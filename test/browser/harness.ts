// Opens a page in headless Chromium and reads what its tests say, and what the page did besides: errors and requests.
import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";
import type { PageResult } from "./page.js";

/** Debian's name for it first; SLUICE_CHROMIUM names another. */
const CANDIDATES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** No sandbox, since root has none; the rest keeps the browser from talking to anything but the page's server. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
  "--disable-gpu",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

export function findChromium(): string | undefined {
  const named = process.env["SLUICE_CHROMIUM"];
  return named || CANDIDATES.find((path) => existsSync(path));
}

export const launch = (executablePath: string, more: readonly string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath, headless: true, args: [...ARGUMENTS, ...more] });

export interface PageReport {
  readonly results: PageResult[];
  /** Uncaught exceptions and console errors. */
  readonly errors: string[];
  /** Addresses outside the page's own server. */
  readonly foreign: string[];
  /** Paths that were fetched, in order. */
  readonly fetched: string[];
}

export async function openPage(browser: Browser, url: string, timeout: number): Promise<PageReport> {
  const page = await browser.newPage();
  const [errors, foreign, fetched]: string[][] = [[], [], []];
  const { origin } = new URL(url);
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("request", (request) => {
    const address = new URL(request.url());
    if (address.origin === origin) fetched!.push(address.pathname);
    else if (!["data:", "blob:"].includes(address.protocol)) foreign!.push(request.url());
  });
  const crashed = new Promise<never>((_, reject) => {
    page.on("pageerror", (error) => reject(new Error(`the page threw: ${error.stack ?? error.message}`)));
    page.on("crash", () => reject(new Error("the page crashed")));
  });
  const finished = async () => {
    await page.goto(url);
    await page.waitForFunction(() => "pageResults" in globalThis, undefined, { timeout });
    return page.evaluate(() => globalThis.pageResults);
  };
  try {
    const results = await Promise.race([finished(), crashed, expire(timeout, url)]);
    return { results, errors: errors!, foreign: foreign!, fetched: fetched! };
  } catch (error) {
    throw new Error(`${(error as Error).message}\nconsole: ${errors!.join("\n") || "(silent)"}`, { cause: error });
  } finally {
    await page.close();
  }
}

async function expire(timeout: number, url: string): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, timeout).unref());
  throw new Error(`${url}: no result within ${timeout} ms`);
}
