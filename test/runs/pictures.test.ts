import assert from "node:assert/strict";
import { test } from "node:test";
import type { Picture } from "../../src/runs/evaluation.js";
import { series } from "../../src/runs/plots/colours.js";
import { drawPicture } from "../../src/runs/plots/draw.js";
import type { Block } from "../../src/runs/report.js";
import { NASTY, strokesOf, wellFormed } from "./svg.js";

const svgsOf = (blocks: readonly Block[]) =>
  blocks.flatMap((block) => ("svg" in block ? [block.svg] : "wide" in block ? [block.wide, block.narrow] : []));
const headingsOf = (blocks: readonly Block[]) => blocks.flatMap((block) => ("subheading" in block ? [block.subheading] : []));
const confusion = (K: number): Picture => ({
  kind: "confusion",
  classes: Array.from({ length: K }, (_, i) => `class ${i}`),
  counts: Array.from({ length: K }, (_, i) => Array.from({ length: K }, (_, j) => (i === j ? 9 : j === 0 ? 1 : 0))),
});

test("a long forecast has an overview, a closer look with the baselines, and residuals", async () => {
  const truth = Array.from({ length: 400 }, (_, i) => Math.sin(i / 9));
  const forecasts = ["GRU", "last value"].map((name, k) => ({ name, values: truth.map((v) => v + (k + 1) / 10) }));
  const picture: Picture = { kind: "forecast", title: "one step", x: truth.map((_, i) => i), yLabel: "°C", truth, forecasts };
  const blocks = await drawPicture(picture);
  assert.deepEqual(headingsOf(blocks), ["one step", "A closer look: the last 120 values", "Residuals of GRU: forecast minus truth"]);
  const [overview, , closer, , residuals] = svgsOf(blocks).map(wellFormed);
  assert.ok(!overview!.includes("last value") && closer!.includes("last value"));
  assert.ok(residuals!.includes("400 residuals; their mean is 0.100."));
  const short = await drawPicture({ ...picture, x: [0, 1], truth: [1, 2], forecasts: [{ name: "GRU", values: [1, 3] }] });
  assert.equal(headingsOf(short).length, 2);
  await assert.rejects(drawPicture({ ...picture, x: ["2015-01-01", "soon"] }), /x\[1\] must be an ISO date, got "soon"/);
});

test("a confusion matrix shows each count, the share of the row where there is room, and the mistakes in words", async () => {
  const two: Picture = { kind: "confusion", classes: ["no", "yes"], counts: [[30, 10], [0, 60]] }; // prettier-ignore
  const texts = wellFormed(svgsOf(await drawPicture(two))[0]!);
  for (const text of ["30", "75 %", "10", "25 %", "60", "100 %", "predicted class", "true class"]) assert.ok(texts.includes(text), text);
  assert.ok(!texts.includes("0") && texts.includes("90 of 100 samples of 2 classes are on the diagonal, where the prediction is the truth."));

  const blocks = await drawPicture(confusion(30));
  const many = wellFormed(svgsOf(blocks)[0]!);
  for (let i = 0; i < 30; i++) assert.equal(many.filter((text) => text === `class ${i}`).length, 2, "row and column");
  assert.equal(many.filter((text) => text === "9").length, 30);
  const table = blocks.find((block) => "table" in block)!;
  assert.deepEqual((table as { table: { rows: string[][] } }).table.rows[0], ["class 1", "class 0", "1", "10 %"]);
  // A class that never occurs has a row of zeros, and shares of nothing.
  const empty: Picture = { kind: "confusion", classes: ["a", "b"], counts: [[1, 0], [0, 0]] }; // prettier-ignore
  assert.doesNotMatch(svgsOf(await drawPicture(empty)).join(), /NaN/);
});

test("ROC curves run from corner to corner and say their area; of many, the worst are shown", async () => {
  const curve = (name: string, auc: number) => ({ name, auc, falsePositive: [0, 0, 1], truePositive: [0, auc, 1] });
  const one = svgsOf(await drawPicture({ kind: "roc", curves: [curve("yes", 0.875)] }))[0]!;
  assert.ok(wellFormed(one).includes("yes (AUC 0.875)"));
  const [[from, up, to]] = strokesOf(one, series[0]!) as [[[number, number], [number, number], [number, number]]];
  assert.ok(from[0] === up[0] && up[1] < from[1] && to[0] > up[0] && to[1] < up[1]);
  assert.ok(Math.abs((from[1] - up[1]) / (from[1] - to[1]) - 0.875) < 0.005);
  const curves = Array.from({ length: 30 }, (_, i) => curve(`c${i}`, 0.5 + i / 100));
  const blocks = await drawPicture({ kind: "roc", curves });
  assert.ok(blocks.some((block) => "text" in block && block.text === "The 8 of 30 classes with the smallest area."));
  const texts = wellFormed(svgsOf(blocks)[0]!);
  assert.ok(texts.includes("c7 (AUC 0.570)") && !texts.some((text) => text.startsWith("c8 (AUC")));
});

test("predicted against actual has equal axes, a diagonal, and not more points than can be seen", async () => {
  const actual = Array.from({ length: 5000 }, (_, i) => i);
  const blocks = await drawPicture({ kind: "scatter", title: "t", label: "price, $", actual, predicted: actual });
  assert.ok(blocks.some((block) => "text" in block && block.text === "2000 of 5000 samples are shown."));
  const [svg] = svgsOf(blocks);
  const texts = wellFormed(svg!);
  assert.ok(texts.includes("predicted price, $") && texts.includes("actual price, $"));
  const dots = [...svg!.matchAll(/<path transform="translate\(([\d.]+),([\d.]+)\)" d="[^"]*" fill="#0072b2"/g)];
  assert.equal(dots.length, 2000);
  const size = 400;
  for (const [, x, y] of dots) assert.ok(Math.abs(Number(x) + Number(y) - size) < 0.05, "all on the diagonal");
});

test("the error by step of the horizon begins at 1 and has a line for each forecaster", async () => {
  const lines = ["GRU", "seasonal naive"].map((name) => ({ name, values: [10, 20, 30] }));
  const [svg] = svgsOf(await drawPicture({ kind: "horizon", title: "t", yLabel: "MAE", lines }));
  const texts = wellFormed(svg!);
  for (const text of ["GRU", "seasonal naive", "steps ahead", "1", "3", "MAE"]) assert.ok(texts.includes(text), text);
  assert.ok(!texts.includes("1.5"));
});

test("names and texts from data stay texts in every kind of picture", async () => {
  const values = NASTY.map((_, i) => i);
  const forecasts = NASTY.map((name) => ({ name, values }));
  const nasty = NASTY[1]!;
  const pictures: Picture[] = [
    { kind: "forecast", title: nasty, x: values, yLabel: nasty, truth: values, forecasts },
    { kind: "horizon", title: nasty, yLabel: nasty, lines: forecasts },
    { kind: "confusion", classes: NASTY, counts: NASTY.map((_, i) => NASTY.map((_, j) => (i * j) % 3)) },
    { kind: "roc", curves: NASTY.map((name) => ({ name, auc: 0.5, falsePositive: [0, 1], truePositive: [0, 1] })) },
    { kind: "scatter", title: nasty, label: nasty, actual: values, predicted: values },
    { kind: "samples", samples: NASTY.map((text) => ({ title: text, text })) },
  ];
  for (const picture of pictures) {
    for (const svg of svgsOf(await drawPicture(picture))) {
      const texts = wellFormed(svg);
      if (picture.kind !== "scatter") assert.ok(texts.some((text) => text.includes("</title><scri")), picture.kind);
    }
  }
  assert.equal((globalThis as { hacked?: number }).hacked, undefined);
});

test("values that JSON has made null are gaps, and classes without samples are no error", async () => {
  const gaps = [1, null, 3] as number[];
  const picture: Picture = { kind: "forecast", title: "t", x: [1, 2, 3], yLabel: "y", truth: gaps, forecasts: [{ name: "n", values: gaps }] };
  assert.doesNotMatch(svgsOf(await drawPicture(picture)).join(), /NaN/);
});
