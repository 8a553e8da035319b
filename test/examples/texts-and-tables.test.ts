/** The examples of text and tables, with few epochs: they run, and learn what can be learnt so soon. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { main as severalInputs } from "../../examples/several-inputs.js";
import { main as births } from "../../examples/clipping-bidirectional-dropout.js";
import { main as housePrices } from "../../examples/house-prices.js";
import { main as literaryText } from "../../examples/literary-text.js";
import { main as searchUnits } from "../../examples/search-units.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-examples-"));
after(() => rmSync(folder, { recursive: true }));

test("literary text: letters are no longer equally likely, and three texts are written", async () => {
  const { loss, V, samples } = await literaryText(40, "Call me ", 60, 48);
  assert.ok(loss < 0.8 * Math.log(V), `${loss} nats, of ${Math.log(V)} by guessing`);
  assert.deepEqual(samples.map(({ temperature }) => temperature), [0.5, 0.8, 1]); // prettier-ignore
  for (const { text } of samples) assert.equal([...text].length, 60);
  assert.notEqual(samples[0]!.text, samples[2]!.text);
});

test("house prices: better than the mean, a curve, and a price for a new house", async () => {
  const file = join(folder, "loss.svg");
  const { error, naive, price, losses } = await housePrices(100, file);
  assert.ok(error < 0.6 * naive, `error ${error}, mean ${naive}`);
  assert.ok(price > 15 && price < 35, `${price} thousand dollars`);
  assert.equal(losses.length, 100);
  assert.ok(losses.at(-1)! < 0.3 * losses[0]!);
  assert.match(readFileSync(file, "utf8"), /^<svg/);
});

test("clipping, both ways, dropout: better than the mean of the same weekday before and after", async () => {
  const { error, naive, model } = await births(20);
  assert.ok(error < naive, `error ${error}, naive ${naive}`);
  assert.equal(model.optimizer.config["globalClipNorm"], 1);
});

test("search over units: three candidates, chosen by validation alone", async () => {
  const { candidates, chosen, error } = await searchUnits(2, [8, 16, 32]);
  assert.deepEqual(candidates.map(({ units }) => units), [8, 16, 32]); // prettier-ignore
  assert.equal(chosen.loss, Math.min(...candidates.map(({ loss }) => loss)));
  assert.deepEqual(candidates.map(({ weights }) => weights), [8, 16, 32].map((H) => 3 * H * (H + 3) + H + 1)); // prettier-ignore
  assert.ok(error > 2 && error < 5, `${error} °C`);
});

test("a mail by text and headers: better than either where both are there, and usable where one is missing", async () => {
  const { both, alone, bare } = await severalInputs(6);
  assert.ok(both > 0.85 && both >= alone && both > bare && alone > 0.75 && bare > 0.6, `${both}, ${alone}, ${bare}`);
});
