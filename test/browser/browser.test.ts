// Runs every test/browser/*.page.ts in headless Chromium: bundled, on a page with and on one without cross-origin isolation, and
// once as plain modules under an import map, without a bundler.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { describe, test } from "node:test";
import { layers, sequential } from "sluice";
import { bundlePage } from "./bundle.js";
import { findChromium, launch, openPage } from "./harness.js";
import { serve } from "./server.js";

const TIMEOUT_MS = 60_000;
const compiled = "build/test/browser";
const pages = readdirSync("test/browser")
  .filter((file) => file.endsWith(".page.ts"))
  .map((file) => file.replace(/\.ts$/, ".js"));

const MODES = [
  { name: "bundled, cross-origin isolated", isolated: true, bundled: true },
  { name: "bundled, not isolated", isolated: false, bundled: true },
  { name: "plain modules, cross-origin isolated", isolated: true, bundled: false },
];

/**
 * The kernels that a page fetches: one file, the small one where it does not train; a second one where it turns out to need more,
 * in the memory that is there.
 */
function suitable(page: string, isolated: boolean): string[] {
  if (page.startsWith("environment")) return [];
  const [small, shared] = ["kernels-inference-relaxed.wasm", isolated ? "-shared" : ""];
  if (page.startsWith("inference")) return [small];
  if (page.startsWith("later")) return [small, "kernels-relaxed.wasm"];
  const full = `kernels-relaxed${shared}.wasm`;
  return page.startsWith("ragged") ? [full, `kernels-sequences-relaxed${shared}.wasm`] : [full];
}

/** What inference.page.ts and later.page.ts ask for: a model's file, and the predictions of Node. */
async function trainForPage(folder: string): Promise<void> {
  const x = Array.from({ length: 6 }, (_, b) =>
    Array.from({ length: 4 }, (_, t) => [Math.sin(b + t), Math.cos(b * t)]),
  );
  const y = x.map((sample) => [sample[3]![0]!]);
  const model = sequential([layers.gru({ units: 5, inputShape: [null, 2] }), layers.dense({ units: 1 })]);
  model.compile({ optimizer: "adam", loss: "meanSquaredError" });
  await model.fit(x, y, { epochs: 3, verbose: 0 });
  await model.save(join(folder, "model.safetensors"));
  const predictions = [...(await model.predict(x)).data];
  writeFileSync(join(folder, "expected.json"), JSON.stringify({ x, predictions }));
}

const chromium = findChromium();
const absent = "Chromium is absent (looked for /usr/bin/chromium; SLUICE_CHROMIUM may name another)";

describe("in a browser", { skip: chromium === undefined && process.env["CI"] !== "true" ? absent : false }, () => {
  if (chromium === undefined) {
    test("Chromium is there", () => assert.fail(absent));
    return;
  }
  for (const { name, isolated, bundled } of MODES) {
    test(name, async (t) => {
      const outDir = mkdtempSync(join(tmpdir(), "sluice-pages-"));
      if (bundled) await Promise.all(pages.map((page) => bundlePage(join(compiled, page), outDir)));
      await trainForPage(outDir);
      const { server, origin } = await serve(bundled ? [outDir] : [outDir, resolve(".")], isolated);
      const browser = await launch(chromium);
      try {
        for (const page of pages) {
          await t.test(page.replace(/\.js$/, ""), async (pageTest) => {
            const script = bundled ? `/${page}` : `/${compiled}/${page}`;
            const report = await openPage(browser, `${origin}/page?isolated=${isolated}&script=${script}`, TIMEOUT_MS);
            for (const result of report.results) {
              await pageTest.test(result.name, () => assert.equal(result.error, undefined));
            }
            await pageTest.test("ran its tests, without an error, a missing file or a request elsewhere", () => {
              assert.ok(report.results.length > 0, "the page registered no test");
              assert.deepEqual(report.errors, []);
              assert.deepEqual(report.foreign, []);
            });
            await pageTest.test("fetched only the kernels that it needs", () => {
              const kernels = report.fetched.filter((path) => path.endsWith(".wasm")).map((path) => basename(path));
              assert.deepEqual(kernels, suitable(page, isolated));
            });
          });
        }
      } finally {
        await browser.close();
        server.close();
        rmSync(outDir, { recursive: true });
      }
    });
  }
});
