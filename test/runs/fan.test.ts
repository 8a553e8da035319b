import assert from "node:assert/strict";
import { test } from "node:test";
import type { Picture } from "../../src/runs/evaluation.js";
import { ink, series } from "../../src/runs/plots/colours.js";
import { drawPicture } from "../../src/runs/plots/draw.js";
import type { Block } from "../../src/runs/report.js";
import { NASTY, strokesOf, wellFormed } from "./svg.js";

const svgsOf = (blocks: readonly Block[]) => blocks.flatMap((block) => ("wide" in block ? [block.wide, block.narrow] : []));

/** Five known values, three foreseen. */
const fan: Extract<Picture, { kind: "fan" }> = {
  kind: "fan",
  title: "sold: the last 3 steps",
  x: [0, 1, 2, 3, 4, 5, 6, 7],
  yLabel: "pieces",
  truth: [10, 12, 11, 13, 12, 14, 9, 30],
  forecast: [NaN, NaN, NaN, NaN, 12, 12, 12, 12],
  bands: [
    { name: "80 %", lower: [NaN, NaN, NaN, NaN, 12, 10, 9, 8], upper: [NaN, NaN, NaN, NaN, 12, 14, 15, 16] },
    { name: "95 %", lower: [NaN, NaN, NaN, NaN, 12, 8, 6, 4], upper: [NaN, NaN, NaN, NaN, 12, 16, 18, 20] },
  ],
};

/** Corners of the areas of a colour, widest band first as they are drawn. */
function areasOf(svg: string): [x: number, y: number][][] {
  return [...svg.matchAll(/<path[^>]* d="([^"]*)"[^>]*fill="([^"]*)"[^>]*>/g)]
    .filter(([, d, fill]) => fill === series[0] && d!.includes("Z") && !d!.includes("A"))
    .map(([, d]) => [...d!.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]));
}

test("a fan has the truth in ink, the forecast in colour, and a band for each interval, the widest below", async () => {
  const blocks = await drawPicture(fan);
  assert.ok(blocks.some((block) => "text" in block && block.text === "Shaded: where 80 % and 95 % of the values should lie."));
  for (const svg of svgsOf(blocks)) {
    const texts = wellFormed(svg);
    assert.ok(texts.includes("truth") && texts.includes("forecast"));
    assert.ok(texts.some((text) => text.includes("2 of 3 values lie in the interval of 80 %; 2 of 3 values lie in the interval of 95 %")));
    assert.equal(strokesOf(svg, ink)[0]!.length, 8);
    assert.equal(strokesOf(svg, series[0]!)[0]!.length, 4);
    const [wide, narrow] = areasOf(svg);
    assert.equal(wide!.length, 8, "four places, there and back");
    const span = (area: [number, number][]) => Math.max(...area.map(([, y]) => y)) - Math.min(...area.map(([, y]) => y));
    assert.ok(Math.abs(span(wide!) / span(narrow!) - 2) < 0.02, "16 and 8 pieces at the last step");
  }
});

test("a fan without intervals, of one value, with strange names and with nulls from JSON is drawn", async () => {
  const bare = { ...fan, bands: [] };
  const saved = JSON.parse(JSON.stringify(fan)) as typeof fan;
  const one = { ...fan, x: ["2024-01-01"], truth: [1], forecast: [1], bands: [{ name: "80 %", lower: [0], upper: [2] }] };
  for (const picture of [bare, saved, one, { ...fan, title: NASTY.join(" "), yLabel: NASTY[0]! }])
    for (const svg of svgsOf(await drawPicture(picture))) wellFormed(svg);
});
