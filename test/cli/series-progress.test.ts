// What is said of the time that is left: from the series that ended, not from the begin of threads.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { Screen } from "../../src/cli/screen.js";
import { seriesProgress } from "../../src/cli/series-progress.js";

test("the time left counts from the first series that ended", async () => {
  const lines: string[] = [];
  const status = { isLive: true, width: 100, draw: (line: string) => void lines.push(line), clear: () => undefined };
  const tell = seriesProgress({ status, note: () => undefined } as unknown as Screen);
  await setTimeout(2500); // threads begin
  tell("a", { ended: 11, failed: 0, of: 40 });
  assert.deepEqual(lines, ["11/40 series"], "nothing is known after one");
  const begin = performance.now();
  await setTimeout(150);
  tell("b", { ended: 12, failed: 1, of: 40 });
  const each = (performance.now() - begin) / 1000;
  const [, left] = /^12\/40 series, 1 without a model, about ([\d.]+) s left$/.exec(lines.at(-1)!)!;
  assert.ok(Math.abs(Number(left) - 28 * each) < 1, `${left} of ${28 * each}`);
});
