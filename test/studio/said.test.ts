/** What runs say, in the language of the page. Its modules ask a browser for its language: here is as much of one as they need. */
import assert from "node:assert/strict";
import { test } from "node:test";

Object.defineProperty(globalThis, "navigator", { value: { language: "en" }, configurable: true });
Object.defineProperty(globalThis, "document", { value: { documentElement: {} }, configurable: true });
const { language } = await import("../../src/studio/ui/i18n.js");
const { verdictsOf } = await import("../../src/studio/page/run/verdict.js");
const { factName, said } = await import("../../src/studio/page/run/said.js");

test("what runs say is told in Chinese where the page is, names of files and columns as they are", () => {
  language.value = "zh";
  try {
    assert.deepEqual(
      ["none found", "test", "windows", "seasonal naive (7 steps)", "it has 8 rows; one window needs 15", "every naive baseline"].map(said),
      ["未发现", "测试部分", "个窗口", "季节朴素法（7 步）", "只有 8 行，一个窗口需要 15 行", "每个朴素基线"],
    ); // prettier-ignore
    const short = 'forecast: series "a" of s.csv has 8 rows; lookback 1 and horizon 7 with parts of 70 %, 15 %, 15 % need about 48'; // prettier-ignore
    assert.equal(said(short), "只有 8 行，大约需要 48 行");
    assert.equal(said("8, by store, of 8 to 120 rows"), "8 个，按 store 区分，每个 8 到 120 行");
    assert.deepEqual([factName("rows"), factName("train part")], ["行数", "训练部分"]);
    for (const other of ["may.csv", "toString", "constructor"]) assert.deepEqual([said(other), factName(other)], [other, other]); // prettier-ignore
  } finally {
    language.value = "en";
  }
  assert.equal(said("none found"), "none found");
});

test("errors that differ by less than 1 % are called equal, as in the report", () => {
  const entry = (name: string, value: number) => ({ name, kind: "simple", values: { RMSE: value } }) as const;
  const tone = (other: number) => {
    const entries = [entry("network", 1), entry("linear", other)];
    const judge = { name: "RMSE", mode: "min" } as const;
    return verdictsOf({ count: 1, of: "windows", part: "test", judge, entries, verdict: "", pictures: [] })[0]!.tone;
  };
  assert.deepEqual([0.98, 0.995, 1.005, 1.02].map(tone), ["warn", "info", "info", "good"]);
});
