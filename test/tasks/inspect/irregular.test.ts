/** What inspect proposes for series with gaps, and for tables of one observation a row. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { inspectData } from "../../../src/tasks/inspect/inspect-data.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-inspect-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

const day = (t: number) => new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10);

test("a column of which much is missing is called irregular, with the share", async () => {
  const rows = Array.from({ length: 60 }, (_, t) => `${day(t)},${t % 3 === 0 ? "" : Math.sin(t).toFixed(3)}`);
  const { proposals } = await inspectData(file("gaps.csv", ["date,level", ...rows]));
  assert.deepEqual(proposals[0]!.options, { target: "level", time: "date", irregular: true });
  assert.match(proposals[0]!.why, /"level" is a number, of which 33 % are missing/);
});

test("one observation a row: time, variable and value", async () => {
  const rows = Array.from({ length: 60 }, (_, t) => `${day(Math.floor(t / 2))},${t % 2 ? "rain" : "level"},${t}`);
  const { proposals } = await inspectData(file("long.csv", ["date,variable,value", ...rows]));
  const options = { irregular: true, time: "date", variable: "variable", value: "value", target: "level", past: "all" };
  assert.deepEqual(proposals[0]!.options, options);
  assert.match(proposals[0]!.why, /"variable" names 2 variables, "value" holds their values/);
});
