/** The examples that forecast, with few epochs: they run, and what they print is measured as it says. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { main as backtest } from "../../examples/backtest.js";
import { main as irregular } from "../../examples/irregular.js";
import { main as noisySine } from "../../examples/noisy-sine.js";
import { main as stackedGru } from "../../examples/stacked-gru.js";
import { main as stockPrice, sp500 } from "../../examples/stock-price.js";
import { main as uncertainty } from "../../examples/uncertainty.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-examples-"));
after(() => rmSync(folder, { recursive: true }));

test("noisy sine: better than the last value, curves drawn", async () => {
  const file = join(folder, "loss.svg");
  const { error, naive, history } = await noisySine(12, file);
  assert.ok(
    error < naive && error > 0.04,
    `error ${error}, last value ${naive}; below the noise it would have seen the truth`,
  );
  assert.equal(history.history["val_loss"]!.length, 12);
  assert.match(readFileSync(file, "utf8"), /^<svg/);
});

test("stacked GRU: 64, 32, 16 units; a few epochs come near to today's temperature", async () => {
  const { error, naive, model } = await stackedGru(4);
  const units = model.layers.flatMap((layer) => ("units" in layer.config ? [layer.config.units] : []));
  assert.deepEqual(units, [64, 32, 16, 1]);
  assert.ok(error < 1.3 * naive, `error ${error}, as today ${naive}`);
});

test("stock price: measured beside the last value, and five trading days foreseen", async () => {
  const { evaluation, next } = await stockPrice(sp500(), "close", 1, folder);
  const [network, last] = evaluation.entries;
  assert.equal(last!.name, "last value");
  assert.ok(network!.values["RMSE"]! < 1.05 * last!.values["RMSE"]!, "a random walk is not made worse by much");
  const apart = Math.abs(network!.values["RMSE"]! / last!.values["RMSE"]! - 1);
  assert.match(evaluation.verdict, apart < 0.01 ? /as well as last value/ : /(?:better|WORSE) than last value/);
  assert.equal(next.length, 5);
  for (const { date } of next) assert.ok(new Date(date as string).getUTCDay() % 6 > 0, "no weekend");
});

test("backtest: a week from twelve moments of the past, four trainings, better than the last value", async () => {
  const { backtest: result, lastValue, replayed } = await backtest(1, folder);
  assert.equal(result.byOrigin.length, 12);
  assert.equal(result.fits.length, 4);
  assert.ok(result.evaluation.entries[0]!.values["RMSE"]! < lastValue.values["RMSE"]!);
  assert.ok(replayed.evaluation.count > 5 && replayed.fits.length === 0);
});

test("uncertainty: most of the days that came later lie inside, and quantiles are in order", async () => {
  const { metrics, days, stock } = await uncertainty(1, folder);
  assert.ok(metrics["coverage 80 %"]! > 0.65 && metrics["coverage 95 %"]! > 0.85);
  assert.equal(days.length, 3);
  for (const day of days)
    assert.ok(day["temp_max_q0.1"]! < day["temp_max"]! && day["temp_max"]! < day["temp_max_q0.9"]!);
  assert.equal(stock, 26);
});

test("irregular: 60 % of the weather removed, measured beside the last observation, and three days foreseen", async () => {
  const { evaluation, days } = await irregular(4, folder);
  const [network, last] = evaluation.entries;
  assert.equal(last!.name, "last observation");
  assert.ok(network!.values["RMSE"]! < last!.values["RMSE"]!, evaluation.verdict);
  assert.deepEqual(days.map(({ date }) => date), ["2015-12-31", "2016-01-01", "2016-01-02"], "after the last observation"); // prettier-ignore
});
