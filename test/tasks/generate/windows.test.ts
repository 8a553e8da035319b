import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tensor } from "sluice";
import { trainingWindows, validationWindows } from "../../../src/tasks/generate/windows.js";

const TEXT = Int32Array.from({ length: 1003 }, (_, i) => i);
const OPTIONS = { length: 10, batchSize: 4, steps: 25, seed: 3 };

type Fields = { x: Tensor; y: Tensor; sampleWeight?: Tensor };

test("a pass sees each place once, and the label is what follows", () => {
  const seen: number[] = [];
  for (const { x, y } of trainingWindows(TEXT, OPTIONS, 0) as Iterable<Fields>) {
    assert.deepEqual(x.shape, [4, 10]);
    seen.push(...x.data);
    y.data.forEach((id, i) => assert.equal(id, x.data[i]! + 1));
  }
  // 1,003 pieces hold 99 or 100 windows of 10 from a random beginning; the rest of the epoch begins the next pass.
  const first = seen.slice(0, 990);
  assert.equal(new Set(first).size, 990);
});

test("an epoch is the same each time, the next one is another", () => {
  const epoch = (number: number) => {
    return Array.from(trainingWindows(TEXT, OPTIONS, number) as Iterable<Fields>, ({ x }) => Array.from(x.data));
  };
  assert.deepEqual(epoch(2), epoch(2));
  assert.notDeepEqual(epoch(2), epoch(3));
  assert.equal(new Set(Array.from({ length: 20 }, (_, e) => epoch(e)[0]![0]! % 10)).size > 3, true, "borders move");
});

test("a text of one window is enough", () => {
  const [batch] = trainingWindows(TEXT.subarray(0, 11), { ...OPTIONS, steps: 1 }, 0) as Iterable<Fields>;
  assert.deepEqual(Array.from(batch!.x.data.subarray(0, 10)), Array.from(TEXT.subarray(0, 10)));
});

for (const n of [2, 60, 257, 258, 321, 600, 1003]) {
  test(`validation judges each of ${n} pieces but the first once`, () => {
    const judged = new Map<number, number>();
    let positions = 0;
    let weights = 0;
    for (const { x, y, sampleWeight } of validationWindows(TEXT.subarray(0, n), 3) as Fields[]) {
      const T = x.shape[1]!;
      positions += x.size;
      sampleWeight!.data.forEach((w, i) => {
        weights += w;
        if (w === 0) return;
        judged.set(y.data[i]!, (judged.get(y.data[i]!) ?? 0) + 1);
        assert.ok(i % T >= 64 || x.data[i - (i % T)] === 0, "64 pieces stand before it, or the beginning");
      });
    }
    assert.deepEqual([...judged.keys()].sort((a, b) => a - b), Array.from(TEXT.subarray(1, n))); // prettier-ignore
    assert.ok([...judged.values()].every((times) => times === 1));
    assert.ok(Math.abs(weights / positions - 1) < 1e-6, "so that the weighted mean is the mean over what is judged");
  });
}
