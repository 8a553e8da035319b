import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { plotForecast } from "../../src/runs/plot-forecast.js";
import { plotHistory } from "../../src/runs/plot-history.js";
import { ink, series } from "../../src/runs/plots/colours.js";
import { distinct } from "../../src/runs/plots/names.js";
import { spanOf, thin } from "../../src/runs/plots/range.js";
import { textWidth } from "../../src/runs/plots/text-width.js";
import { escapeText } from "../../src/runs/escape.js";
import { NASTY, strokesOf, wellFormed } from "./svg.js";

const history = {
  epoch: [0, 1, 2],
  history: { loss: [3, 2, 1], accuracy: [0.1, 0.5, 0.9], val_loss: [3, 2.5, 2], learningRate: [1, 1, 1] },
  stopReason: null,
};

test("plotHistory draws a panel for each value, validation beside training, epochs from 1", async () => {
  const texts = wellFormed(await plotHistory(history));
  assert.equal(texts[0], "loss; accuracy");
  assert.match(texts[1]!, /3 epochs.*training 1\.000, validation 2\.000.*accuracy: .*training 0\.9000/);
  assert.equal(texts.filter((text) => text === "validation").length, 1);
  assert.equal(texts.filter((text) => text === "training").length, 2);
  const accuracy = wellFormed(await plotHistory(history, { values: ["accuracy"] }));
  const whole = accuracy.filter((text) => /^[1-9]/.test(text) && !text.includes("epochs"));
  assert.deepEqual(whole, ["1", "2", "3", "1.0"].filter((text) => whole.includes(text)), "no epoch 1.5");
  const [loss] = strokesOf(await plotHistory(history, { values: ["loss"] }), series[0]!);
  assert.equal(loss!.length, 3);
  assert.ok(loss!.every(([x, y], i) => i === 0 || (x > loss![i - 1]![0] && y > loss![i - 1]![1])), "to the right and down");
});

test("plotHistory and plotForecast say what is wrong with what they got", async () => {
  await assert.rejects(plotHistory({} as never), /plotHistory: expected what fit returns, got \{/);
  await assert.rejects(plotHistory(history, { values: ["auc"] }), /plotHistory: no value "auc"; there are loss, accuracy/);
  await assert.rejects(plotHistory(history, { values: [] }), /plotHistory: there are no values to show/);
  await assert.rejects(plotForecast({ truth: [1], forecast: [1, 2] }), /forecast must have as many values as truth, 1, got 2/);
  await assert.rejects(plotForecast({ truth: [1], forecast: { "my net": "x" as never } }), /my net must have.*got "x"/);
  await assert.rejects(plotForecast({ truth: [1], forecast: [1], x: [] }), /x must have as many values as truth, 1, got 0/);
  await assert.rejects(plotForecast({ truth: [1], forecast: [1], x: ["soon"] }), /x\[0\] must be a number or a date, got "soon"/);
  await assert.rejects(plotForecast({ truth: 3 as never, forecast: [1] }), /truth must be a list of numbers, got 3/);
});

test("plotForecast puts dates on the axis, leaves gaps where nothing is known, and tells the error to those who cannot see", async () => {
  const svg = await plotForecast({
    truth: [1, 2, Number.NaN, Number.NaN],
    forecast: { a: Float32Array.of(1, 2.5, 3, 4), b: [Number.NaN, 1, 1, Number.NaN] },
    x: ["2015-01-01", "2015-02-01", "2015-03-01", "2015-04-01"],
  });
  const texts = wellFormed(svg);
  assert.ok(texts.includes("February") && texts.includes("2015-01-01 to 2015-04-01"));
  assert.ok(texts.some((text) => text.includes("Mean absolute error: a 0.250, b 1.00.")));
  const points = [ink, series[0]!, series[1]!].map((colour) => strokesOf(svg, colour).map((stroke) => stroke.length));
  assert.deepEqual(points, [[2], [4], [2]]);
  const [truth] = strokesOf(svg, ink);
  const [a] = strokesOf(svg, series[0]!);
  assert.ok(Math.abs(truth![1]![0] / a![3]![0] - 31 / 90) < 0.01, "31 of 90 days");
});

test("a value between two gaps is a dot", async () => {
  const svg = await plotForecast({ truth: [Number.NaN, 2, Number.NaN, 1, 2], forecast: [1, 1, 1, 1, 1] });
  assert.deepEqual(strokesOf(svg, ink).filter((stroke) => stroke.length > 1).length, 1);
  assert.equal([...svg.matchAll(new RegExp(`<path transform="[^"]*" d="[^"]*" fill="${ink}"`, "g"))].length, 1);
});

test("no text can leave its place in a plot, whatever it is", async () => {
  for (const nasty of NASTY) {
    const svg = await plotForecast({ truth: [1, 2], forecast: { [nasty]: [1, 2] }, title: nasty, xLabel: nasty, yLabel: nasty });
    const texts = wellFormed(svg);
    const begin = distinct([nasty])[0]!.slice(0, 12).trim();
    assert.ok(texts.filter((text) => text.includes(begin)).length >= (nasty.trim() === "" ? 1 : 3), `${nasty}: ${texts.join(" | ")}`);
  }
  assert.equal((globalThis as { hacked?: number }).hacked, undefined);
  assert.equal(escapeText("a\u0000\u000bb\n"), "ab\n");
});

test("two names that look alike are told apart, and one that is empty has a word", () => {
  assert.deepEqual(distinct(["a", "a\u0000", " ", "a"]), ["a", "a (2)", "(empty)", "a (3)"]);
});

test("plots of any finite or missing values are well-formed and stay within the picture", async () => {
  const value = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, 0, -0, 1e-300, 1e300, Infinity));
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 20 }), async (y) => {
      const svg = await plotForecast({ truth: y, forecast: y });
      wellFormed(svg);
      const [, width, height] = /viewBox="0 0 (\d+) ([\d.]+)"/.exec(svg)!;
      assert.doesNotMatch(svg.slice(svg.indexOf("</desc>")), /NaN|Infinity|undefined/);
      for (const [px, py] of strokesOf(svg, ink).flat()) {
        assert.ok(px >= 0 && px <= Number(width) && py >= 0 && py <= Number(height), `${px} ${py}`);
      }
    }),
    { numRuns: 60 },
  );
});

test("a line that is thinned keeps its extremes and its gaps", () => {
  const list = fc.array(fc.oneof(fc.double({ min: -1e9, max: 1e9 }), fc.constant(Number.NaN)), { maxLength: 400 });
  fc.assert(
    fc.property(list, fc.integer({ min: 30, max: 90 }), (y, most) => {
      const kept = thin(y, most);
      assert.ok(kept.length <= most + 3 && kept.every((i, j) => j === 0 || i > kept[j - 1]!));
      const values = kept.map((i) => y[i]!);
      const finite = (v: readonly number[]) => v.filter(Number.isFinite);
      assert.equal(Math.max(...finite(values)), Math.max(...finite(y)));
      assert.equal(Math.min(...finite(values)), Math.min(...finite(y)));
      assert.equal(values.some(Number.isNaN), y.some(Number.isNaN));
    }),
  );
  assert.deepEqual(spanOf([[5, 5]]), [4.75, 5.25]);
  assert.deepEqual(spanOf([[Number.NaN, null as never]]), [-0.05, 1.05]);
});

test("wide characters are taken for wider than narrow ones", () => {
  assert.ok(textWidth("ill", 12) < textWidth("abc", 12) && textWidth("abc", 12) < textWidth("中文字", 12));
});
