/** The page that listens, in a browser whose microphone plays a file: digits in a voice that the network has never heard. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readClips, resample } from "sluice/data";
import { serve } from "../../examples/microphone/serve.js";
import { main } from "../../examples/spot-digits.js";
import { chunk, formatChunk, wavFile } from "../data/audio/make-wav.js";
import { findChromium, launch } from "./harness.js";

const RATE = 48000;
const SAID = ["seven", "two", "nine"];

/** The words at the rate of a sound card, with pauses of a second. */
async function recording(): Promise<Uint8Array> {
  const clips = await readClips("examples/data/spoken-digits");
  const pause = new Float32Array(RATE);
  const parts: Float32Array[] = [pause, pause];
  for (const word of SAID) {
    const i = clips.paths.findIndex((path) => path.includes(`${word}/en-us-m1_140`));
    parts.push(resample((await clips.read(i)).samples, clips.sampleRate, RATE), pause);
  }
  const samples = Int16Array.from(parts.flatMap((part) => Array.from(part, (v) => Math.round(20000 * v))));
  return wavFile(formatChunk({ sampleRate: RATE }), chunk("data", new Uint8Array(samples.buffer)));
}

const chromium = findChromium();
const reason = "no Chromium: install Debian's chromium, or name one by SLUICE_CHROMIUM";
describe("a page with a microphone", { skip: chromium === undefined && process.env["CI"] !== "true" && reason }, () => {
  test("hears the digits that the example's network was trained to spot, one after another", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-microphone-"));
    const model = join(folder, "model.safetensors");
    const { spotted, falseAlarms } = await main(20, undefined, model);
    assert.ok(spotted > 0.9 && falseAlarms < 8, `${spotted} spotted, ${falseAlarms} false alarms a minute`);
    const sound = join(folder, "said.wav");
    writeFileSync(sound, await recording());
    const server = await serve(model, 0);
    const flags = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-audio-capture=${sound}%noloop`]; // prettier-ignore
    const browser = await launch(chromium!, flags);
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await page.locator("meter").first().waitFor();
      await page.getByRole("button", { name: "Listen" }).click();
      await page.getByText(`listening at`).waitFor();
      const heard = page.locator("#heard");
      await page.waitForFunction((n) => document.querySelector("#heard")!.textContent!.trim().split(" ").length >= n, SAID.length, { timeout: 15_000 }); // prettier-ignore
      assert.deepEqual((await heard.textContent())!.trim().split(" "), SAID);
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByRole("button", { name: "Listen" }).waitFor();
      assert.deepEqual(errors, []);
    } finally {
      await browser.close();
      server.close();
      rmSync(folder, { recursive: true });
    }
  });
});
