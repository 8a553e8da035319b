import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { plotForecast } from "../../src/runs/plot-forecast.js";
import { plotHistory } from "../../src/runs/plot-history.js";
import { chart } from "../../src/runs/svg/chart.js";
import { escapeText } from "../../src/runs/escape.js";
import { dateTicks, numberTicks } from "../../src/runs/svg/ticks.js";

const NASTY = `</title><script>alert("1")</script> & 'x'`;

/** Raises an error unless the text is one element whose tags are nested as XML wants it, and gives its texts. */
function wellFormed(xml: string): string[] {
  const open: string[] = [];
  const texts: string[] = [];
  for (const [, tag, text] of xml.matchAll(/<([^>]*)>|([^<]+)/g)) {
    if (text !== undefined) {
      assert.doesNotMatch(text, /&(?!amp;|lt;|gt;|quot;|#39;)/);
      if (text.trim() !== "") texts.push(text);
    } else if (tag!.startsWith("/")) assert.equal(open.pop(), tag!.slice(1));
    else {
      assert.match(tag!, /^[a-z]+(\s[\w:-]+="[^"<]*")*\s*\/?$/, `tag ${tag}`);
      if (!tag!.endsWith("/")) open.push(tag!.split(/\s/)[0]!);
    }
  }
  assert.deepEqual(open, []);
  return texts;
}

/** The points of the n-th drawn series (after the legend's swatches). */
function pointsOf(svg: string, n: number): [number, number][] {
  const paths = [...svg.matchAll(/<path class="[^"]*" d="([^"]*)"\/>/g)].map(([, d]) => d!);
  const series = paths.slice(paths.length / 2)[n]!;
  return [...series.matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

const history = {
  epoch: [0, 1, 2],
  history: { loss: [3, 2, 1], accuracy: [0.1, 0.5, 0.9], val_loss: [3, 2.5, 2], learningRate: [1, 1, 1] },
  stopReason: null,
};

test("plotHistory draws a panel for each value, validation beside training, epochs from 1", () => {
  const texts = wellFormed(plotHistory(history));
  assert.equal(texts[0], "loss; accuracy");
  assert.match(texts[1]!, /3 epochs.*loss 1\.000, val_loss 2\.000, accuracy 0\.9000/);
  assert.equal(texts.filter((text) => text === "validation").length, 1);
  assert.equal(texts.filter((text) => text === "training").length, 2);
  const accuracy = wellFormed(plotHistory(history, { values: ["accuracy"] }));
  assert.deepEqual(
    accuracy.filter((text) => /^[1-9]/.test(text)),
    ["1", "2", "3"],
    "no epoch 1.5",
  );
  const [loss] = [pointsOf(plotHistory(history, { values: ["loss"] }), 0)];
  assert.ok(loss!.every(([x, y], i) => i === 0 || (x > loss![i - 1]![0] && y > loss![i - 1]![1])), "to the right and down");
});

test("plotHistory and plotForecast say what is wrong with what they got", () => {
  assert.throws(() => plotHistory({} as never), /plotHistory: expected what fit returns, got \{/);
  assert.throws(() => plotHistory(history, { values: ["auc"] }), /plotHistory: no value "auc"; there are loss, accuracy/);
  assert.throws(() => plotForecast({ truth: [1], forecast: [1, 2] }), /forecast must have as many values as truth, 1, got 2/);
  assert.throws(() => plotForecast({ truth: [1], forecast: { "my net": "x" as never } }), /my net must have.*got "x"/);
  assert.throws(() => plotForecast({ truth: [1], forecast: [1], x: [] }), /x must have as many values as truth, 1, got 0/);
  assert.throws(() => plotForecast({ truth: [1], forecast: [1], x: ["soon"] }), /x\[0\] must be a number or a date, got "soon"/);
  assert.throws(() => plotForecast({ truth: 3 as never, forecast: [1] }), /truth must be a list of numbers, got 3/);
});

test("plotForecast puts dates on the axis, leaves gaps where nothing is known, and tells the error to those who cannot see", () => {
  const svg = plotForecast({
    truth: [1, 2, Number.NaN, Number.NaN],
    forecast: { a: Float32Array.of(1, 2.5, 3, 4), b: [Number.NaN, 1, 1, Number.NaN] },
    x: ["2015-01-01", "2015-02-01", "2015-03-01", "2015-04-01"],
  });
  const texts = wellFormed(svg);
  assert.ok(texts.includes("15 Jan"));
  assert.ok(texts.some((text) => text.includes("Mean absolute error: a 0.250, b 1.00.")));
  assert.deepEqual([0, 1, 2].map((n) => pointsOf(svg, n).length), [2, 4, 2]);
});

test("no text can leave its place in a plot", () => {
  const svg = plotForecast({ truth: [1, 2], forecast: { [NASTY]: [1, 2] }, title: NASTY, xLabel: NASTY, yLabel: NASTY });
  const texts = wellFormed(svg);
  assert.equal(texts.filter((text) => text === escapeText(NASTY)).length, 5, "title twice, legend, two labels");
  assert.ok(!svg.includes("<script"));
  assert.equal(escapeText("a\u0000\u000bb\n"), "ab\n");
});

test("plots of any finite or missing values are well-formed and stay within the picture", () => {
  const value = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, 0, -0, 1e-300, 1e300, Infinity));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 20 }), (y) => {
      const svg = chart([{ title: "t", x: y.map((_, i) => i), series: [{ name: "s", y }] }], "d");
      wellFormed(svg);
      const [, width, height] = /viewBox="0 0 (\d+) ([\d.]+)"/.exec(svg)!;
      assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
      for (const [px, py] of pointsOf(svg, 0)) {
        assert.ok(px >= 0 && px <= Number(width) && py >= 0 && py <= Number(height), `${px} ${py}`);
      }
    }),
    { numRuns: 300 },
  );
});

test("ticks are round, few, within the range, and labelled as what they are", () => {
  assert.deepEqual(numberTicks(-0.3, 1, 5).map((tick) => tick.label), ["0.0", "0.5", "1.0"]);
  assert.deepEqual(numberTicks(-10, 10, 4).map((tick) => tick.label), ["−10", "−5", "0", "5", "10"]);
  assert.deepEqual(numberTicks(0, 3e-6, 3).map((tick) => tick.label), ["0", "1e-6", "2e-6", "3e-6"]);
  const range = { low: fc.double({ min: -1e6, max: 1e6, noNaN: true }), span: fc.double({ min: 1e-2, max: 1e6, noNaN: true }) };
  fc.assert(
    fc.property(fc.record(range), ({ low, span }) => {
      const ticks = numberTicks(low, low + span, 6);
      assert.ok(ticks.length >= 2 && ticks.length <= 7, `${ticks.length} ticks`);
      assert.equal(new Set(ticks.map((tick) => tick.label)).size, ticks.length);
      for (const { at, label } of ticks) {
        assert.ok(at >= low - span * 1e-6 && at <= low + span * (1 + 1e-6));
        assert.ok(Math.abs(Number(label.replace("−", "-")) - at) <= span * 1e-3, `${label} at ${at}`);
      }
    }),
  );
});

test("date ticks begin days, months or years", () => {
  const labels = (from: string, to: string) => dateTicks(Date.parse(from), Date.parse(to), 8).map((tick) => tick.label);
  assert.deepEqual(labels("2015-02-26", "2015-03-02"), ["26 Feb", "27 Feb", "28 Feb", "1 Mar", "2 Mar"]);
  assert.deepEqual(labels("2014-12-15", "2015-12-31").slice(0, 2), ["Jan 2015", "Mar 2015"]);
  assert.deepEqual(labels("2012-06-01", "2015-12-31"), ["Jul 2012", "Jan 2013", "Jul 2013", "Jan 2014", "Jul 2014", "Jan 2015", "Jul 2015"]);
  assert.deepEqual(labels("1999-06-01", "2012-12-31"), ["2000", "2002", "2004", "2006", "2008", "2010", "2012"]);
});
