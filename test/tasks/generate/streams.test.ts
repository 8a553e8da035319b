/** Training with carried states: stretches of the text side by side, cut into pieces by fit. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Tensor } from "../../../src/index.js";
import { trainingStreams } from "../../../src/tasks/generate/streams.js";
import { generate } from "../../../src/tasks/index.js";

const ids = Int32Array.from({ length: 1001 }, (_, i) => i);
const options = { length: 10, batchSize: 4, seed: 1 };

function epoch(of: Int32Array, steps: number, number = 0): { x: Tensor; y: Tensor }[] {
  return [...trainingStreams(of, { ...options, steps }, number)] as unknown as { x: Tensor; y: Tensor }[];
}

test("rows go on through the text without a gap and do not overlap; targets are one piece later", () => {
  const [batch, ...rest] = epoch(ids, 20);
  assert.equal(rest.length, 0);
  assert.deepEqual(batch!.x.shape, [4, 200]);
  const rows = batch!.x.toArray() as number[][];
  for (const row of rows) assert.ok(row.every((id, t) => t === 0 || id === row[t - 1]! + 1));
  assert.equal(new Set(rows.flat()).size, 800);
  assert.ok(batch!.y.data.every((id, i) => id === batch!.x.data[i]! + 1));
});

test("an epoch has its steps, also where the text is shorter; epochs begin elsewhere, by the seed", () => {
  const steps = (batches: { x: Tensor }[]) => batches.reduce((sum, { x }) => sum + x.shape[1]! / 10, 0);
  assert.equal(steps(epoch(ids, 60)), 60);
  const short = epoch(ids.subarray(0, 25), 7);
  assert.equal(steps(short), 7);
  assert.ok(short.every(({ x }) => x.shape[0]! <= 2));
  assert.notDeepEqual(epoch(ids, 5, 1)[0]!.x.data, epoch(ids, 5, 2)[0]!.x.data);
  assert.deepEqual(epoch(ids, 5, 1)[0]!.x.data, epoch(ids, 5, 1)[0]!.x.data);
});

test("generate with tbptt learns", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-streams-"));
  try {
    const text = new TextEncoder().encode("to be or not to be, that is the question. ".repeat(60));
    const run = await generate.train(text, {
      tbptt: true,
      units: [16],
      embedding: 8,
      sequenceLength: 20,
      stepsPerEpoch: 50,
      epochs: 2,
      seed: 1,
      runs: folder,
    });
    const [first, last] = [run.history.history.loss![0]!, run.history.history.loss!.at(-1)!];
    assert.ok(last < first && last < 2.5, `loss from ${first} to ${last}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
