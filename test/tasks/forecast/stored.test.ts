/** A file above the memory limit: the same windows as in memory, block by block. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Dataset, Tensor } from "../../../src/index.js";
import { dates, prepare, wave, type Made } from "./support.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-forecast-"));
after(() => rmSync(folder, { recursive: true }));

function csv(name: string, lines: string[]): string {
  const file = join(folder, name);
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

const y = wave(400).map((v) => Math.fround(v));
const when = dates(400, 3_600_000).map((time) => new Date(time).toISOString());
const file = csv("wave.csv", ["date,y,z", ...y.map((v, t) => `${when[t]},${v},${t % 7}`)]);

/** Windows as text, in an order of their own. */
function rowsOf(x: Tensor, y: Tensor): string[] {
  const [N] = x.shape as [number];
  const row = (t: Tensor, i: number) => t.data.subarray((i * t.size) / N, ((i + 1) * t.size) / N).join();
  return Array.from({ length: N }, (_, i) => `${row(x, i)}|${row(y, i)}`);
}

function streamed({ train }: Made): string[] {
  const batches = (train as () => Iterable<[Tensor, Tensor]>)();
  return [...batches].flatMap(([x, y]) => rowsOf(x, y));
}

test("a file on disk gives the windows, scalers and measures of the same file in memory", async () => {
  const options = { past: "z", horizon: 2, lookback: 10 };
  const memory = await prepare(file, options);
  const disk = await prepare(file, { ...options, memoryLimit: 1000 });
  assert.deepEqual(disk.pipeline.toJSON(), memory.pipeline.toJSON());
  const [x, target] = memory.train as unknown as [Tensor, Tensor];
  assert.deepEqual(streamed(disk).sort(), rowsOf(x, target).sort());
  assert.notDeepEqual(streamed(disk), streamed(disk), "another order each turn");
  assert.deepEqual(await disk.test(memory.model), await memory.test(memory.model));
  await disk.model.fit(disk.train as Dataset, { epochs: 1, validationData: disk.validation, verbose: 0 });
  const answers = await disk.pipeline.predict(disk.model, file);
  assert.equal(answers.length, 2);
  await disk.close!();
});

test("a long file: settings from an excerpt, training from all of it, parts in order", async () => {
  const n = 700_000;
  const values = wave(n, 3);
  const long = csv("long.csv", ["y", ...values.map((v) => v.toFixed(3))]);
  const made = await prepare(long, { memoryLimit: 1e6, stride: 500, batchSize: 64 });
  assert.match(Object.fromEntries(made.facts)["read from disk"]!, /excerpt of \d{6} rows/);
  const rows = new Set(streamed(made));
  assert.ok(rows.size > (0.99 * 0.7 * n) / 500, `${rows.size} windows`);
  const { count, entries } = await made.test(made.model);
  assert.ok(count <= (0.15 * n) / 500 + 24, `${count}: pieces that overlap count no window twice`);
  assert.ok(count > 100 && entries.every(({ values: { RMSE } }) => RMSE! > 0.2));
  await made.close!();
});

test("what a stored file cannot do is refused, and the temporary file is closed", async () => {
  const limit = { memoryLimit: 100 };
  await assert.rejects(prepare(file, { ...limit, missing: "interpolate" }), /needs the whole file in memory/);
  await assert.rejects(prepare(file, { ...limit, target: "w" }), /wave\.csv has no column "w"/);
  await assert.rejects(prepare(file, { ...limit, lookback: 380 }), /train part has no window|need/);
  const mixed = csv("mixed.csv", ["date,y", "2024-01-02,1", "2024-01-01,2"]);
  await assert.rejects(prepare(mixed, { memoryLimit: 10 }), /mixed\.csv, line 3, column "date": expected a date after/);
  await assert.rejects(prepare(join(folder, "none.csv"), {}), /none\.csv/);
});
