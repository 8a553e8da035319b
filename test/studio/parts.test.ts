// Parts of the studio by themselves: files that grow, curves that are thinned, the worker that is replaced.
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Refusal } from "../../src/studio/server/problems.js";
import { JsonlTail } from "../../src/studio/server/tail.js";
import { thinned } from "../../src/studio/server/thinned.js";
import { Workshop } from "../../src/studio/server/workshop.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-parts-"));
after(() => rmSync(folder, { recursive: true }));

test("a file is followed line by line, whoever writes it, and however it is cut", () => {
  const path = join(folder, "grows.jsonl");
  const tail = new JsonlTail<{ n: number }>(path);
  assert.equal(tail.news(), null);
  writeFileSync(path, '{"n":1}\n{"n":');
  assert.deepEqual(tail.news(), { reset: true, rows: [{ n: 1 }] });
  assert.equal(tail.news(), null);
  appendFileSync(path, '2}\n\nrubbish\n{"n":"é');
  assert.deepEqual(tail.news(), { reset: false, rows: [{ n: 2 }] });
  appendFileSync(path, 'é"}\n');
  assert.deepEqual(tail.news(), { reset: false, rows: [{ n: "éé" }] });
});

test("a file that is written anew begins anew, and one that goes away is forgotten", () => {
  const path = join(folder, "anew.jsonl");
  const tail = new JsonlTail<{ n: number }>(path);
  writeFileSync(path, '{"n":1}\n{"n":2}\n');
  assert.deepEqual(tail.news()!.rows, [{ n: 1 }, { n: 2 }]);
  writeFileSync(`${path}.tmp`, '{"n":1}\n{"n":3}\n{"n":4}\n');
  renameSync(`${path}.tmp`, path);
  assert.deepEqual(tail.news(), { reset: true, rows: [{ n: 1 }, { n: 3 }, { n: 4 }] });
  writeFileSync(path, '{"n":9}\n');
  assert.deepEqual(tail.news(), { reset: true, rows: [{ n: 9 }] });
  rmSync(path);
  assert.deepEqual(tail.news(), { reset: true, rows: [] });
  assert.equal(tail.news(), null);
});

test("norms of many epochs are thinned, with the first and the last", () => {
  const rows = Array.from({ length: 1000 }, (_, i) => ({ epoch: i >> 1, layer: i % 2 ? "a" : "b", norms: [i] }));
  const kept = thinned(rows);
  assert.equal(kept.length, 240);
  assert.deepEqual([kept[0], kept.at(-1)], [rows[0], rows.at(-1)]);
  assert.equal(thinned(rows.slice(0, 50)).length, 50);
});

test("a worker that takes too long is given up, and the next call has a new one", async () => {
  const path = join(folder, "table.csv");
  writeFileSync(path, "a,b\n1,2\n3,4\n");
  const given = { path, shown: "table.csv", options: {} };
  const workshop = new Workshop(1);
  const isLate = (error: Error) => error instanceof Refusal && error.status === 504;
  await assert.rejects(workshop.call("inspect", given), isLate);
  await assert.rejects(workshop.call("inspect", given), isLate);
  await workshop.close();
  const patient = new Workshop();
  assert.equal((await patient.call("inspect", given)).path, "table.csv");
  const isOver = (error: Error) => error instanceof Refusal && error.status === 503;
  const pending = assert.rejects(patient.call("inspect", given), isOver);
  await patient.close();
  await pending;
});

test("more than can be waited for is refused", async () => {
  const workshop = new Workshop();
  const given = { path: join(folder, "nothing.csv"), shown: "nothing.csv", options: {} };
  const calls = Array.from({ length: 33 }, async () => workshop.call("inspect", given));
  const told = await Promise.allSettled(calls);
  const statuses = told.map((one) => (one.status === "rejected" ? (one.reason as Refusal).status : null));
  assert.equal(statuses.filter((status) => status === 429).length, 1);
  await workshop.close();
});
